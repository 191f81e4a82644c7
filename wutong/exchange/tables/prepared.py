"""A table in the one form from which it is mapped, checked and imported, whatever it came as.

UTF-8, comma, one line of headings, each row led by its number in the file; no empty rows, no characters that cannot be
stored. To go on at row 200,000 costs a fraction of a second, which a workbook would not allow.
"""

import csv
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from wutong.exchange.tables.refusals import NoRows, TooManyColumns, TooManyRows
from wutong.exchange.tables.text import delimiter_of, encoding_of, rows_of_text
from wutong.exchange.tables.workbook import rows_of_workbook, sheets_of
from wutong.exchange.values import looks_like_data

if TYPE_CHECKING:
    import _csv

MOST_ROWS = 500_000
MOST_COLUMNS = 200
LONGEST_CELL = 5_000
_TOP = 20
_GUARDED = ("'=", "'+", "'-", "'@", "'0", "'1")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FULL = 0.6
"""A row with this share of the cells that the fullest of the first has is no title above the headings."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a file is read: a text by encoding and delimiter, a workbook by its sheet."""

    is_workbook: bool
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    heading: int | None = None
    """Which row holds the headings, counted from 1; 0 none; None: to be found out."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What came of it."""

    columns: list[str]
    """Names of the columns; empty where a column has none."""
    rows: int
    heading: int


Row = tuple[int, list[str]]
Version = tuple[int, int]
"""Differs between a prepared file and what it is replaced by."""


def looked_at(path: Path, *, is_workbook: bool) -> Reading:
    """How a file is best read.

    Raises:
        a refusal of :mod:`wutong.exchange.tables.refusals`.
    """
    if is_workbook:
        sheets = sheets_of(path)
        if not sheets:
            raise NoRows
        return Reading(is_workbook=True, sheets=tuple(sheets), sheet=sheets[0])
    encoding = encoding_of(path)
    return Reading(is_workbook=False, encoding=encoding, delimiter=delimiter_of(path, encoding))


def prepare(source: Path, target: Path, reading: Reading) -> Prepared:
    """Write the rows of ``source`` to ``target`` in the one form.

    Raises:
        a refusal of :mod:`wutong.exchange.tables.refusals`; ``target`` stays as it was then.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            prepared = _write(csv.writer(file), _clean(_rows(source, reading)), reading.heading)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return prepared


def read_prepared(path: Path, *, after: int = 0) -> Iterator[Row]:
    """The rows, each with its number in the file it came from, without the first ``after``."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in islice(csv.reader(file), after + 1, None):
            yield int(row[0]), row[1:]


def version_of(path: Path) -> Version | None:
    """Which version of a prepared file stands there; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def with_rows(path: Path, given: Mapping[int, Sequence[str]]) -> None:
    """Let rows of a prepared file, by their numbers, have other cells; what comes after the last of them is copied.

    Whoever reads the file at this moment goes on reading it as it was.
    """
    left = dict(given)
    with _rewritten(path) as (before, after):
        writer = csv.writer(after)
        for row in csv.reader(before):
            cells = left.pop(int(row[0]), None) if row[0] else None
            writer.writerow(row if cells is None else [row[0], *cells])
            if not left:
                break
        shutil.copyfileobj(before, after)


def without_rows(path: Path, unwanted: Callable[[list[str]], bool]) -> int:
    """Empty the rows of a prepared file whose cells are ``unwanted``, so that all others keep their places.

    Whoever reads the file at this moment goes on reading it as it was. Returns how many were emptied.
    """
    n = 0
    with _rewritten(path) as (before, after):
        writer = csv.writer(after)
        for row in csv.reader(before):
            if row[0] and unwanted(row[1:]):
                row[1:] = [""] * len(row[1:])
                n += 1
            writer.writerow(row)
        if not n:
            raise _AsItWas
    return n


class _AsItWas(Exception):
    """Nothing is to change: whoever is at the file need not begin anew."""


@contextmanager
def _rewritten(path: Path) -> Iterator[tuple[TextIO, TextIO]]:
    """A file to read from and another to write to, which takes its place.

    One at a time: of two who rewrite a file at once the later would bring back what the earlier has taken out.
    """
    part = path.with_suffix(".part")
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with (
                path.open(encoding="utf-8", newline="") as before,
                os.fdopen(
                    os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
                ) as after,
            ):
                yield before, after
            part.replace(path)
        except _AsItWas:
            pass
        finally:
            part.unlink(missing_ok=True)


def _rows(source: Path, reading: Reading) -> Iterator[Row]:
    if reading.is_workbook:
        return rows_of_workbook(source, sheet=reading.sheet)
    return rows_of_text(source, encoding=reading.encoding, delimiter=reading.delimiter)


def _clean(rows: Iterable[Row]) -> Iterator[Row]:
    for number, cells in rows:
        shown = [kept(cell) if cell else "" for cell in cells]
        while shown and not shown[-1]:
            shown.pop()
        if len(shown) > MOST_COLUMNS:
            raise TooManyColumns(most=MOST_COLUMNS)
        if shown:
            yield number, shown


def kept(cell: str) -> str:
    """A cell as it is kept: without what cannot be stored and what keeps formulas from being run, and not too long."""
    plain = _UNSTORABLE.sub("", cell).strip()
    if plain.startswith(_GUARDED):  # as our own files and Excel keep formulas from being run
        plain = plain[1:]
    return plain[:LONGEST_CELL]


def _write(writer: "_csv.Writer", rows: Iterator[Row], heading: int | None) -> Prepared:
    top = list(islice(rows, _TOP))
    if not top:
        raise NoRows
    at = _heading(top) if heading is None else heading
    named = next((cells for number, cells in top if number == at), [])
    first = [(number, cells) for number, cells in top if number > at]
    width = max([len(named), *(len(cells) for _, cells in first)])
    columns = named + [""] * (width - len(named))
    writer.writerow(["", *columns])
    count = 0
    for number, cells in (*first, *rows):
        count += 1
        if count > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        if len(cells) > width:  # further cells than any heading: kept in the last column, so that nothing is lost
            cells = [*cells[: width - 1], " ".join(cells[width - 1 :])[:LONGEST_CELL]]
        writer.writerow([number, *cells, *[""] * (width - len(cells))])
    if not count:
        raise NoRows
    return Prepared(columns=columns, rows=count, heading=at)


def _heading(top: list[Row]) -> int:
    """The row of headings: the first that is no title. None, where that looks like somebody's data already."""
    fullest = max(sum(map(bool, cells)) for _, cells in top)
    number, cells = next((row for row in top if sum(map(bool, row[1])) >= fullest * _FULL), top[0])
    return 0 if any(looks_like_data(cell) for cell in cells) else number
