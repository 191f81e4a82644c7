"""Telling colleagues at once: rows are the truth, NOTIFY says only that they are there."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from msgspec import Struct

from wutong.platform.rows import execute_with_rows

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
    folded: dict[tuple[int, str], _Row] = {}
    for notice in notices:
        key = (notice.staff_id, notice.group)
        n = folded[key].n + 1 if key in folded else 1
        folded[key] = _Row(notice.staff_id, notice.group, notice.kind, notice.params, notice.url, n)
    if not folded:
        return []
    written = execute_with_rows(
        """
        WITH given AS (
            SELECT * FROM json_to_recordset(%(rows)s::json)
                AS r(staff_id bigint, "group" text, kind text, params jsonb, url text, n int)
        ), earlier AS (
            SELECT n.staff_id, n."group", n.changed_at FROM given g JOIN platform_notification n
                ON n.staff_id = g.staff_id AND n."group" = g."group" AND n.read_at IS NULL
        ), written AS (
            INSERT INTO platform_notification AS n
                (staff_id, kind, "group", params, url, count, created_at, changed_at)
            SELECT staff_id, kind, "group", params, url, n, %(at)s, %(at)s FROM given
            ON CONFLICT (staff_id, "group") WHERE read_at IS NULL
            DO UPDATE SET id = excluded.id, count = n.count + excluded.count, kind = excluded.kind,
                          params = excluded.params, url = excluded.url, changed_at = excluded.changed_at
            RETURNING id, staff_id, "group"
        )
        SELECT w.staff_id, w."group", w.id, e.changed_at
        FROM written w LEFT JOIN earlier e ON e.staff_id = w.staff_id AND e."group" = w."group" ORDER BY w.id
        """,
        [row for _, row in sorted(folded.items())],  # locks in one order
        at=at,
    )
    stored = {(staff_id, group): (id, changed_at) for staff_id, group, id, changed_at in written}
    loud: dict[int, tuple[int, int, str, Sequence[str]]] = {}
    for notice in notices:
        id, changed_at = stored[notice.staff_id, notice.group]
        if notice.quiet_for is None or changed_at is None or changed_at + notice.quiet_for < at:
            loud[id] = (notice.staff_id, id, notice.kind, notice.topics)
    announce(loud.values())
    return [stored[notice.staff_id, notice.group][0] for notice in notices]


class _Row(Struct, frozen=True):
    """What a notice, or several of one group, becomes in the table."""

    staff_id: int
    group: str
    kind: str
    params: dict[str, Any]
    url: str
    n: int


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
