"""Writing to and reading from the hot store."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection


@dataclass(frozen=True, kw_only=True)
class HotRow:
    """An event about to be stored."""

    id: UUID
    name: str
    occurred_at: datetime
    received_at: datetime
    source: str
    subject_id: int | None = None
    person_id: int | None = None
    site_id: int | None = None
    view_id: UUID | None = None
    channel: str = ""
    campaign: str = ""
    url: str = ""
    props: dict[str, Any] = field(default_factory=dict)
    is_own: bool = False
    is_machine: bool = False
    digest: int = 0


@dataclass(frozen=True)
class Stored:
    """What became of a batch: the ids that are new, those that repeat, those that were used for something else."""

    new: frozenset[UUID]
    repeated: frozenset[UUID]
    reused: frozenset[UUID]


def new_id(at: datetime) -> UUID:
    """A fresh UUIDv7 for an event of ours at ``at``. Written out, because the library mints ids of this instant only.

    Source: RFC 9562, section 5.7: 48 bits of Unix milliseconds, version 7, 12 random bits, variant, 62 random bits.
    """
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62))


def digest_of(*parts: object) -> int:
    """A signed 64-bit digest of what a sender said, by which a repeat is told from another event of the same id."""
    body = msgspec.msgpack.encode(parts, order="sorted")
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big", signed=True)


def insert_many(rows: Sequence[HotRow]) -> Stored:
    """Store events; those whose id is there already change nothing. Opens no transaction."""
    first: dict[UUID, HotRow] = {}
    repeated: set[UUID] = set()
    reused: set[UUID] = set()
    for row in rows:
        earlier = first.setdefault(row.id, row)
        if earlier is not row:
            (repeated if earlier.digest == row.digest else reused).add(row.id)
    if not first:
        return Stored(frozenset(), frozenset(), frozenset())
    columns = zip(
        *(
            (
                row.id,
                row.name,
                row.occurred_at,
                row.received_at,
                row.subject_id,
                row.person_id,
                row.site_id,
                row.source,
                row.view_id,
                row.channel,
                row.campaign,
                row.url,
                json.dumps(row.props, ensure_ascii=False),
                row.is_own,
                row.is_machine,
                row.digest,
            )
            for row in first.values()
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO event (id, name, occurred_at, received_at, subject_id, person_id, site_id, source, view_id, channel,
                               campaign, url, props, is_own, is_machine, digest)
            SELECT * FROM unnest(
                %s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bool[], %s::bool[], %s::bigint[])
            ON CONFLICT (id) DO NOTHING RETURNING id
            """,
            [list(column) for column in columns],
        )
        new = frozenset(row[0] for row in cursor.fetchall())
        there = [id for id in first if id not in new]
        if there:
            cursor.execute("SELECT id, digest FROM event WHERE id = ANY(%s)", [there])
            for id, digest in cursor.fetchall():
                (repeated if digest == first[id].digest else reused).add(id)
    return Stored(new, frozenset(repeated), frozenset(reused))
