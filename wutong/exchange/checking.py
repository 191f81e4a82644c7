"""What would become of the first thousand rows: told before the import runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wutong.exchange.columns import column_name
from wutong.exchange.company_register import Company, Register, TwoCodes
from wutong.exchange.company_rows import REASONS as COMPANY_REASONS
from wutong.exchange.company_rows import CompanyRow
from wutong.exchange.entering import sees_everybody
from wutong.exchange.kinds import recognised_by
from wutong.exchange.models import PeopleImport
from wutong.exchange.reading import owners_for, rows_of
from wutong.exchange.rows import REASONS, ImportRow, Problem, Row
from wutong.exchange.starting import LOOKED_AT
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.accounts import new_account
from wutong.people.identifiers import IdentifierKey, load_by_key
from wutong.sales.accounts import accounts_visible_to

SHOWN = 50
MOST_CELLS = 400
"""So many cells are put right at once: a form has no more fields than a page takes."""


@dataclass(frozen=True)
class Fault:
    """A row with something wrong in it: its number in the file, and each problem with its column and cell."""

    number: int
    told: list["Told"]
    is_imported: bool
    cells: list[tuple[int, str, str]]
    """The cells by which it is put right: place, column, what stands there."""


@dataclass(frozen=True)
class Told:
    """A problem in words."""

    column: str
    cell: str
    reason: str
    advice: str

    def __str__(self) -> str:
        words = {"column": self.column, "cell": self.cell, "reason": self.reason, "advice": self.advice}
        if not self.column:
            return _("%(reason)s. %(advice)s") % words
        return _("%(column)s “%(cell)s”: %(reason)s. %(advice)s") % words


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
    more_after: int = 0
    """The number of the last row among the faults, where there are further ones."""


def check(run: PeopleImport, *, after: int = 0) -> Checked:
    """Read and look up the first rows; nothing is written.

    Args:
        after: the faults of rows after this one are told.
    """
    read = list(islice(rows_of(run, owners_for(run)), LOOKED_AT))
    told_before = _told_of_companies if run.kind == PeopleImport.Kind.COMPANIES else _told_of_people
    standings = told_before(run, [row for _cells, row in read])
    checked = Checked(looked_at=len(read))
    counted: dict[int, Counter[str]] = {}
    cells = 0
    for line, row in read:
        problems, is_faulty = row.problems, row.is_faulty
        if not is_faulty:
            standing = standings[row.number]
            is_faulty = isinstance(standing, Problem)
            problems = (*problems, standing) if isinstance(standing, Problem) else problems
            checked.new += standing == "new"
            checked.known += standing == "known"
            checked.repeated += standing == "repeated"
        for problem in problems:
            counted.setdefault(problem.place, Counter())[problem.code] += 1
        if problems and row.number > after and not checked.more_after:
            cells += len(to_correct := _to_correct(run, problems, line))
            if checked.faults and (cells > MOST_CELLS or len(checked.faults) == SHOWN):
                checked.more_after = checked.faults[-1].number
            else:
                told = [told_of(problem, line, run.columns) for problem in problems]
                checked.faults.append(Fault(row.number, told, not is_faulty, to_correct))
        checked.faulty += is_faulty
        checked.warned += bool(problems) and not is_faulty
    checked.by_column = [
        (column_name(run.columns, place), sum(codes.values()), str(reason_of(codes.most_common(1)[0][0])[0]))
        for place, codes in sorted(counted.items())
    ]
    return checked


def _to_correct(run: PeopleImport, problems: Sequence[Problem], line: Sequence[str]) -> list[tuple[int, str, str]]:
    """The cells that are wrong; of a row that names nobody or nothing, those by which it would."""
    places = {problem.place for problem in problems}
    if places & {-1}:
        places |= {place for place, meaning in enumerate(run.mapping) if meaning in recognised_by(run.kind)}
    return [(place, column_name(run.columns, place), line[place]) for place in sorted(places) if 0 <= place < len(line)]


Standing = Literal["new", "known", "repeated"] | Problem


def _told_of_people(run: PeopleImport, rows: Sequence[Row]) -> dict[int, Standing]:
    """Whether the person of each row is known, by its number, or why it cannot be imported."""
    valid = [row for row in rows if isinstance(row, ImportRow) and not row.is_faulty]
    known = load_by_key({key for row in valid for key in row.identifiers})
    hidden = {one.person_id for one in known.values() if one.person_id is not None}
    hidden -= hidden if sees_everybody(run.by) else _pks(people_visible_to(run.by).filter(pk__in=hidden))
    met: set[IdentifierKey] = set()
    found: dict[int, Standing] = {}
    for row in valid:
        if any(key in known and known[key].person_id in hidden for key in row.identifiers):
            found[row.number] = Problem(-1, "not_in_sight")
            continue
        is_known = any(key in known for key in row.identifiers)
        found[row.number] = "repeated" if not met.isdisjoint(row.identifiers) else "known" if is_known else "new"
        met.update(row.identifiers)
    return found


def _told_of_companies(run: PeopleImport, rows: Sequence[Row]) -> dict[int, Standing]:
    """The same of companies, or why a row cannot be imported."""
    valid = [row for row in rows if isinstance(row, CompanyRow) and not row.is_faulty]
    register = Register(valid)
    hidden = set(register.known_ids())
    hidden -= hidden if sees_everybody(run.by) else _pks(accounts_visible_to(run.by, among=sorted(hidden)))
    met: set[Company] = set()
    found: dict[int, Standing] = {}
    for row in valid:
        try:
            company = register.meant_by(row)
        except TwoCodes:
            found[row.number] = Problem(-1, "two_codes")
            continue
        if company is None and not row.company:
            found[row.number] = Problem(-1, "nameless")
            continue
        if company is not None and company.account.pk in hidden:
            found[row.number] = Problem(-1, "company_not_in_sight")
            continue
        found[row.number] = "new" if company is None else "repeated" if company in met else "known"
        company = company or register.add(new_account(row.company, at=run.created_at))
        register.learn(company, row)
        met.add(company)
    return found


def _pks(rows: QuerySet[Any]) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def told_of(problem: Problem, cells: Sequence[str], columns: Sequence[str]) -> Told:
    """A problem in words."""
    reason, advice = reason_of(problem.code)
    cell = cells[problem.place] if 0 <= problem.place < len(cells) else ""
    return Told(column_name(columns, problem.place), cell[:80], str(reason), str(advice))


def reason_of(code: str) -> tuple[str | Promise, str | Promise]:
    """What a code says is wrong, and what to do."""
    return REASONS.get(code) or COMPANY_REASONS.get(code) or (code, "")
