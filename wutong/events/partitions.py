"""The hot store's partitions: one a month, by the time inside the UUIDv7 ids. See ``lake/retire.py`` for their end."""

from datetime import datetime, timedelta

from django.db import connection

from wutong.events.clocks import MARGIN, OLDEST
from wutong.events.months import LANE, Month

_BACK = OLDEST + MARGIN + timedelta(days=1)
"""As far back as ids are taken, and a day for what waits."""


def ensure(*, first: datetime, last: datetime) -> list[str]:
    """Make the partitions that hold ids from ``first`` to ``last``; those that exist stay. Returns the new names."""
    made = []
    month = Month.of(first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LANE])
        existing = _names(cursor)
        while month.begins_at <= last:
            if month.partition not in existing:
                cursor.execute(
                    f"CREATE TABLE {month.partition} PARTITION OF event"
                    f" FOR VALUES FROM ('{month.first_id}') TO ('{month.next.first_id}')"
                    " WITH (fillfactor = 90)"
                )
                made.append(month.partition)
            month = month.next
    return made


def ensure_around(*, at: datetime) -> list[str]:
    """Make the partitions that the collector may need from now on: a fortnight back, two months ahead."""
    return ensure(first=at - _BACK, last=at + timedelta(days=62))


def ensure_for_waiting(*, at: datetime) -> list[str]:
    """Make the partitions around now and those of all that waits in the inbox, however long nothing has run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(received_at) FROM platform_inboxblock")
        (oldest,) = cursor.fetchone()
    made = ensure(first=oldest - _BACK, last=at) if oldest else []
    return made + ensure_around(at=at)


def _names(cursor: object) -> set[str]:
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor wrapper has no public type
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'event'::regclass"
    )
    return {row[0] for row in cursor.fetchall()}  # type: ignore[attr-defined]  # as above
