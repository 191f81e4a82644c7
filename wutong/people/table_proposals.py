"""``wutong identity propose``: the rows of any table, or of two, that are probably one person."""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wutong.people.commands import BadTable, guarded, read_table
from wutong.people.matching.columns import id_column, kind_of
from wutong.people.matching.proposals import PROPOSED_FROM, Field, Proposal, Records, propose


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A whole table: the rows' ids, or their numbers from 1 where no column names them, and the other columns."""

    ids: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def column(self, name: str) -> list[str]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def add_propose_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command understands."""
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="records with a heading, in any columns")
    parser.add_argument("other", type=Path, nargs="?", metavar="FILE_B.csv", help="compare with these instead")
    parser.add_argument("--id", metavar="COLUMN", help="names the records; else guessed, else their numbers from 1")
    parser.add_argument(
        "--from", type=float, default=PROPOSED_FROM, dest="least", metavar="P", help="least probability, %(default)s"
    )


def print_proposals(given: argparse.Namespace) -> int:
    """Read, compare, print."""
    return guarded("identity propose", lambda: _print(given.file, given.other, id=given.id, least=given.least))


def proposals_of(
    one: Sheet, other: Sheet | None = None, *, least: float = PROPOSED_FROM
) -> list[tuple[str, str, Proposal]]:
    """The probable pairs of a table, or between two, with the rows' ids; likeliest first."""
    sheets = [one] if other is None else [one, other]
    shared = [name for name in one.columns if all(name in sheet.columns for sheet in sheets)]
    fields, columns = [], []
    for name in shared:
        values = [text for sheet in sheets for text in sheet.column(name)]
        kind = kind_of(name, values)
        if kind is not None:
            fields.append(Field(name, kind))
            columns.append(values)
    if not fields:
        return []
    rows = list(zip(*columns, strict=True))
    ids = [id for sheet in sheets for id in sheet.ids]
    records = Records(fields, rows, first=None if other is None else len(one.ids))
    return [(ids[pair.one], ids[pair.other], pair) for pair in propose(records, least=least)]


def read_sheet(path: Path, *, id: str | None = None) -> Sheet:
    """Read a whole CSV file.

    Raises:
        BadTable: it is none, or has no column ``id``.
    """
    table = read_table(path)
    place = table.place_of(id) if id is not None else None
    rows = [[value.strip() for value in row] for row in table.rows]
    if place is None:
        place = id_column(table.columns, rows)
    ids = [row[place] for row in rows] if place is not None else [str(number) for number in range(1, len(rows) + 1)]
    kept = [at for at in range(len(table.columns)) if at != place]
    return Sheet(ids=ids, columns=[table.columns[at] for at in kept], rows=[[row[at] for at in kept] for row in rows])


def _print(file: Path, other: Path | None, *, id: str | None, least: float) -> None:
    one = read_sheet(file, id=id)
    two = read_sheet(other, id=id) if other is not None else None
    if two is not None and not set(one.columns) & set(two.columns):
        raise BadTable(f"{file} and {other} have no column in common. Name the same things alike.")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["id_a", "id_b", "probability"])
    for id_a, id_b, pair in proposals_of(one, two, least=least):
        out.writerow([id_a, id_b, f"{pair.probability:.6f}"])
