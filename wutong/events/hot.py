"""Writing to and reading from the hot store."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from wutong.platform.rows import execute, execute_with_rows, id_array


class HotRow(Struct, frozen=True, kw_only=True):
    """An event about to be stored. Its fields are the table's columns."""

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
    props: dict[str, Any] = {}
    is_own: bool = False
    is_machine: bool = False
    digest: int = 0


@dataclass(frozen=True)
class Stored:
    """What became of a batch: the events that are new, and the ids that repeat or were used for something else."""

    rows: Sequence[HotRow]
    repeated: frozenset[UUID] = frozenset()
    reused: frozenset[UUID] = frozenset()

    @property
    def new(self) -> frozenset[UUID]:
        """The ids of the events that are new."""
        return frozenset(row.id for row in self.rows)


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
    if not rows:
        return Stored(())
    # The ids of the new ones come back only when some were there already: mostly none are.
    ((n, ids),) = execute_with_rows(
        """
        WITH new AS (
            INSERT INTO event (id, name, occurred_at, received_at, subject_id, person_id, site_id, source, view_id,
                               channel, campaign, url, props, is_own, is_machine, digest)
            SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
                id uuid, name text, occurred_at timestamptz, received_at timestamptz, subject_id bigint,
                person_id bigint, site_id bigint, source text, view_id uuid, channel text, campaign text, url text,
                props jsonb, is_own bool, is_machine bool, digest bigint)
            ON CONFLICT (id) DO NOTHING RETURNING id
        )
        SELECT count(*), CASE WHEN count(*) < %(given)s THEN array_agg(id) END FROM new
        """,
        rows,
        given=len(rows),
    )
    return Stored(rows) if n == len(rows) else _sorted_out(rows, new=frozenset(ids or ()))


def _sorted_out(rows: Sequence[HotRow], *, new: frozenset[UUID]) -> Stored:
    """Tell the events that were stored from those that were there, or came before in the same batch."""
    first: dict[UUID, HotRow] = {}
    again = [row for row in rows if first.setdefault(row.id, row) is not row]
    known = {row.id: row.digest for row in first.values() if row.id in new}
    known |= stored_digests([id for id in first if id not in new])
    again += [row for row in first.values() if row.id not in new]
    return Stored(
        [row for row in first.values() if row.id in new],
        repeated=frozenset(row.id for row in again if known.get(row.id) == row.digest),
        reused=frozenset(row.id for row in again if known.get(row.id) != row.digest),
    )


def stored_digests(ids: Sequence[UUID]) -> dict[UUID, int]:
    """Digests of those of ``ids`` that are stored already."""
    if not ids:
        return {}
    # Joined, so that each id is looked for in its own month; and bound, since the planner weighs each id it can read.
    statement = "SELECT e.id, e.digest FROM unnest(%(ids)s::uuid[]) AS k(id) JOIN event e ON e.id = k.id"
    return dict(execute(statement, ids=id_array(ids)))
