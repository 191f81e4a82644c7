"""Identifiers as the database has them: found by what they say, and numbered when they are new."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from wutong.people.models import IdentifierKind


class IdentifierKey(NamedTuple):
    """An identifier in its normal form."""

    kind: IdentifierKind
    value: str
    scope: str = ""


@dataclass
class Known:
    """An identifier as the database has it."""

    id: int
    key: IdentifierKey
    person_id: int | None
    is_blocked: bool
    is_shared: bool
    first_seen_at: datetime


def load_by_key(keys: Iterable[IdentifierKey]) -> dict[IdentifierKey, Known]:
    """Those of ``keys`` that are known."""
    keys = list(keys)
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.id, i.kind, i.value, i.scope, i.person_id, i.is_blocked, i.is_shared, i.first_seen_at
            FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(kind, value, scope)
            JOIN people_identifier i ON i.kind = k.kind AND i.scope = k.scope AND i.value = k.value
            """,
            [[key.kind.value for key in keys], [key.value for key in keys], [key.scope for key in keys]],
        )
        return {known.key: known for known in map(_known, cursor.fetchall())}


def load_by_id(ids: Iterable[int]) -> dict[int, Known]:
    """The identifiers of these ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at"
            " FROM people_identifier WHERE id = ANY(%s)",
            [list(ids)],
        )
        return {known.id: known for known in map(_known, cursor.fetchall())}


def _known(row: tuple[int, str, str, str, int, bool, bool, datetime]) -> Known:
    id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at = row
    return Known(id, IdentifierKey(IdentifierKind(kind), value, scope), person_id, is_blocked, is_shared, first_seen_at)


def allot(sequence: str, n: int) -> list[int]:
    """The next ``n`` numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, n])
        return [row[0] for row in cursor.fetchall()]
