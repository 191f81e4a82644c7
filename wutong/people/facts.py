"""What is known about people: statements with their source, and the one of each field that counts."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from msgspec import Struct
from msgspec.structs import asdict

from wutong.people.allotment import NewPerson
from wutong.people.models import Assurance, FieldValue, Person, Reach
from wutong.platform.chinese import keys_of, sort_key
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import ready_made
from wutong.platform.rows import ask, id_array, write_rows

_SAID = 500
SHOWN_FIELDS = ("full_name", "title", "company")
_FOUND_BY = ("phone", "email", "crm_id")
"""Kinds of identifiers that make somebody known."""
Follower = Callable[[Sequence[int]], None]

_followers: list[Follower] = []
_TRUST = {Assurance.VERIFIED: 0, Assurance.STAFF: 1, Assurance.TYPED: 2, Assurance.BROWSER: 3}


class Statement(Struct, frozen=True, kw_only=True):
    """Somebody said that a person's ``field`` is ``value``."""

    subject_id: int
    person_id: int
    field: str
    value: str
    source: str
    assurance: Assurance
    observed_at: datetime
    event_id: UUID | None = None


class _Shown(Struct, frozen=True):
    """A statement about a field that people are listed by."""

    field: str
    value: str
    assurance: str
    observed_at: datetime


class WhatIsSaid(NamedTuple):
    """Statements and identifiers by which people are listed and found, of each person."""

    statements: dict[int, list[_Shown]]
    addresses: dict[int, list[tuple[str, str]]]


class _Listed(Struct, frozen=True, kw_only=True):
    """What a person is listed by. A reach of None stays what it was."""

    id: int
    full_name: str
    title: str
    company_name: str
    sort_key: str
    search_keys: str
    """With a space between them."""
    reach: str | None


_LISTED = """
    id bigint, full_name text, title text, company_name text, sort_key text, search_keys text, reach text
"""


class _Added(_Listed, frozen=True, kw_only=True):
    """The same of a person who is not there yet."""

    first_seen_at: datetime
    last_seen_at: datetime


def follow(follower: Follower) -> None:
    """Call ``follower(person ids)`` whenever what is known about these people has been brought up to date."""
    if follower not in _followers:
        _followers.append(follower)


def state_many(statements: Sequence[Statement]) -> None:
    """Keep every statement; a repeat of the same event changes nothing. Opens no transaction.

    The caller is in the lane, or holds the subjects: see :mod:`wutong.people.lane`.
    """
    write_rows(
        """
        INSERT INTO people_fieldvalue
            (subject_id, person_id, field, value, source, assurance, observed_at, event_id)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
            subject_id bigint, person_id bigint, field text, value text, source text, assurance text,
            observed_at timestamptz, event_id uuid)
        ON CONFLICT DO NOTHING
        """,
        statements,
    )


class Said(Protocol):
    """What counts when the statements about one field are weighed."""

    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def assurance(self) -> str: ...
    @property
    def observed_at(self) -> datetime: ...


SomeSaid = TypeVar("SomeSaid", bound=Said)


def standing(values: Sequence[SomeSaid]) -> dict[str, SomeSaid]:
    """The value of each field that counts: the most trusted source, then the latest, the longest, the text's order.

    Source: ``algorithms.md`` 1.1, merging field values.
    """
    best: dict[str, SomeSaid] = {}
    for value in sorted(values, key=_preference) if len(values) > 1 else values:
        best.setdefault(value.field, value)
    return best


def _preference(value: Said) -> tuple[int, float, int, str]:
    trust = _TRUST[Assurance(value.assurance)]
    return (trust, -value.observed_at.timestamp(), -len(value.value), value.value)


def add_people(
    people: Sequence[NewPerson],
    statements: Mapping[int, Sequence[Statement]],
    addresses: Mapping[int, Sequence[tuple[str, str]]],
    *,
    at: datetime,
) -> set[int]:
    """Write the rows of new people, with what they are listed by. Opens no transaction.

    For whoever has all there is to say of them at hand, and calls :func:`tell_followers` afterwards.

    Args:
        statements: all of them, by person.
        addresses: kind and value of each identifier, by person.

    Returns:
        those of them who are known.
    """
    if not people:
        return set()
    rows = [
        _Added(
            first_seen_at=person.first_seen_at,
            last_seen_at=min(person.last_seen_at or person.first_seen_at, at),
            **asdict(_listed(person.id, statements.get(person.id, ()), addresses.get(person.id, ()))),
        )
        for person in people
    ]
    write_rows(
        f"""
        INSERT INTO people_person (id, public_id, is_own, first_seen_at, last_seen_at,
                                   full_name, title, company_name, sort_key, search_keys, reach)
        SELECT id, (%(beginning)s || substr(gen_random_uuid()::text, 9))::uuid, false, first_seen_at, last_seen_at,
               full_name, title, company_name, sort_key, string_to_array(search_keys, ' '), coalesce(reach, 'visitor')
        FROM json_to_recordset(%(rows)s::json) AS r(first_seen_at timestamptz, last_seen_at timestamptz, {_LISTED})
        """,  # noqa: S608  # a constant
        rows,
        beginning=secrets.token_hex(4),  # in common, so that they stand together in the index of these ids
    )
    return {row.id for row in rows if row.reach is not None}


def refresh_people(people: Sequence[int]) -> None:
    """Write what people are listed by, and let all who follow what is known do their part. Opens no transaction."""
    if people:
        bring_up_to_date(ask_what_is_said(people)())
        tell_followers(people)


def tell_followers(people: Collection[int]) -> None:
    """Let all who follow what is known of ``people`` do their part, after they have been written."""
    if concerned := sorted(people):
        for follower in _followers:
            follower(concerned)


def ask_what_is_said(people: Sequence[int]) -> Callable[[], WhatIsSaid]:
    """Ask for what :func:`bring_up_to_date` needs to know, to be waited for later. Opens no transaction."""
    statements = ask(
        "SELECT person_id, field, value, assurance, observed_at FROM people_fieldvalue"
        " WHERE person_id = ANY(%(people)s::bigint[]) AND field = ANY(%(fields)s)",
        people=id_array(people),
        fields=[*SHOWN_FIELDS],
    )
    addresses = ask(
        "SELECT person_id, kind, value FROM people_identifier"
        " WHERE person_id = ANY(%(people)s::bigint[]) AND kind = ANY(%(kinds)s)",
        people=id_array(people),
        kinds=[*_FOUND_BY],
    )

    def told() -> WhatIsSaid:
        found = WhatIsSaid({id: [] for id in people}, {id: [] for id in people})
        for person_id, *said in statements():
            found.statements[person_id].append(_Shown(*said))
        for person_id, kind, value in addresses():
            found.addresses[person_id].append((kind, value))
        return found

    return told


def bring_up_to_date(told: WhatIsSaid) -> None:
    """Write the name, title, company and search keys that people are listed by. Opens no transaction."""
    write_rows(
        f"""
        UPDATE people_person p
        SET full_name = r.full_name, title = r.title, company_name = r.company_name, sort_key = r.sort_key,
            search_keys = string_to_array(r.search_keys, ' '), reach = coalesce(r.reach, p.reach)
        FROM json_to_recordset(%(rows)s::json) AS r({_LISTED})
        WHERE p.id = r.id
          AND (p.full_name, p.title, p.company_name, p.sort_key, p.search_keys::text[], p.reach)
              IS DISTINCT FROM
              (r.full_name, r.title, r.company_name, r.sort_key, string_to_array(r.search_keys, ' '),
               coalesce(r.reach, p.reach))
        """,  # noqa: S608  # a constant
        [_listed(person, said, told.addresses[person]) for person, said in told.statements.items()],
    )


def _listed(person: int, statements: Sequence[Said], addresses: Sequence[tuple[str, str]]) -> _Listed:
    said = standing([one for one in statements if one.field in SHOWN_FIELDS])
    shown = {field: one.value for field, one in said.items()}
    name, company = shown.get("full_name", "")[:120], shown.get("company", "")[:200]
    found = [(kind, value) for kind, value in addresses if kind in _FOUND_BY]
    return _Listed(
        id=person,
        full_name=name,
        title=shown.get("title", "")[:120],
        company_name=company,
        sort_key=sort_key(name),
        search_keys=found_by(name, company, found),
        reach=Reach.KNOWN.value if name or found else None,
    )


def found_by(name: str, company: str, addresses: Sequence[tuple[str, str]]) -> str:
    """The keys by which a person is found, of kinds and values of the addresses; with a space between them."""
    numbers = [value for kind, value in addresses if kind == "phone"]
    mailboxes = [value.split("@", 1)[0] for kind, value in addresses if kind == "email"]
    return keys_of((name, company, *mailboxes), tuple(numbers))


@once_a_page
def statements_of(person: Person) -> list[FieldValue]:
    """What was said of a person, the latest first, as far as a page tells of it."""
    return _said_of(person.pk)


@ready_made
def _said_of(person: int) -> QuerySet[FieldValue]:
    return FieldValue.objects.filter(person=person).order_by("-observed_at", "-pk")[:_SAID]
