"""The identity graph over somebody's own observations, in a scratch schema that is gone afterwards.

It is the very projection that the stream keeps, batch after batch; only its tables are temporary ones.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec
from django.db import connection, transaction
from msgspec import Struct

from wutong.people.graph import Level
from wutong.people.identifiers import IdentifierKey, blocked_values
from wutong.people.identity import see_many
from wutong.people.models import (
    Assurance,
    BlockedValue,
    Identifier,
    IdentifierKind,
    IdentityChange,
    IdentityDecision,
    IdentityLink,
    IdentityMove,
    IdentityRules,
    Observation,
    Person,
    RefusedLink,
)
from wutong.people.observations import Observed

BATCH = 500
MOST_IN_A_LINE = 1_000
"""Each two of an observation are a link: of so many half a million, which takes ten seconds and 400 MB."""
_TABLES = (
    Person,
    Identifier,
    Observation,
    IdentityLink,
    IdentityDecision,
    RefusedLink,
    IdentityChange,
    IdentityMove,
    IdentityRules,
    BlockedValue,
)


class NotAnObservation(ValueError):
    """A line is not what it should be; the message says which line and what it should look like."""


class Line(Struct, frozen=True):
    """One observation as files tell it."""

    event_id: str
    at: datetime
    identifiers: list[str]


class Resolved(Struct, frozen=True):
    """Who belongs together, sorted throughout."""

    clusters: list[list[str]]
    """Without blocked values, which belong to nobody."""
    shared_cookies: list[str]
    refused_links: list[list[str]]


def read_lines(lines: Iterable[str]) -> list[Observed]:
    """The observations of a file, one JSON object a line; identifiers stand in their normal form already.

    Ids may be any text; their order is kept, because of two observations of one instant the smaller id came first.

    Raises:
        NotAnObservation: see there.
    """
    told: dict[str, tuple[datetime, tuple[IdentifierKey, ...]]] = {}
    decoder = msgspec.json.Decoder(Line)
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = decoder.decode(text)
            identifiers = tuple(dict.fromkeys(IdentifierKey.read(one) for one in line.identifiers))
        except (msgspec.DecodeError, ValueError) as error:
            raise NotAnObservation(f"Line {number}: {error}") from error
        if line.at.tzinfo is None:
            raise NotAnObservation(f"Line {number}: at lacks its offset; write 2025-01-31T08:00:00Z.")
        if len(identifiers) > MOST_IN_A_LINE:
            raise NotAnObservation(
                f"Line {number}: {len(identifiers)} identifiers in one; the most is {MOST_IN_A_LINE}."
            )
        before, known = told.setdefault(line.event_id, (line.at, identifiers))
        if (before, set(known)) != (line.at, set(identifiers)):
            raise NotAnObservation(f"Line {number}: the event_id {line.event_id} came before and said something else.")
    ids = {event_id: UUID(int=number) for number, event_id in enumerate(sorted(told), start=1)}
    return [
        Observed(
            id=ids[event_id],
            at=at,
            received_at=at,
            source="file",
            assurance=Assurance.BROWSER,
            identifiers=identifiers,
        )
        for event_id, (at, identifiers) in told.items()
        if identifiers
    ]


def resolve_in_scratch(
    observations: Sequence[Observed], *, level: Level, blocked: Collection[str] | None = None
) -> Resolved:
    """Who belongs together by ``observations`` alone. Opens a transaction and leaves nothing behind.

    Args:
        blocked: values that never link, with or without their kind; None for those that the product blocks.
    """
    keys = {key for observed in observations for key in observed.identifiers}
    if blocked is None:
        no_links = blocked_values(keys)
    else:
        no_links = {key for key in keys if key.text in blocked or key.value in blocked}
    with transaction.atomic():
        _make_tables()
        for batch in _batches(observations):
            see_many(batch, at=batch[-1].at, level=level, blocked=no_links.intersection)
        resolved = _read(level)
        transaction.set_rollback(True)
    return resolved


def _make_tables() -> None:
    """Shadow the tables of the graph. What is not shadowed cannot be reached, let alone changed."""
    with connection.cursor() as cursor:
        for model in _TABLES:
            name = model._meta.db_table
            cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name} INCLUDING ALL) ON COMMIT DROP")
        cursor.execute("SET LOCAL search_path TO pg_temp, pg_catalog")


def _batches(observations: Sequence[Observed]) -> Iterator[list[Observed]]:
    left = iter(observations)
    while batch := list(islice(left, BATCH)):
        yield batch


def _read(level: Level) -> Resolved:
    key_of: dict[int, str] = {}
    clusters: dict[int, list[str]] = {}
    shared = []
    for id, person, kind, scope, value, is_blocked, is_shared in Identifier.objects.values_list(
        "id", "person_id", "kind", "scope", "value", "is_blocked", "is_shared"
    ):
        key_of[id] = text = IdentifierKey(IdentifierKind(kind), value, scope).text
        if not is_blocked or level is Level.COMPONENTS:
            clusters.setdefault(person, []).append(text)
        if is_shared:
            shared.append(text)
    refused = RefusedLink.objects.values_list("low_id", "high_id")
    return Resolved(
        clusters=sorted(sorted(cluster) for cluster in clusters.values()),
        shared_cookies=sorted(shared),
        refused_links=sorted(sorted((key_of[low], key_of[high])) for low, high in refused),
    )
