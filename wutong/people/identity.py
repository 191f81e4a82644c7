"""The identity lane: from what was seen together to who it was.

Observations are stored as the truth; identifiers, links and person ids are brought in line in the same transaction, for
the part of the graph that is touched. Everything that changes links runs under one advisory lock, the lane.

Ids are stable facts: they are allotted at arrival and stored. When groups join, the older id (first seen, then smaller)
survives and the others become aliases; when a group splits, the part with the oldest link keeps the id.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wutong.people.graph import Level
from wutong.people.identifiers import IdentifierKey, Known, load_by_key
from wutong.people.observations import Observed, Recognised, Whose, reserve, store_links, store_observations
from wutong.people.projection import project

__all__ = ["IdentifierKey", "Observed", "Recognised", "Whose", "observe_many"]

_LANE = 0x77740002


def observe_many(
    observations: Sequence[Observed], *, at: datetime, level: Level = Level.BLOCKED_AND_SHARED
) -> Recognised:
    """Recognise who acted in each of ``observations``. Opens no transaction; safe to repeat with the same ids.

    Takes the identity lane, until the caller's transaction ends, only when something new links or appears. Otherwise it
    shares the lane: nobody moves to another person before what the caller writes about them is committed.
    """
    recognised = Recognised()
    # Most acts are of a browser alone, and a browser acts many times: what is looked up is looked up once for all.
    alike: dict[tuple[IdentifierKey, ...], list[Observed]] = {}
    for observed in observations:
        alike.setdefault(observed.identifiers, []).append(observed)
    keys = {key for identifiers in alike for key in identifiers}
    last_move = _last_move()
    known = load_by_key(keys)
    linking = [observed for identifiers, seen in alike.items() if len(identifiers) > 1 for observed in seen]
    if len(known) < len(keys) or linking:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LANE])
        known = load_by_key(keys)  # again: while we waited for the lane, people may have changed
        fresh = reserve(keys - known.keys(), alike)
        known |= fresh
        new_links = store_links(store_observations(linking, known), known)
        touched = {identifier.id for identifier in fresh.values()} | {end for pair in new_links for end in pair}
        if touched:
            known |= project(touched, fresh, known, recognised, at=at, level=level, cause="observed")
    elif keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LANE])
        if _last_move() != last_move:
            known = load_by_key(keys)
    for identifiers, seen in alike.items():
        if whose := _whose(identifiers, known, level):
            recognised.whose.update((observed.id, whose) for observed in seen)
    return recognised


def _whose(identifiers: tuple[IdentifierKey, ...], known: dict[IdentifierKey, Known], level: Level) -> Whose | None:
    """Whose an act is by its strongest unblocked identifier; by a browser only when that stands alone."""
    candidates = [known[key] for key in identifiers]
    unblocked = [one for one in candidates if not one.is_blocked or level is Level.COMPONENTS]
    subject = min(unblocked or candidates, key=lambda one: (one.key.kind.rank, one.id))
    return Whose(subject.id, subject.person_id) if subject.person_id is not None else None


def _last_move() -> int:
    """Which move was the latest. Moves are numbered under the lane, so that none can appear below it later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM people_identitymove")
        last: int = cursor.fetchone()[0]
    return last
