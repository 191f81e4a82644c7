"""The hot store's partitions: one a month, by the time inside the UUIDv7 ids."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

HOT_DAYS = 400
"""How long events stay in the hot store; the lake keeps them all."""
_LANE = 0x77740001  # the advisory lock under which partitions are made and dropped


def id_at(at: datetime) -> UUID:
    """The smallest UUIDv7-ordered value of an instant: a bound for ids, not an id.

    Source: RFC 9562, section 5.7 (48 bits of Unix milliseconds come first).
    """
    return UUID(int=int(at.timestamp() * 1000) << 80)


def ensure(*, first: datetime, last: datetime) -> list[str]:
    """Make the partitions that hold ids from ``first`` to ``last``; those that exist stay. Returns the new names."""
    made = []
    month = _month(first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LANE])
        existing = _names(cursor)
        while month <= last:
            following = _month(month + timedelta(days=32))
            name = f"event_{month:%Y_%m}"
            if name not in existing:
                cursor.execute(
                    f"CREATE TABLE {name} PARTITION OF event"
                    f" FOR VALUES FROM ('{id_at(month)}') TO ('{id_at(following)}')"
                    " WITH (fillfactor = 90)"
                )
                made.append(name)
            month = following
    return made


def ensure_around(*, at: datetime) -> list[str]:
    """Make the partitions that the collector may need from now on: a week back, two months ahead."""
    return ensure(first=at - timedelta(days=8), last=at + timedelta(days=62))


def drop_before(*, at: datetime) -> list[str]:
    """Drop the partitions all of whose events are older than ``at``; the caller makes sure the lake has them."""
    dropped = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LANE])
        for name in sorted(_names(cursor)):
            month = datetime.strptime(name, "event_%Y_%m").replace(tzinfo=UTC)
            if _month(month + timedelta(days=32)) <= at:
                cursor.execute(f"DROP TABLE {name}")
                dropped.append(name)
    return dropped


def _month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _names(cursor: object) -> set[str]:
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor wrapper has no public type
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'event'::regclass"
    )
    return {row[0] for row in cursor.fetchall()}  # type: ignore[attr-defined]  # as above
