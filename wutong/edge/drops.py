"""What is dropped on purpose, counted under a named reason: by day in the database, and among the figures."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from enum import StrEnum

import psycopg
from prometheus_client import Counter as Figure

from wutong.edge.database import connect

FLUSH_EVERY_S = 3.0

DROPPED = Figure("wutong_edge_dropped", "Arrivals dropped on purpose.", ["door", "reason"])

_ADD = """
INSERT INTO platform_dropcount ("on", door, reason, n)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT ("on", door, reason) DO UPDATE SET n = platform_dropcount.n + excluded.n
"""


class Drop(StrEnum):
    """Why an arrival was not taken."""

    MALFORMED = "malformed"
    UNKNOWN_EVENT = "unknown_event"
    BAD_PROPS = "bad_props"
    BAD_ID = "bad_id"
    BAD_TIME = "bad_time"
    BAD_TEXT = "bad_text"  # NUL, or half of a surrogate pair
    BAD_NUMBER = "bad_number"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    CLOCK_SKEW = "clock_skew"
    BAD_IDENTIFIER = "bad_identifier"
    # Whole requests:
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    FOREIGN_ORIGIN = "foreign_origin"
    UNKNOWN_SITE = "unknown_site"
    TOO_MANY = "too_many_requests"
    BAD_KEY = "bad_key"
    BAD_TOKEN = "bad_token"  # noqa: S105  # a reason, not a password
    BAD_ANSWERS = "bad_answers"
    NOT_STORED = "not_stored"
    # Taken nevertheless, but worth counting:
    NO_ORIGIN = "no_origin"
    SUSPECTED = "suspected_spam"
    CLAMPED = "time_clamped"


class Drops:
    """Counts since the last flush."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[date, str, str]] = Counter()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_flushing())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self._flush()

    def count(self, door: str, reason: Drop, n: int = 1) -> None:
        self._counts[datetime.now(UTC).date(), door, reason.value] += n
        DROPPED.labels(door, reason.value).inc(n)

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            await self._flush()

    async def _flush(self) -> None:
        if not self._counts:
            return
        counts, self._counts = self._counts, Counter()
        rows = sorted(counts.items())
        columns = [[*column] for column in zip(*((on, door, reason, n) for (on, door, reason), n in rows), strict=True)]
        try:
            async with await connect("drops") as connection:
                await connection.execute(_ADD, columns)
        except (psycopg.Error, asyncio.CancelledError) as error:
            self._counts += counts  # next time
            if isinstance(error, asyncio.CancelledError):
                raise
