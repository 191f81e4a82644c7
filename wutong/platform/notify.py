"""Telling colleagues at once: rows are the truth, NOTIFY says only that they are there."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

LIVE_CHANNEL = "wutong_live"
_NOTIFY_BYTES = 7_000  # PostgreSQL takes less than 8,000


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something one colleague should know. Unread notices of one group fold into one.

    The folded row takes a new id, so that a browser that was away is told of it when it asks for what came after an id.
    """

    staff_id: int
    kind: str
    group: str
    url: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    quiet_for: timedelta | None = None
    """A group that changed so lately is counted up without being announced again."""


def notify_many(notices: Sequence[Notice], *, at: datetime) -> list[int]:
    """Write ``notices`` and announce them when the caller's transaction commits. Opens no transaction.

    Returns:
        the ids of the rows, one for each notice and in its order.
    """
    if not notices:
        return []
    loud: list[tuple[int, int, str, Sequence[str]]] = []
    ids: dict[int, int] = {}
    in_order = sorted(enumerate(notices), key=lambda item: (item[1].staff_id, item[1].group))  # locks in one order
    with connection.cursor() as cursor:
        for place, notice in in_order:
            cursor.execute(
                """
                WITH earlier AS (
                    SELECT changed_at FROM platform_notification
                    WHERE staff_id = %(staff)s AND "group" = %(group)s AND read_at IS NULL
                )
                INSERT INTO platform_notification AS n
                    (staff_id, kind, "group", params, url, count, created_at, changed_at)
                VALUES (%(staff)s, %(kind)s, %(group)s, %(params)s, %(url)s, 1, %(at)s, %(at)s)
                ON CONFLICT (staff_id, "group") WHERE read_at IS NULL
                DO UPDATE SET id = excluded.id, count = n.count + 1, kind = excluded.kind, params = excluded.params,
                              url = excluded.url, changed_at = excluded.changed_at
                RETURNING id, (SELECT changed_at FROM earlier)
                """,
                {
                    "staff": notice.staff_id,
                    "kind": notice.kind,
                    "group": notice.group,
                    "params": json.dumps(notice.params),
                    "url": notice.url,
                    "at": at,
                },
            )
            id, changed_at = cursor.fetchone()
            ids[place] = id
            if notice.quiet_for is None or changed_at is None or changed_at + notice.quiet_for < at:
                loud.append((notice.staff_id, id, notice.kind, notice.topics))
    announce(loud)
    return [ids[place] for place in range(len(notices))]


def announce(messages: Iterable[tuple[int, int, str, Sequence[str]]]) -> None:
    """Send ``(staff id, notification id, kind, topics)`` to the live streams when the transaction commits.

    A staff id of 0 means everybody and a notification id of 0 that there is no notice, only topics to refresh.
    """
    batch: list[tuple[int, int, str, list[str]]] = []
    size = 2
    for staff_id, id, kind, topics in messages:
        length = len(kind) + sum(map(len, topics)) + 60
        if batch and size + length > _NOTIFY_BYTES:
            _send(batch)
            batch, size = [], 2
        batch.append((staff_id, id, kind, list(topics)))
        size += length
    if batch:
        _send(batch)


def _send(batch: list[tuple[int, int, str, list[str]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, json.dumps(batch, separators=(",", ":"))])
