"""Identifiers as the database has them: found by what they say, and numbered when they are new."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connection
from django.db.models import Case, QuerySet, When
from msgspec import Struct

from wutong.people import normal_form
from wutong.people.models import BlockedValue, Identifier, IdentifierKind, Person
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import ready_made
from wutong.platform.rows import execute, execute_with_rows, id_array
from wutong.platform.unstorable import NUL

BROWSERS = (IdentifierKind.COOKIE, IdentifierKind.DEVICE)
_LONGEST_VALUE, _LONGEST_SCOPE = 320, 80
_SHOWN = 200


class IdentifierKey(NamedTuple):
    """An identifier in its normal form."""

    kind: IdentifierKind
    value: str
    scope: str = ""

    @property
    def text(self) -> str:
        """As it is written in files: ``kind:value``, ``openid@APP:value``."""
        return f"{self.kind.value}@{self.scope}:{self.value}" if self.scope else f"{self.kind.value}:{self.value}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The identifier that is written so, taken as it stands.

        Raises:
            ValueError: it is of no kind that we know, has no value, a very long one or one with NUL, or is an openid
                without its app.
        """
        name, _, value = text.partition(":")
        kind, _, scope = name.partition("@")
        if kind not in _KINDS or not value:
            raise ValueError(f"“{text}” is not written kind:value with a kind of {', '.join(_KINDS)}.")
        if kind == IdentifierKind.OPENID and not scope:
            raise ValueError(f"“{text}” lacks its app: write openid@APP:value.")
        if len(value) > _LONGEST_VALUE or len(scope) > _LONGEST_SCOPE:
            raise ValueError(f"“{text[:60]}…” is too long for an identifier.")
        if NUL in text:
            raise ValueError(f"“{text}” holds the character NUL. Leave it out.")
        return cls(_KINDS[kind], value, scope)


class Known(Struct, frozen=True):
    """An identifier as the database has it."""

    id: int
    key: IdentifierKey
    person_id: int | None
    is_blocked: bool
    is_shared: bool
    first_seen_at: datetime
    is_verified: bool = False
    """Whether a verified observation holds it."""
    last_seen_at: datetime | None = None
    """Of one that is new: when it was seen last in this batch."""


_KINDS = {kind.value: kind for kind in IdentifierKind}

Blocked = Callable[[Collection[IdentifierKey]], set[IdentifierKey]]
"""Which of these are blocked: they belong to nobody in particular and never link people."""


def blocked_values(keys: Collection[IdentifierKey]) -> set[IdentifierKey]:
    """Those of ``keys`` that are generic by what they say, or on the company's own list."""
    strong = [key for key in keys if not key.kind.is_weak]
    blocked = {key for key in strong if normal_form.is_generic(key.kind, key.value)}
    if strong:
        listed = BlockedValue.objects.filter(value__among={key.value for key in strong})
        entries = listed.values_list("kind", "value", "scope")
        blocked |= {IdentifierKey(_KINDS[kind], value, scope) for kind, value, scope in entries}.intersection(strong)
    return blocked


def load_by_key(keys: Iterable[IdentifierKey]) -> dict[IdentifierKey, Known]:
    """Those of ``keys`` that are known."""
    keys = list(keys)
    if not keys:
        return {}
    found = execute_with_rows(
        """
        SELECT i.id, i.kind, i.value, i.scope, i.person_id, i.is_blocked, i.is_shared, i.first_seen_at,
               i.is_verified
        FROM (SELECT k->>0 AS kind, k->>1 AS value, k->>2 AS scope FROM json_array_elements(%(rows)s::json) k) k
        JOIN people_identifier i ON i.kind = k.kind AND i.scope = k.scope AND i.value = k.value
        """,
        keys,
    )
    return {known.key: known for known in map(_known, found)}


def load_by_id(ids: Collection[int]) -> dict[int, Known]:
    """The identifiers of these ids."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at, is_verified"
            " FROM people_identifier WHERE id = ANY(%s::bigint[])",
            [id_array(ids)],
        )
        return {known.id: known for known in map(_known, cursor.fetchall())}


def hold(subjects: Collection[int]) -> set[int]:
    """Keep these identifiers from being erased until the caller's transaction ends; returns those that are there.

    For whoever writes about them outside the lane: see :mod:`wutong.people.lane`.
    """
    found = execute(
        "SELECT id FROM people_identifier WHERE id = ANY(%(subjects)s::bigint[]) ORDER BY id FOR KEY SHARE",
        subjects=id_array(list(subjects)),
    )
    return {id for (id,) in found}


def hold_people(people: Collection[int]) -> set[int]:
    """As :func:`hold`, for whoever writes about people and none of their identifiers; returns those that are there."""
    found = execute(
        "SELECT person_id FROM people_identifier WHERE person_id = ANY(%(people)s::bigint[]) ORDER BY id FOR KEY SHARE",
        people=id_array(list(people)),
    )
    return {id for (id,) in found}


def outwait_holders(people: Collection[int]) -> None:
    """Wait until nobody holds an identifier of ``people``, and let nobody until the caller's transaction ends.

    For whoever erases, in the lane, before looking for what there is to erase. People first: who changes somebody's
    fields has locked their row before holding their identifiers.
    """
    ids = id_array(list(people))
    execute("SELECT id FROM people_person WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE", ids=ids)
    execute("SELECT id FROM people_identifier WHERE person_id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE", ids=ids)


def _known(row: tuple[int, str, str, str, int, bool, bool, datetime, bool]) -> Known:
    id, kind, value, scope, person_id, is_blocked, is_shared, first_seen_at, is_verified = row
    key = IdentifierKey(_KINDS[kind], value, scope)
    return Known(id, key, person_id, is_blocked, is_shared, first_seen_at, is_verified)


def allot(sequence: str, n: int) -> list[int]:
    """The next ``n`` numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, n])
        return [row[0] for row in cursor.fetchall()]


@once_a_page
def shown_identifiers(person: Person) -> list[Identifier]:
    """A person's identifiers for their page, the oldest first; browsers, of which there may be hundreds, at the end."""
    return _shown_of(person.pk)


@ready_made
def _shown_of(person: int) -> QuerySet[Identifier]:
    is_browser = Case(When(kind__in=BROWSERS, then=1), default=0)
    return Identifier.objects.filter(person=person).order_by(is_browser, "pk")[:_SHOWN]


def browsers_of(person: Person) -> int:
    """How many browsers know a person by our cookie."""
    shown = shown_identifiers(person)
    if len(shown) < _SHOWN:
        return sum(one.kind == IdentifierKind.COOKIE for one in shown)
    return Identifier.objects.filter(person=person, kind=IdentifierKind.COOKIE).count()
