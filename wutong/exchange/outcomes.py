"""What rows came to, and what is kept of it: to tell, and to take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from wutong.exchange.entries import Entry
from wutong.exchange.models import FaultyRow, ImportedRow, PeopleImport
from wutong.exchange.rows import Problem, Row
from wutong.people.identifiers import IdentifierKey, Known
from wutong.people.observations import Recognised
from wutong.platform.rows import insert_objects, write_rows


@dataclass
class Outcome:
    """What a batch of rows came to."""

    created: int = 0
    updated: int = 0
    merged: int = 0
    skipped: int = 0
    leads: int = 0
    refused: list[tuple[Row, Problem]] = field(default_factory=list)
    """Rows that were left out for what only the database knows."""
    warned: list[tuple[Row, Problem]] = field(default_factory=list)
    """Rows that were imported without single values, for the same."""


class _Imported(Struct, frozen=True):
    """What a row came to, as it is stored."""

    run_id: int
    number: int
    outcome: str
    subject: int
    identifiers: list[int]
    fresh: list[int]


def remember(
    run: PeopleImport, entries: Sequence[Entry], recognised: Recognised, *, before: Mapping[IdentifierKey, Known]
) -> None:
    """Keep what each row came to, by which it can be taken back.

    Args:
        before: the identifiers that were known before these rows.
    """
    rows = []
    for entry in entries:
        ids = {key: recognised.known[key].id for key in entry.row.identifiers}
        rows.append(
            _Imported(
                run.pk,
                entry.row.number,
                (ImportedRow.Outcome.CREATED if entry.is_new else ImportedRow.Outcome.UPDATED).value,
                entry.subject,
                sorted(ids.values()),
                sorted(id for key, id in ids.items() if key not in before),
            )
        )
    write_rows(
        """
        INSERT INTO exchange_importedrow (run_id, number, outcome, subject, identifiers, fresh)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
            run_id bigint, number int, outcome text, subject bigint, identifiers bigint[], fresh bigint[])
        ON CONFLICT DO NOTHING
        """,
        rows,
    )


def keep_faults(run: PeopleImport, faults: Sequence[tuple[Row, Sequence[str], Sequence[Problem], bool]]) -> None:
    """Keep rows with something wrong in them: each with its cells, its problems, and whether it was imported.

    Opens no transaction.
    """
    insert_objects(
        [
            FaultyRow(
                run=run,
                number=row.number,
                cells=list(cells),
                problems=[[problem.place, problem.code] for problem in problems],
                is_imported=is_imported,
            )
            for row, cells, problems, is_imported in faults
        ],
        ignore_conflicts=True,
    )
