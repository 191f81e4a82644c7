"""The ledger of senders' own keys: the first id that was given under a key stands for thirty days."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Keyed(NamedTuple):
    """A sender's own key, and the id it gets if it is new."""

    source: str
    key: str
    id: UUID


def first_ids(keyed: Sequence[Keyed], *, at: datetime) -> dict[tuple[str, str], UUID]:
    """The id of each ``(source, key)``: that of ``keyed`` where it is new. Opens no transaction."""
    if not keyed:
        return {}
    keyed = sorted(keyed)  # locks in one order
    sources, keys = [one.source for one in keyed], [one.key for one in keyed]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_senderkey (source, key, event_id, created_at)"
            " SELECT source, key, event_id, %s"
            " FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS k(source, key, event_id)"
            " ON CONFLICT (source, key) DO NOTHING",
            [at, sources, keys, [one.id for one in keyed]],
        )
        cursor.execute(
            "SELECT s.source, s.key, s.event_id FROM unnest(%s::text[], %s::text[]) AS k(source, key)"
            " JOIN platform_senderkey s ON s.source = k.source AND s.key = k.key",
            [sources, keys],
        )
        return {(source, key): event_id for source, key, event_id in cursor.fetchall()}
