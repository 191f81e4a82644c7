"""An import at work: a transaction for each batch of rows moves the mark of how far it is.

A kill of the process costs one batch; one of the database server those of the last second, which are entered again.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db import DataError, IntegrityError, connections, transaction
from django.db.models import F, QuerySet
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.exchange.company_entering import enter_companies
from wutong.exchange.entering import enter_many
from wutong.exchange.models import PeopleImport
from wutong.exchange.outcomes import Outcome, keep_faults
from wutong.exchange.places import ensure_rows, rows_path
from wutong.exchange.reading import Piece, owners_for, pieces_left
from wutong.exchange.rows import Problem, Row
from wutong.exchange.tables.prepared import Version, version_of
from wutong.people import lane, search_index
from wutong.platform.failpoint import failpoint
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.refusal import Refusal
from wutong.platform.rows import write

UNDO_WITHIN = timedelta(days=30)
_S = PeopleImport.State
Clock = Callable[[], datetime]


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
    run = _with_all_of_it().get(pk=run_id)
    owners = owners_for(run)
    try:
        version = version_of(ensure_rows(run))
    except Refusal:
        PeopleImport.objects.filter(pk=run_id).update(state=_S.FAILED, finished_at=now())
        return
    try:
        with _Indexing() as indexing, pieces_left(run, owners) as pieces:
            for piece in pieces:
                if not _enter(run_id, piece, owners, version=version, now=now):
                    break
                failpoint("import_batch")
                indexing.keep_up_with(len(piece.rows))
    except _RowsChanged:
        run_import(run_id, now=now)  # what is left is read anew
    else:
        _finish(run_id, now=now)


class _RowsChanged(Exception):
    """The rows of somebody who is erased have been emptied since the file was opened."""


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


def _enter(run_id: int, piece: Piece, owners: Mapping[str, Staff], *, version: Version | None, now: Clock) -> bool:
    """Import one piece, and what fails in it row by row; False when it is not ours to go on.

    Raises:
        _RowsChanged: see there.
    """
    try:
        return _entered(run_id, piece, owners, version=version, now=now)
    except (DataError, IntegrityError):
        if len(piece.rows) == 1:
            row = piece.rows[0]
            unstorable = Row(number=row.number, problems=(Problem(-1, "could_not_be_stored"),), is_faulty=True)
            alone = Piece(piece.start, piece.cells, [unstorable])
            return _entered(run_id, alone, owners, version=version, now=now)
        return all(_enter(run_id, half, owners, version=version, now=now) for half in piece.halves())


_WITHOUT_WAITING = "SET LOCAL synchronous_commit TO off"
"""For the disk: where power or PostgreSQL fails, the mark of how far it is goes along with its rows."""


def _entered(run_id: int, piece: Piece, owners: Mapping[str, Staff], *, version: Version | None, now: Clock) -> bool:
    with transaction.atomic():
        lane.take()  # in which nobody is taken out of the file; before the run, as whoever erases does
        run = _with_all_of_it().select_for_update(of=("self",)).filter(pk=run_id, state=_S.RUNNING).first()
        if run is None or run.done != piece.start:
            return False  # another process is at it
        if run.is_cancel_asked:
            return False
        if version_of(rows_path(run)) != version:
            raise _RowsChanged
        write(_WITHOUT_WAITING)
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
        piece.look_ahead()
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


def _with_all_of_it() -> QuerySet[PeopleImport]:
    return PeopleImport.objects.select_related("by", "owner__team", "team", "scope", "product_line", "file")


@app.task(name="exchange.run_import", queue="imports", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def run_import_later(run_id: int) -> None:
    """Import what is left of a file's rows; a killed job goes on where it was."""
    run_import(run_id, now=lambda: datetime.now(UTC))
