"""Working the inbox through: claims blocks by lease and takes them through the pipeline.

A batch is one transaction: the deletion of its blocks, all steps, the notices. A block that fails is halved until the
arrival that cannot be worked through stands alone; after some tries that one is parked and administrators are told.
The same happens to a block on which the process died again and again, which nothing but its attempts can tell.
"""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from django.db import InterfaceError, OperationalError, connection, transaction
from prometheus_client import Counter, Histogram

from wutong.events.arrivals import AnyArrival, pack, unpack
from wutong.platform.failpoint import failpoint
from wutong.platform.structured import structlog
from wutong.stream.parking import count_drops, park
from wutong.stream.pipeline import work

LANE = "collector"
LEASE = timedelta(seconds=15)
MAX_EVENTS = 6_000
MAX_BLOCKS = 200
SMALL = 1_000
"""After a batch of fewer arrivals, those that trickle in are let gather."""
TRIES = 3
SUSPECT_AFTER = 12
"""So often a block may be claimed before it is thought to kill whoever works on it: outages claim innocents, too."""
OUTAGE_SECONDS = 1
"""Between two looks whether the database answers again."""

EVENTS = Counter("wutong_stream_events_total", "Arrivals worked through")
FAILED = Counter("wutong_stream_failed_batches_total", "Batches that had to be split or tried again")
BATCH_SECONDS = Histogram("wutong_stream_batch_seconds", "Time for one batch, commit included")
LAG_SECONDS = Histogram(
    "wutong_stream_lag_seconds",
    "From the collector's commit to the stream's, of the oldest arrival of a batch",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)

log = structlog.get_logger("stream")


@dataclass(frozen=True)
class Block:
    """A claimed block of the inbox."""

    id: int
    received_at: datetime
    count: int
    body: bytes
    attempts: int


class LeaseLost(Exception):
    """Another processor has taken over these blocks in the meantime."""


class ProcessDied(Exception):
    """What an arrival is parked for that each process died of."""


def drain(worker: str, *, stopping: Sequence[object] = (), pace_s: float = 0) -> int:
    """Work through what waits, batch by batch; returns how many arrivals were worked through.

    Args:
        pace_s: seconds from the beginning of a small batch to that of the next. A batch costs the same dozens of
            questions for one arrival as for a hundred, so those that trickle in are let gather.
    """
    done = 0
    while not stopping:
        began = time.monotonic()
        try:
            blocks = claim(worker, at=datetime.now(UTC))
            if not blocks:
                break
            if blocks[0].attempts > SUSPECT_AFTER:
                done += work_through_warily(blocks[0], worker)
            else:
                done += work_through(blocks, worker)
        except (OperationalError, InterfaceError):
            _give_back_untried(worker, stopping=stopping)
            raise
        if _are_all_that_waited(blocks) and not stopping:
            time.sleep(max(0.0, began + pace_s - time.monotonic()))
    return done


def _are_all_that_waited(blocks: Sequence[Block]) -> bool:
    """Whether a claim has left nothing behind: it took less than it may, and no suspect that comes alone."""
    is_suspect = blocks[0].attempts > SUSPECT_AFTER
    return not is_suspect and len(blocks) < MAX_BLOCKS and sum(block.count for block in blocks) < SMALL


def claim(worker: str, *, at: datetime) -> list[Block]:
    """Lease the oldest free blocks, up to a batch's worth.

    Those whose tries are used up wait until nothing else is free, and come alone.
    """
    return _leased(worker, at=at, are_suspects=False) or _leased(worker, at=at, are_suspects=True)


def _leased(worker: str, *, at: datetime, are_suspects: bool) -> list[Block]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH free AS (
                SELECT id, count FROM platform_inboxblock
                WHERE lane = %s AND (leased_until IS NULL OR leased_until < %s) AND (attempts >= %s) = %s
                ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            ), running AS (
                SELECT id, sum(count) OVER (ORDER BY id) - count AS before FROM free
            )
            UPDATE platform_inboxblock b SET leased_until = %s, leased_by = %s, attempts = attempts + 1
            FROM running r WHERE b.id = r.id AND r.before < %s
            RETURNING b.id, b.received_at, b.count, b.body, b.attempts
            """,
            [LANE, at, SUSPECT_AFTER, are_suspects, 1 if are_suspects else MAX_BLOCKS, at + LEASE, worker, MAX_EVENTS],
        )
        rows = [
            Block(id, received_at, count, bytes(body), attempts)
            for id, received_at, count, body, attempts in cursor.fetchall()
        ]
    return sorted(rows, key=lambda block: block.id)


def work_through(blocks: list[Block], worker: str) -> int:
    """Work one batch through; on failure split it. Returns how many arrivals were worked through."""
    started = time.perf_counter()
    try:
        with transaction.atomic(durable=True):
            _take_out(blocks, worker)
            arrivals = [arrival for block in blocks for arrival in unpack(block.body)]
            failpoint("stream.before_steps")
            batch = work(arrivals, at=datetime.now(UTC))
            count_drops({drop.value: n for drop, n in batch.drops.items()}, on=batch.at.date(), door="stream")
            failpoint("stream.before_commit")
    except LeaseLost:
        log.info("lease lost", blocks=len(blocks))
        return 0
    except (OperationalError, InterfaceError) as error:
        # The database went away or refused for a reason of its own: no arrival is to blame. The supervisor starts us
        # again. Only a limit that one arrival passes (class 54) and the wait for a neighbour's lock (class 40) are
        # another matter.
        code = getattr(error.__cause__, "sqlstate", None) or ""
        if not code.startswith(("40", "54")):
            raise
        FAILED.inc()
        _isolate(blocks, worker, error)
        return 0
    except Exception as error:  # noqa: BLE001  # whatever one arrival can cause must not stop its neighbours
        FAILED.inc()
        _isolate(blocks, worker, error)
        return 0
    failpoint("stream.after_commit")
    EVENTS.inc(len(arrivals))
    BATCH_SECONDS.observe(time.perf_counter() - started)
    LAG_SECONDS.observe((datetime.now(UTC) - min(block.received_at for block in blocks)).total_seconds())
    return len(arrivals)


def work_through_warily(block: Block, worker: str) -> int:
    """Work through a block on which processes have died: in halves; what stands alone a few times, then it is parked.

    Returns how many arrivals were worked through.
    """
    try:
        if block.attempts > SUSPECT_AFTER + TRIES:
            error = ProcessDied(f"each process that has worked on it died, the last of {block.attempts - 1}")
            with transaction.atomic(durable=True):
                _take_out([block], worker)
                _park(block, error)
            return 0
        halves = _halved(block, worker, attempts=SUSPECT_AFTER)
    except LeaseLost:
        return 0
    return sum(work_through([half], worker) for half in halves or [block])


def _take_out(blocks: list[Block], worker: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_inboxblock WHERE id = ANY(%s) AND leased_by = %s",
            [[block.id for block in blocks], worker],
        )
        if cursor.rowcount != len(blocks):
            raise LeaseLost


def _park(block: Block, error: Exception) -> None:
    at = datetime.now(UTC)
    park(block.body, lane=LANE, received_at=block.received_at, error=error, attempts=block.attempts, at=at)


def _isolate(blocks: list[Block], worker: str, error: Exception) -> None:
    """Narrow a failure down: block by block, then halves, then the single arrival, parked after some tries."""
    log.warning("batch failed", blocks=len(blocks), error=type(error).__name__, exc_info=error)
    if len(blocks) > 1:
        for block in blocks:
            work_through([block], worker)
        return
    (block,) = blocks
    try:
        halves = _halved(block, worker, attempts=1)
        if not halves:
            with transaction.atomic(durable=True):
                if block.attempts >= TRIES or isinstance(error, msgspec.DecodeError):
                    _take_out([block], worker)
                    _park(block, error)
                else:
                    _give_back(block, worker)
    except LeaseLost:
        return
    for half in halves:
        work_through([half], worker)


def _halved(block: Block, worker: str, *, attempts: int) -> list[Block]:
    """Two blocks in the place of one, leased as it was; none for what stands alone or cannot be read."""
    try:
        arrivals = unpack(block.body)
    except msgspec.DecodeError:
        return []
    middle = len(arrivals) // 2
    if not middle:
        return []
    with transaction.atomic(durable=True):
        _take_out([block], worker)
        return [
            _insert_block(half, block.received_at, worker, attempts=attempts)
            for half in (arrivals[:middle], arrivals[middle:])
        ]


def _insert_block(arrivals: list[AnyArrival], received_at: datetime, worker: str, *, attempts: int) -> Block:
    body = pack(arrivals)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_inboxblock (lane, received_at, count, body, leased_until, leased_by, attempts)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [LANE, received_at, len(arrivals), body, datetime.now(UTC) + LEASE, worker, attempts],
        )
        return Block(cursor.fetchone()[0], received_at, len(arrivals), body, attempts)


def _give_back(block: Block, worker: str) -> None:
    """Let a failing arrival wait a moment before its next try; the attempts stay counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_inboxblock SET leased_until = %s, leased_by = '' WHERE id = %s AND leased_by = %s",
            [datetime.now(UTC) + timedelta(seconds=block.attempts), block.id, worker],
        )


def _give_back_untried(worker: str, *, stopping: Sequence[object]) -> None:
    """Once the database answers again, return what we hold with one attempt less: no arrival is to blame.

    The attempts that stay counted are deaths of processes. An outage among them would park the innocent.
    """
    while not stopping:
        if not connection.is_usable():
            connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE platform_inboxblock SET leased_until = NULL, leased_by = '',"
                    " attempts = greatest(attempts - 1, 0) WHERE leased_by = %s",
                    [worker],
                )
        except (OperationalError, InterfaceError):
            time.sleep(OUTAGE_SECONDS)
        else:
            return


def release_dead_neighbours() -> None:
    """Take over at once what a killed process of this machine held, instead of waiting for its lease to end."""
    host = socket.gethostname()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT leased_by FROM platform_inboxblock WHERE leased_by LIKE %s", [f"{host}:%"])
        dead = [name for (name,) in cursor.fetchall() if not _is_running(name.rpartition(":")[2])]
        cursor.execute("UPDATE platform_inboxblock SET leased_until = NULL WHERE leased_by = ANY(%s)", [dead])


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
