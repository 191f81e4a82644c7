"""The rows of an import as what they say, read ahead of whoever enters them.

A long file is read by a process of its own, which a thread could not stand in for: reading takes a third of what
entering takes, and of two threads one waits. It works out as well what names and addresses come to, and gives that on.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, TypeVar

import msgspec
from msgspec.structs import replace

from wutong.exchange.columns import is_own, own_meanings
from wutong.exchange.company_rows import CompanyRow, read_company
from wutong.exchange.entries import row_id
from wutong.exchange.models import PeopleImport
from wutong.exchange.places import ensure_rows
from wutong.exchange.rows import ImportRow, Problem, Row, read_row
from wutong.exchange.tables.prepared import read_prepared
from wutong.exchange.tagging import plain_tag, tags_by_name
from wutong.lifecycle.account_team import who_may_look_after
from wutong.lifecycle.giving import who_may_be_given_leads
from wutong.people.accounts import name_key
from wutong.people.facts import found_by
from wutong.people.mail_domains import organisation_domain, organisation_of
from wutong.people.models import CustomField, Tag
from wutong.platform.chinese import keys_of, sort_key
from wutong.platform.foretold import Foretold
from wutong.platform.models import Staff

BATCH = {PeopleImport.Kind.PEOPLE.value: 1_000, PeopleImport.Kind.COMPANIES.value: 400}
"""Rows a transaction. The identity lane is held meanwhile, and the stream waits: about half a second."""
WORTH_A_PROCESS = 5_000
"""Rows from which on a process of its own is started, which takes a second."""
_LENGTH_BYTES = 4
AnyRow = TypeVar("AnyRow", bound=Row)
_FORETOLD: dict[str, Foretold[*tuple[Any, ...], Any]] = {
    "search_keys": keys_of,
    "sort_keys": sort_key,
    "company_keys": name_key,
    "organisations": organisation_of,
}
"""What a row's names and address come to, by the names and in the order of :class:`_Frame`."""


@dataclass
class Piece:
    """Rows that go together, after so many before them."""

    start: int
    cells: list[list[str]]
    rows: Sequence[Row]
    look_ahead: Callable[[], None] = lambda: None
    """To be called when the database has the last of it: the next piece is unpacked while it works, not before."""

    def halves(self) -> tuple["Piece", "Piece"]:
        middle = len(self.rows) // 2
        return (
            Piece(self.start, self.cells[:middle], self.rows[:middle]),
            Piece(self.start + middle, self.cells[middle:], self.rows[middle:]),
        )


class _Frame(msgspec.Struct, array_like=True):
    """A piece on its way from one process to the other, with what has been worked out for it."""

    start: int
    cells: list[list[str]]
    people: list[ImportRow]
    companies: list[CompanyRow]
    search_keys: list[tuple[tuple[tuple[str, ...], tuple[str, ...]], str]]
    sort_keys: list[tuple[tuple[str], str]]
    company_keys: list[tuple[tuple[str], str]]
    organisations: list[tuple[tuple[str], str]]


@contextmanager
def pieces_left(run: PeopleImport, owners: Mapping[str, Staff]) -> Iterator[Iterator[Piece]]:
    """The pieces of a run that are left, the next of them made while one is worked on."""
    if run.rows - run.done >= WORTH_A_PROCESS:
        with _read_beside(run) as pieces:
            yield pieces
    else:
        yield _pieces(rows_of(run, owners, after=run.done), start=run.done, batch=BATCH[run.kind])


@contextmanager
def _read_beside(run: PeopleImport) -> Iterator[Iterator[Piece]]:
    line = [sys.executable, "-m", "wutong.exchange.reader", *map(str, (run.pk, run.done, BATCH[run.kind]))]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as child, ThreadPoolExecutor(1, "import-reader") as thread:
        assert child.stdout is not None  # noqa: S101  # what PIPE makes of it
        try:
            yield _received(child.stdout, thread)
        finally:
            child.kill()  # done, or nobody wants the rest


def _received(source: IO[bytes], thread: ThreadPoolExecutor) -> Iterator[Piece]:
    """Each piece, the next taken in by the thread while whoever enters this one waits for the database.

    Raises:
        ReaderDied: the other process has ended before its last piece.
    """
    ahead = _Ahead(source, thread)
    while piece := ahead.next():
        yield piece


class _Ahead:
    """The next piece on its way: its bytes at once, so that the reader can go on; what they say when there is time."""

    def __init__(self, source: IO[bytes], thread: ThreadPoolExecutor) -> None:
        self._source, self._thread = source, thread
        self._coming = thread.submit(_frame, source)
        self._told: Future[_Frame | None] | None = None

    def look(self) -> None:
        """Have the piece unpacked."""
        self._told = self._told or self._thread.submit(_unpacked, self._coming)

    def next(self) -> Piece | None:
        """The next piece; None after the last."""
        self.look()
        told, self._told = self._told.result() if self._told else None, None
        if told is None:
            return None
        self._coming = self._thread.submit(_frame, self._source)
        return Piece(told.start, told.cells, told.people or told.companies, self.look)


def _unpacked(coming: Future[bytes]) -> _Frame | None:
    """What a frame says, after what was worked out for it has been learnt; None after the last."""
    if not (frame := coming.result()):
        return None
    told = msgspec.msgpack.decode(frame, type=_Frame)
    for name, function in _FORETOLD.items():
        function.learn(getattr(told, name))
    return told


class ReaderDied(RuntimeError):
    """The process that reads the file has ended before its end: the job is tried again."""


def _frame(source: IO[bytes]) -> bytes:
    """The next frame; empty after the last, and whenever it is asked for after that."""
    head = source.read(_LENGTH_BYTES)
    length = int.from_bytes(head)
    frame = source.read(length)
    if len(head) < _LENGTH_BYTES or len(frame) < length:
        raise ReaderDied
    return frame


def write_pieces(run: PeopleImport, target: IO[bytes], *, start: int, batch: int) -> None:
    """Write all pieces from ``start`` on, of ``batch`` rows each, and an empty frame behind the last."""
    for function in _FORETOLD.values():
        function.news()
    is_of_companies = run.kind == PeopleImport.Kind.COMPANIES
    for piece in _pieces(map(_foreseen, rows_of(run, owners_for(run), after=start)), start=start, batch=batch):
        rows: list[Any] = [[], piece.rows] if is_of_companies else [piece.rows, []]
        news: list[Any] = [function.news() for function in _FORETOLD.values()]
        frame = msgspec.msgpack.encode(_Frame(piece.start, piece.cells, *rows, *news))
        target.write(len(frame).to_bytes(_LENGTH_BYTES))
        target.write(frame)
        target.flush()
    target.write(bytes(_LENGTH_BYTES))
    target.flush()


def _foreseen(parsed: tuple[list[str], Row]) -> tuple[list[str], Row]:
    """A row, after what its names and its address come to has been worked out."""
    _cells, row = parsed
    if isinstance(row, ImportRow):
        name, company = row.facts.get("full_name", ""), row.facts.get("company", "")
        found_by(name, company, [(key.kind, key.value) for key in row.identifiers])
        sort_key(name)
        name_key(company)
        organisation_domain(row.email)
    return parsed


def _pieces(rows: Iterator[tuple[list[str], Row]], *, start: int, batch: int) -> Iterator[Piece]:
    while piece := list(islice(rows, batch)):
        yield Piece(start, [cells for cells, _ in piece], [row for _, row in piece])
        start += len(piece)


def owners_for(run: PeopleImport) -> dict[str, Staff]:
    """Who can own leads, or look after companies, by address and by name; two of one name are none."""
    if "owner" not in run.mapping:
        return {}
    able = who_may_be_given_leads() if run.kind == PeopleImport.Kind.PEOPLE else who_may_look_after()
    names: dict[str, list[Staff]] = {}
    for one in able:
        names.setdefault(one.full_name.casefold(), []).append(one)
    single = {name: found[0] for name, found in names.items() if len(found) == 1}
    return single | {one.email.casefold(): one for one in able}


def rows_of(run: PeopleImport, owners: Mapping[str, Staff], *, after: int = 0) -> Iterator[tuple[list[str], Row]]:
    """The rows of a run as what they say. Whatever that asks the database is asked here, once."""
    own = own_meanings(run) if any(map(is_own, run.mapping)) else {}
    tags = tags_by_name(run.kind) if "tags" in run.mapping else {}
    if run.kind == PeopleImport.Kind.COMPANIES:
        return _parsed_companies(run, owners, tags, own, after=after)
    return _parsed(run, owners, tags, own, after=after)


def _parsed_companies(
    run: PeopleImport,
    owners: Mapping[str, Staff],
    tags: Mapping[str, Tag],
    own: Mapping[str, CustomField],
    *,
    after: int,
) -> Iterator[tuple[list[str], CompanyRow]]:
    for number, cells in read_prepared(ensure_rows(run), after=after):
        row = read_company(number, cells, run.mapping, own=own)
        row = with_owner(row, owners, run.mapping, otherwise="unknown_keeper")
        yield cells, with_tags(row, tags, run.mapping, otherwise="unknown_account_tag")


def _parsed(
    run: PeopleImport,
    owners: Mapping[str, Staff],
    tags: Mapping[str, Tag],
    own: Mapping[str, CustomField],
    *,
    after: int,
) -> Iterator[tuple[list[str], ImportRow]]:
    for number, cells in read_prepared(ensure_rows(run), after=after):
        row = read_row(number, cells, run.mapping, run.columns, scope=run.crm_scope, id=row_id(run, number), own=own)
        yield cells, with_tags(with_owner(row, owners, run.mapping), tags, run.mapping)


def with_tags(
    row: AnyRow, tags: Mapping[str, Tag], mapping: Sequence[str], *, otherwise: str = "unknown_tag"
) -> AnyRow:
    """The row, told of tags that are not there."""
    if not row.tags or all(plain_tag(name) in tags for name in row.tags):
        return row
    return replace(row, problems=(*row.problems, Problem(mapping.index("tags"), otherwise)))


def with_owner(
    row: AnyRow, owners: Mapping[str, Staff], mapping: Sequence[str], *, otherwise: str = "unknown_owner"
) -> AnyRow:
    """The row, told of a colleague who is not there."""
    if not row.owner:
        return row
    name = row.owner.strip().casefold()
    problems = row.problems if name in owners else (*row.problems, Problem(mapping.index("owner"), otherwise))
    return replace(row, owner=name, problems=problems)
