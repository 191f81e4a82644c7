"""What would become of the first thousand rows: told before the import runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from wutong.exchange.columns import own_meanings
from wutong.exchange.entering import row_id
from wutong.exchange.models import PeopleImport
from wutong.exchange.places import ensure_rows
from wutong.exchange.rows import REASONS, ImportRow, Problem, read_row
from wutong.exchange.running import owners_by_name, with_owner, with_tags
from wutong.exchange.starting import LOOKED_AT
from wutong.exchange.tables.prepared import read_prepared
from wutong.exchange.tagging import tags_by_name
from wutong.people.identifiers import IdentifierKey, load_by_key
from wutong.people.models.custom_field import PREFIX

SHOWN = 50


@dataclass(frozen=True)
class Fault:
    """A row with something wrong in it: its number in the file, and each problem with its column and cell."""

    number: int
    told: list["Told"]
    is_imported: bool


@dataclass(frozen=True)
class Told:
    """A problem in words."""

    column: str
    cell: str
    reason: str
    advice: str


@dataclass
class Checked:
    """The first rows, counted."""

    looked_at: int = 0
    new: int = 0
    known: int = 0
    repeated: int = 0
    """About somebody whom an earlier row of the file names."""
    faulty: int = 0
    warned: int = 0
    by_column: list[tuple[str, int, str]] = field(default_factory=list)
    """A column, how many of its cells are wrong, and what is wrong most often."""
    faults: list[Fault] = field(default_factory=list)


def check(run: PeopleImport) -> Checked:
    """Read and look up the first rows; nothing is written."""
    cells, rows = _first(run)
    known = load_by_key({key for row in rows for key in row.identifiers})
    checked = Checked(looked_at=len(rows))
    met: set[IdentifierKey] = set()
    counted: dict[int, Counter[str]] = {}
    for line, row in zip(cells, rows, strict=True):
        for problem in row.problems:
            counted.setdefault(problem.place, Counter())[problem.code] += 1
        if row.problems and len(checked.faults) < SHOWN:
            told = [told_of(problem, line, run.columns) for problem in row.problems]
            checked.faults.append(Fault(row.number, told, not row.is_faulty))
        if row.is_faulty:
            checked.faulty += 1
            continue
        checked.warned += bool(row.problems)
        if not met.isdisjoint(row.identifiers):
            checked.repeated += 1
        elif any(key in known for key in row.identifiers):
            checked.known += 1
        else:
            checked.new += 1
        met.update(row.identifiers)
    checked.by_column = [
        (column_name(run.columns, place), sum(codes.values()), str(REASONS[codes.most_common(1)[0][0]][0]))
        for place, codes in sorted(counted.items())
    ]
    return checked


def told_of(problem: Problem, cells: Sequence[str], columns: Sequence[str]) -> Told:
    """A problem in words."""
    reason, advice = REASONS.get(problem.code, (problem.code, ""))
    cell = cells[problem.place] if 0 <= problem.place < len(cells) else ""
    return Told(column_name(columns, problem.place), cell[:80], str(reason), str(advice))


def column_name(columns: Sequence[str], place: int) -> str:
    """What a column is called: by its heading, or as a spreadsheet calls it; nothing for the row as a whole."""
    if place < 0:
        return ""
    if place < len(columns) and columns[place]:
        return columns[place]
    letters, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _first(run: PeopleImport) -> tuple[list[list[str]], list[ImportRow]]:
    owners = owners_by_name() if "owner" in run.mapping else {}
    own = own_meanings(run) if any(meaning.startswith(PREFIX) for meaning in run.mapping) else {}
    tags = tags_by_name() if "tags" in run.mapping else {}
    cells, rows = [], []
    for number, line in read_prepared(ensure_rows(run)):
        row = read_row(number, line, run.mapping, run.columns, scope=run.crm_scope, id=row_id(run, number), own=own)
        cells.append(line)
        rows.append(with_tags(with_owner(row, owners, run.mapping), tags, run.mapping))
        if len(rows) == LOOKED_AT:
            break
    return cells, rows
