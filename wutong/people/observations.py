"""What was seen together: observations as they are stored, the links they make, and what a batch of them led to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db import connection
from msgspec import Struct

from wutong.people import normal_form
from wutong.people.identifiers import IdentifierKey, Known, allot
from wutong.people.models import Assurance
from wutong.platform.rows import execute_with_rows, id_array


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
    new_people: set[int] = field(default_factory=set)
    changed_people: set[int] = field(default_factory=set)
    absorbed: dict[int, int] = field(default_factory=dict)
    """People whose identifiers all went to another: ``{absorbed person: survivor}``."""
    unfinished_moves: set[int] = field(default_factory=set)
    """Subjects whose rows are too many to move at once: the caller defers the job that moves them."""


def reserve(
    missing: set[IdentifierKey], alike: Mapping[tuple[IdentifierKey, ...], Sequence[Observed]]
) -> dict[IdentifierKey, Known]:
    """Ids for identifiers never seen before; their rows are written once it is clear whose they are.

    Args:
        missing: the identifiers.
        alike: what was seen, by the identifiers that it shows.
    """
    if not missing:
        return {}
    seen_at: dict[IdentifierKey, list[datetime]] = {}
    for identifiers, seen in alike.items():
        for key in missing.intersection(identifiers):
            seen_at.setdefault(key, []).extend(observed.at for observed in seen)
    first_seen = {key: min(instants) for key, instants in seen_at.items()}
    ordered = sorted(missing, key=lambda key: (first_seen[key], key))
    ids = allot("people_identifier_id_seq", len(ordered))
    return {
        key: Known(
            id,
            key,
            person_id=None,
            is_blocked=normal_form.is_generic(key.kind, key.value),
            is_shared=False,
            first_seen_at=first_seen[key],
            last_seen_at=max(seen_at[key]),
        )
        for id, key in zip(ids, ordered, strict=True)
    }


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


def store_links(observations: Sequence[Observed], known: dict[IdentifierKey, Known]) -> set[tuple[int, int]]:
    """Keep the pairs of new observations, each with its earliest; returns the pairs that were not linked before."""
    first: dict[tuple[int, int], tuple[datetime, UUID]] = {}
    for observed in observations:
        for low, high in combinations(sorted({known[key].id for key in observed.identifiers}), 2):
            mark = (observed.at, observed.id)
            if mark < first.get((low, high), (datetime.max.replace(tzinfo=observed.at.tzinfo), observed.id)):
                first[low, high] = mark
    if not first:
        return set()
    stored = execute_with_rows(
        """
        INSERT INTO people_identitylink AS l (low_id, high_id, first_at, first_observation_id)
        SELECT * FROM json_to_recordset(%(rows)s::json) AS r(low bigint, high bigint, at timestamptz, id uuid)
        ON CONFLICT (low_id, high_id) DO UPDATE
            SET first_at = excluded.first_at, first_observation_id = excluded.first_observation_id
            WHERE (excluded.first_at, excluded.first_observation_id) < (l.first_at, l.first_observation_id)
        RETURNING low_id, high_id, xmax = 0
        """,
        [{"low": low, "high": high, "at": at, "id": id} for (low, high), (at, id) in first.items()],
    )
    return {(low, high) for low, high, inserted in stored if inserted}


def links_of(ids: set[int]) -> dict[tuple[int, int], datetime]:
    """The links at either end of which one of ``ids`` stands, with their age."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT low_id, high_id, first_at FROM people_identitylink WHERE low_id = ANY(%(ids)s::bigint[])"
            " UNION SELECT low_id, high_id, first_at FROM people_identitylink WHERE high_id = ANY(%(ids)s::bigint[])",
            {"ids": id_array(ids)},
        )
        return {(low, high): first_at for low, high, first_at in cursor.fetchall()}
