"""The identity lane: from what was seen together to who it was.

Observations are stored as the truth; identifiers, links and person ids are brought in line in the same transaction, for
the part of the graph that is touched. Everything that changes links runs in the lane (:mod:`wutong.people.lane`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from wutong.people import lane
from wutong.people.graph import Level, Link
from wutong.people.identifiers import Blocked, IdentifierKey, Known, blocked_values, load_by_key
from wutong.people.observations import (
    Observed,
    Recognised,
    Whose,
    add_links,
    add_nothing,
    pairs_of,
    reserve,
    store_links,
    store_observations,
    verify,
)
from wutong.people.projection import project
from wutong.people.reassign import reassign
from wutong.platform.rows import execute, id_array

__all__ = ["IdentifierKey", "Observed", "Recognised", "Whose", "bring_along", "observe_many", "see_many"]

Alike = Mapping[tuple[IdentifierKey, ...], Sequence[Observed]]


def observe_many(observations: Sequence[Observed], *, at: datetime, level: Level = Level.PRODUCT) -> Recognised:
    """Recognise who acted in each of ``observations``. Opens no transaction; safe to repeat with the same ids.

    Takes the identity lane, until the caller's transaction ends, only when something new links or appears. Otherwise it
    shares the lane: nobody moves to another person before what the caller writes about them is committed.
    """
    alike = _alike(observations)
    keys = {key for identifiers in alike for key in identifiers}
    if not keys:
        return Recognised()
    last_move, _n = _stands({})
    known = load_by_key(keys)
    linking = _linking(alike)
    if len(known) < len(keys) or not add_nothing(linking, known):
        return _take_in(observations, at=at, level=level)
    lane.share()
    if _stands(known) != (last_move, len(known)):
        known = load_by_key(keys)  # while we waited for the lane, people have changed
        if len(known) < len(keys):  # or were erased, and come anew
            return _take_in(observations, at=at, level=level)
    store_observations(linking, known)
    verify(observations, known)
    return Recognised(whose=_whose(alike, known, level))


def _take_in(observations: Sequence[Observed], *, at: datetime, level: Level) -> Recognised:
    lane.take()
    recognised = see_many(observations, at=at, level=level)
    bring_along(recognised, at=at)
    return recognised


def see_many(
    observations: Sequence[Observed],
    *,
    at: datetime,
    level: Level,
    blocked: Blocked = blocked_values,
    known: Mapping[IdentifierKey, Known] | None = None,
    leaves_people: bool = False,
) -> Recognised:
    """As :func:`observe_many`, for whoever is in the lane: writes the graph and nothing that belongs to its people.

    Args:
        known: those of the identifiers that are known, where the caller has looked in the lane already.
        leaves_people: leave it to the caller to write the rows of new people, with what is said of them; see
            :class:`Recognised`.
    """
    recognised = Recognised()
    alike = _alike(observations)
    keys = {key for identifiers in alike for key in identifiers}
    found = load_by_key(keys) if known is None else {key: known[key] for key in keys if key in known}
    fresh = reserve(keys - found.keys(), alike, blocked=blocked)
    now = found | fresh
    new_ids = {identifier.id for identifier in fresh.values()}
    pairs = pairs_of(store_observations(_linking(alike), now), now)
    first_ever = [pair for pair in pairs if pair.low in new_ids or pair.high in new_ids]
    changed = store_links([pair for pair in pairs if pair.low not in new_ids and pair.high not in new_ids])
    touched = new_ids.union(*([pair.low, pair.high] for pair in first_ever), *changed)
    if touched:
        links = [Link(pair.low, pair.high, (pair.at, pair.id)) for pair in first_ever]
        now |= project(touched, fresh, now, recognised, at=at, level=level, links=links, leaves_people=leaves_people)
    add_links(first_ever)
    verify(observations, now)
    recognised.known = now
    recognised.whose |= _whose(alike, now, level)
    return recognised


def bring_along(recognised: Recognised, *, at: datetime) -> None:
    """Let everything that belongs to subjects that moved follow them; what is too much is left for the job."""
    if recognised.moved and not reassign(sorted(recognised.moved), sorted(recognised.changed_people), at=at):
        recognised.unfinished_moves |= recognised.moved


def _alike(observations: Sequence[Observed]) -> Alike:
    """Most acts are of a browser alone, and a browser acts many times: what is looked up is looked up once for all."""
    alike: dict[tuple[IdentifierKey, ...], list[Observed]] = {}
    for observed in observations:
        alike.setdefault(observed.identifiers, []).append(observed)
    return alike


def _linking(alike: Alike) -> list[Observed]:
    return [observed for identifiers, seen in alike.items() if len(identifiers) > 1 for observed in seen]


def _whose(alike: Alike, known: Mapping[IdentifierKey, Known], level: Level) -> dict[UUID, Whose]:
    """Whose each act is by its strongest unblocked identifier; by a browser only when that stands alone."""
    found: dict[UUID, Whose] = {}
    for identifiers, seen in alike.items():
        candidates = [known[key] for key in identifiers]
        unblocked = [one for one in candidates if not one.is_blocked or level is Level.COMPONENTS]
        subject = min(unblocked or candidates, key=lambda one: (one.key.kind.rank, one.id))
        if subject.person_id is not None:
            whose = Whose(subject.id, subject.person_id)
            found.update((observed.id, whose) for observed in seen)
    return found


def _stands(known: Mapping[IdentifierKey, Known]) -> tuple[int, int]:
    """Which move was the latest, and how many of ``known`` are there.

    Moves are numbered under the lane, so that none can appear below it later.
    """
    ((last_move, n),) = execute(
        """
        SELECT (SELECT coalesce(max(id), 0) FROM people_identitymove),
            (SELECT count(*) FROM people_identifier WHERE id = ANY(%(ids)s::bigint[]))
        """,
        ids=id_array([one.id for one in known.values()]),
    )
    return last_move, n
