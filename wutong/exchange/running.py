"""An import at work: a transaction for each batch of rows moves the mark of how far it is; a kill costs one batch.

A thread of its own reads ahead, so that rows are parsed while the database works.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Self, TypeVar

from django.db import DataError, IntegrityError, connections, transaction
from django.db.models import F
from msgspec.structs import replace
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.exchange.columns import is_own, own_meanings
from wutong.exchange.company_entering import enter_companies
from wutong.exchange.company_rows import CompanyRow, read_company
from wutong.exchange.entering import Outcome, enter_many, keep_faults, row_id
from wutong.exchange.models import PeopleImport
from wutong.exchange.places import ensure_rows
from wutong.exchange.rows import ImportRow, Problem, Row, read_row
from wutong.exchange.tables.prepared import read_prepared
from wutong.exchange.tagging import plain_tag, tags_by_name
from wutong.lifecycle.account_team import who_may_look_after
from wutong.lifecycle.giving import who_may_be_given_leads
from wutong.people import search_index
from wutong.people.accounts import name_key
from wutong.people.facts import found_by
from wutong.people.mail_domains import organisation_domain
from wutong.people.models import CustomField, Tag
from wutong.platform.chinese import sort_key
from wutong.platform.failpoint import failpoint
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.refusal import Refusal

BATCH = 1_000
"""Rows a transaction. The identity lane is held meanwhile, and the stream waits: less than half a second."""
UNDO_WITHIN = timedelta(days=30)
_S = PeopleImport.State
Clock = Callable[[], datetime]
AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass
class Piece:
    """Rows that go together, after so many before them."""

    start: int
    cells: list[list[str]]
    rows: Sequence[Row]

    def halves(self) -> tuple["Piece", "Piece"]:
        middle = len(self.rows) // 2
        return (
            Piece(self.start, self.cells[:middle], self.rows[:middle]),
            Piece(self.start + middle, self.cells[middle:], self.rows[middle:]),
        )


@dataclass
class _Sums:
    faults: list[tuple[Row, Sequence[str], Sequence[Problem], bool]] = field(default_factory=list)
    faulty: int = 0
    warned: int = 0


def run_import(run_id: int, *, now: Clock) -> None:
    """Import what is left of a run's rows. Safe to call again after a kill, and while another process does the same."""
    with transaction.atomic():
        found = PeopleImport.objects.select_for_update().filter(pk=run_id, state__in=[_S.WAITING, _S.RUNNING]).first()
        if found is None:
            return
        if found.state == _S.WAITING:
            found.state, found.started_at = _S.RUNNING, now()
            found.save(update_fields=["state", "started_at"])
    run = _loaded(run_id)
    owners = owners_for(run)
    try:
        ensure_rows(run)
    except Refusal:
        PeopleImport.objects.filter(pk=run_id).update(state=_S.FAILED, finished_at=now())
        return
    with _Indexing() as indexing:
        for piece in _ahead(_pieces(map(_foreseen, rows_of(run, owners, after=run.done)), start=run.done)):
            if not _enter(run_id, piece, owners, now=now):
                break
            failpoint("import_batch")
            indexing.keep_up_with(len(piece.rows))
    _finish(run_id, now=now)


class _Indexing:
    """Works new people into the index of searches beside the import, in a thread and a session of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import-index")
        self._at_work: Future[None] | None = None
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def keep_up_with(self, rows: int) -> None:
        """So many more rows are imported."""
        self._waiting += rows
        if self._at_work is not None and self._at_work.done():
            self._at_work.result()
            self._at_work = None
        if self._at_work is None and self._waiting >= search_index.PEOPLE_AT_ONCE:
            self._at_work, self._waiting = self._thread.submit(search_index.work_in), 0

    def __exit__(self, *_: object) -> None:
        self._thread.submit(connections.close_all)
        self._thread.shutdown()


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


def _enter(run_id: int, piece: Piece, owners: Mapping[str, Staff], *, now: Clock) -> bool:
    """Import one piece, and what fails in it row by row; False when it is not ours to go on."""
    try:
        return _entered(run_id, piece, owners, now=now)
    except (DataError, IntegrityError):
        if len(piece.rows) == 1:
            row = piece.rows[0]
            unstorable = Row(number=row.number, problems=(Problem(-1, "could_not_be_stored"),), is_faulty=True)
            return _entered(run_id, Piece(piece.start, piece.cells, [unstorable]), owners, now=now)
        first, second = piece.halves()
        return _enter(run_id, first, owners, now=now) and _enter(run_id, second, owners, now=now)


def _entered(run_id: int, piece: Piece, owners: Mapping[str, Staff], *, now: Clock) -> bool:
    with transaction.atomic():
        run = PeopleImport.objects.select_for_update(of=("self",)).filter(pk=run_id, state=_S.RUNNING).first()
        if run is None or run.done != piece.start:
            return False  # another process is at it
        if run.is_cancel_asked:
            return False
        run = _loaded(run_id)
        valid = [row for row in piece.rows if not row.is_faulty]
        outcome = _door_of(run)(run, valid, owners, at=now()) if valid else Outcome()
        failpoint("import_rows")
        sums = _faults(piece, outcome)
        keep_faults(run, sums.faults)
        PeopleImport.objects.filter(pk=run_id).update(
            done=F("done") + len(piece.rows),
            created=F("created") + outcome.created,
            updated=F("updated") + outcome.updated,
            merged=F("merged") + outcome.merged,
            skipped=F("skipped") + outcome.skipped,
            leads_opened=F("leads_opened") + outcome.leads,
            faulty=F("faulty") + sums.faulty,
            warned=F("warned") + sums.warned,
        )
    return True


def _door_of(run: PeopleImport) -> Callable[..., Outcome]:
    """What enters rows of its kind."""
    return enter_companies if run.kind == PeopleImport.Kind.COMPANIES else enter_many


def _faults(piece: Piece, outcome: Outcome) -> _Sums:
    refused = {row.number: problem for row, problem in outcome.refused}
    late: dict[int, list[Problem]] = {}
    for row, problem in (*outcome.refused, *outcome.warned):
        late.setdefault(row.number, []).append(problem)
    sums = _Sums()
    for cells, row in zip(piece.cells, piece.rows, strict=True):
        problems = [*row.problems, *late.get(row.number, ())]
        if problems:
            is_imported = not row.is_faulty and row.number not in refused
            sums.faults.append((row, cells, problems, is_imported))
            sums.warned += is_imported
            sums.faulty += not is_imported
    return sums


def _finish(run_id: int, *, now: Clock) -> None:
    with transaction.atomic():
        run = PeopleImport.objects.select_for_update(of=("self",)).filter(pk=run_id, state=_S.RUNNING).first()
        if run is None or not (run.done >= run.rows or run.is_cancel_asked):
            return
        run.state = _S.CANCELLED if run.is_cancel_asked and run.done < run.rows else _S.DONE
        run.finished_at = now()
        run.save(update_fields=["state", "finished_at"])
        told = Notice(
            staff_id=run.by_id,
            kind="import_finished",
            group=f"import:{run.pk}",
            url=f"/imports/{run.public_id}/",
            params={"file": run.file_name, "created": run.created, "updated": run.updated, "faulty": run.faulty},
            topics=("imports",),
        )
        notify_many([told], at=run.finished_at)


def _loaded(run_id: int) -> PeopleImport:
    related = ("by", "owner__team", "team", "scope", "product_line", "file")
    return PeopleImport.objects.select_related(*related).get(pk=run_id)


def _pieces(rows: Iterator[tuple[list[str], Row]], *, start: int) -> Iterator[Piece]:
    while batch := list(islice(rows, BATCH)):
        yield Piece(start, [cells for cells, _ in batch], [row for _, row in batch])
        start += len(batch)


def _foreseen(parsed: tuple[list[str], Row]) -> tuple[list[str], Row]:
    """A row, after what its names and its address come to has been worked out: whoever asks finds it remembered."""
    _cells, row = parsed
    if not isinstance(row, ImportRow):
        return parsed
    name, company = row.facts.get("full_name", ""), row.facts.get("company", "")
    found_by(name, company, [(key.kind, key.value) for key in row.identifiers])
    sort_key(name)
    name_key(company)
    organisation_domain(row.email)
    return parsed


def _ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same, the next of them made by another thread while one is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-reader") as reader:
        coming = reader.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = reader.submit(next, pieces, None)
            yield piece


@app.task(name="exchange.run_import", queue="imports", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def run_import_later(run_id: int) -> None:
    """Import what is left of a file's rows; a killed job goes on where it was."""
    run_import(run_id, now=lambda: datetime.now(UTC))
