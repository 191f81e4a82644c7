"""What was seen together: observations as they are stored, the links they make, and what a batch of them led to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db import connection
from msgspec import Struct

from wutong.people.allotment import NewPerson
from wutong.people.identifiers import Blocked, IdentifierKey, Known, allot
from wutong.people.models import Assurance
from wutong.platform.rows import execute_with_rows, id_array, write_rows


class Observed(Struct, frozen=True, kw_only=True):
    """Identifiers seen together in one act."""

    id: UUID
    at: datetime
    received_at: datetime
    source: str
    assurance: Assurance
    identifiers: tuple[IdentifierKey, ...]


class Whose(Struct, frozen=True):
    """Whose an act is: the identifier that is its subject, and the person it is projected to today."""

    subject_id: int
    person_id: int


@dataclass
class Recognised:
    """What a batch of observations led to."""

    whose: dict[UUID, Whose] = field(default_factory=dict)
    known: dict[IdentifierKey, Known] = field(default_factory=dict)
    """The identifiers that were seen, as they are now."""
    new_people: set[int] = field(default_factory=set)
    unwritten: list[NewPerson] = field(default_factory=list)
    """New people whose rows are left to the caller, where it has asked for that: nothing has moved to them."""
    changed_people: set[int] = field(default_factory=set)
    absorbed: dict[int, int] = field(default_factory=dict)
    """People whose identifiers all went to another: ``{absorbed person: survivor}``."""
    moved: set[int] = field(default_factory=set)
    """Subjects that belong to another person now."""
    unfinished_moves: set[int] = field(default_factory=set)
    """Subjects whose rows are too many to move at once: the caller defers the job that moves them."""


def reserve(
    missing: set[IdentifierKey], alike: Mapping[tuple[IdentifierKey, ...], Sequence[Observed]], *, blocked: Blocked
) -> dict[IdentifierKey, Known]:
    """Ids for identifiers never seen before; their rows are written once it is clear whose they are.

    Args:
        missing: the identifiers.
        alike: what was seen, by the identifiers that it shows.
        blocked: tells which of them never link people.
    """
    if not missing:
        return {}
    first_seen: dict[IdentifierKey, datetime] = {}
    last_seen: dict[IdentifierKey, datetime] = {}
    for identifiers, seen in alike.items():
        first = last = seen[0].at
        for observed in seen[1:]:
            first, last = min(first, observed.at), max(last, observed.at)
        for key in identifiers:
            if key in missing:
                first_seen[key] = min(first_seen.get(key, first), first)
                last_seen[key] = max(last_seen.get(key, last), last)
    ordered = sorted(missing, key=lambda key: (first_seen[key], key))
    ids = allot("people_identifier_id_seq", len(ordered))
    no_links = blocked(ordered)
    return {
        key: Known(
            id,
            key,
            person_id=None,
            is_blocked=key in no_links,
            is_shared=False,
            first_seen_at=first_seen[key],
            last_seen_at=last_seen[key],
        )
        for id, key in zip(ids, ordered, strict=True)
    }


def verify(observations: Sequence[Observed], known: Mapping[IdentifierKey, Known]) -> None:
    """Mark the identifiers of verified observations: somebody has checked them. Browsers prove nothing."""
    proved = {
        known[key].id
        for observed in observations
        if observed.assurance is Assurance.VERIFIED
        for key in observed.identifiers
        if not key.kind.is_weak and not known[key].is_verified
    }
    if proved:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_identifier SET is_verified = true WHERE id IN"
                " (SELECT id FROM people_identifier WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE)",
                [id_array(proved)],
            )


def store_observations(linking: Sequence[Observed], known: dict[IdentifierKey, Known]) -> list[Observed]:
    """Keep what was seen together; returns the observations that are new."""
    if not linking:
        return []
    by_id = {observed.id: observed for observed in linking}
    rows = [
        {
            "id": observed.id,
            "at": observed.at,
            "received_at": observed.received_at,
            "source": observed.source,
            "assurance": observed.assurance,
            "identifiers": sorted({known[key].id for key in observed.identifiers}),
        }
        for observed in by_id.values()
        if len(set(observed.identifiers)) > 1
    ]
    if not rows:
        return []
    stored = execute_with_rows(
        """
        INSERT INTO people_observation (id, at, received_at, source, assurance, identifiers)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS o(
            id uuid, at timestamptz, received_at timestamptz, source text, assurance text, identifiers bigint[])
        ON CONFLICT (id) DO NOTHING RETURNING id
        """,
        rows,
    )
    return [by_id[id] for (id,) in stored]


class Pair(Struct, frozen=True):
    """Two identifiers in observations that are at hand: the earliest that shows them, and whether one is verified."""

    low: int
    high: int
    at: datetime
    id: UUID
    is_verified: bool


def add_nothing(observations: Sequence[Observed], known: Mapping[IdentifierKey, Known]) -> bool:
    """Whether all that these show has been seen before, earlier and as surely: then nobody can change by them."""
    pairs = pairs_of(observations, known)
    if not pairs:
        return True
    found = execute_with_rows(
        """
        SELECT count(*) FROM json_to_recordset(%(rows)s::json) AS r(
            low bigint, high bigint, at timestamptz, id uuid, is_verified bool)
        JOIN people_identitylink l ON l.low_id = r.low AND l.high_id = r.high
        WHERE (l.first_at, l.first_observation_id) <= (r.at, r.id) AND l.is_verified >= r.is_verified
        """,
        pairs,
    )
    return bool(found[0][0] == len(pairs))


def store_links(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """Keep pairs of identifiers that were known, each with its earliest; returns those by which anything can change."""
    if not pairs:
        return []
    stored = execute_with_rows(
        """
        INSERT INTO people_identitylink AS l (low_id, high_id, first_at, first_observation_id, is_verified)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
            low bigint, high bigint, at timestamptz, id uuid, is_verified bool)
        ON CONFLICT (low_id, high_id) DO UPDATE
            SET (first_at, first_observation_id) = (
                    SELECT m.at, m.id FROM (VALUES (l.first_at, l.first_observation_id),
                                                   (excluded.first_at, excluded.first_observation_id)) m(at, id)
                    ORDER BY m.at, m.id LIMIT 1),
                is_verified = l.is_verified OR excluded.is_verified
            WHERE (excluded.first_at, excluded.first_observation_id) < (l.first_at, l.first_observation_id)
               OR excluded.is_verified > l.is_verified
        RETURNING low_id, high_id
        """,
        pairs,
    )
    return [(low, high) for low, high in stored]


def add_links(pairs: Sequence[Pair]) -> None:
    """Keep pairs with an identifier that nobody had seen before: they cannot be there yet."""
    if pairs:
        write_rows(
            """
            INSERT INTO people_identitylink (low_id, high_id, first_at, first_observation_id, is_verified)
            SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
                low bigint, high bigint, at timestamptz, id uuid, is_verified bool)
            """,
            pairs,
        )


def pairs_of(observations: Sequence[Observed], known: Mapping[IdentifierKey, Known]) -> list[Pair]:
    """The pairs of identifiers that the observations show."""
    pairs: dict[tuple[int, int], Pair] = {}
    for observed in observations:
        is_verified = observed.assurance is Assurance.VERIFIED
        for low, high in combinations(sorted({known[key].id for key in observed.identifiers}), 2):
            one = Pair(low, high, observed.at, observed.id, is_verified)
            if other := pairs.get((low, high)):
                first = min((one.at, one.id), (other.at, other.id))
                one = Pair(low, high, *first, is_verified or other.is_verified)
            pairs[low, high] = one
    return list(pairs.values())
