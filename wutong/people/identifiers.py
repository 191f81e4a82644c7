"""Identifiers as the database has them: found by what they say, and numbered when they are new."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from msgspec import Struct

from wutong.people.models import IdentifierKind
from wutong.platform.rows import execute_with_rows, id_array


class IdentifierKey(NamedTuple):
    """An identifier in its normal form."""

    kind: IdentifierKind
    value: str
    scope: str = ""


class Known(Struct, frozen=True):
    """An identifier as the database has it."""

    id: int
    key: IdentifierKey
    person_id: int | None
    is_blocked: bool
    is_shared: bool
    first_seen_at: datetime
    last_seen_at: datetime | None = None
    """Of one that is new: when it was seen last in this batch."""


_KINDS = {kind.value: kind for kind in IdentifierKind}


def load_by_key(keys: Iterable[IdentifierKey]) -> dict[IdentifierKey, Known]:
    """Those of ``keys`` that are known."""
    keys = list(keys)
    if not keys:
        return {}
    found = execute_with_rows(
        """
        SELECT i.id, i.kind, i.value, i.scope, i.person_id, i.is_blocked, i.is_shared, i.first_seen_at
        FROM (SELECT k->>0 AS kind, k->>1 AS value, k->>2 AS scope FROM json_array_elements(%(rows)s::json) k) k
        JOIN people_identifier i ON i.kind = k.kind AND i.scope = k.scope AND i.value = k.value
        """,
        keys,
    )
    return {known.key: known for known in map(_known, found)}


def load_by_id(ids: set[int]) -> dict[int, Known]:
    """The identifiers of these ids."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at"
            " FROM people_identifier WHERE id = ANY(%s::bigint[])",
            [id_array(ids)],
        )
        return {known.id: known for known in map(_known, cursor.fetchall())}


def _known(row: tuple[int, str, str, str, int, bool, bool, datetime]) -> Known:
    id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at = row
    return Known(id, IdentifierKey(_KINDS[kind], value, scope), person_id, is_blocked, is_shared, first_seen_at)


def allot(sequence: str, n: int) -> list[int]:
    """The next ``n`` numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, n])
        return [row[0] for row in cursor.fetchall()]
