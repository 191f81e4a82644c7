"""The part of the graph that a touched identifier depends on, as it is read from the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from wutong.people.graph import Level, Link, Traits
from wutong.people.identifiers import Known, load_by_id
from wutong.platform.rows import execute, id_array


@dataclass(frozen=True)
class Neighbourhood:
    """Identifiers with the links among them, as far as the rules ask."""

    nodes: dict[int, Known]
    """Those concerned, and the browsers beside them by which the rules judge."""
    links: list[Link[int]]
    apart: list[tuple[int, int]]
    concerned: set[int]
    """What the touched ones can change. Of the other ``nodes`` not everything is known."""

    def traits(self) -> dict[int, Traits]:
        """What the rules ask about them."""
        return {id: traits_of(one) for id, one in self.nodes.items()}


def traits_of(one: Known) -> Traits:
    return Traits(one.key.kind.value, one.key.text, one.key.scope, one.is_blocked)


def around(
    touched: set[int],
    known: dict[int, Known],
    level: Level,
    *,
    new_ids: Collection[int] = frozenset(),
    at_hand: Mapping[int, Sequence[Link[int]]] | None = None,
) -> Neighbourhood:
    """Read what the people of ``touched`` depend on.

    That is: the components of the touched strong identifiers (of those next to a touched browser); the browsers next to
    them; and, because a browser is shared when it was seen with two components, the components of whatever else these
    browsers were seen with. The browsers of the latter do not depend on what was touched and are left alone. Components
    are taken over all links, the refused ones too: which are refused is for the rules to say.

    Args:
        known: identifiers that need not be read again, by id.
        new_ids: those that nobody had seen before: all their links are ``at_hand``.
        at_hand: links that need not be stored yet, by either end.
    """
    at_hand = at_hand or {}
    nodes = known | load_by_id(touched - known.keys())
    links: set[Link[int]] = set()

    def is_strong(id: int) -> bool:
        one = nodes[id]
        return level is Level.COMPONENTS or not (one.is_blocked or one.key.kind.is_weak)

    def is_browser(id: int) -> bool:
        one = nodes[id]
        return level is not Level.COMPONENTS and one.key.kind.is_weak and not one.is_blocked

    def take_links_of(ids: set[int]) -> set[int]:
        found = [link for id in ids if id in at_hand for link in at_hand[id]]
        if stored := ids.difference(new_ids):
            found += links_of(stored)
        links.update(found)
        ends = {end for link in found for end in (link.one, link.other)}
        nodes.update(load_by_id(ends - nodes.keys()))
        return ends

    def close(start: set[int], reached: set[int]) -> set[int]:
        """Walk from ``start`` over strong identifiers; returns the browsers met on the way."""
        browsers: set[int] = set()
        frontier = start - reached
        while frontier:
            reached |= frontier
            ends = take_links_of(frontier)
            browsers |= {id for id in ends if is_browser(id)}
            frontier = {id for id in ends if is_strong(id)} - reached
        return browsers

    reached: set[int] = set()
    browsers = {id for id in touched if is_browser(id)}
    beside = take_links_of(browsers) if browsers else set()
    browsers |= close({id for id in touched | beside if is_strong(id)}, reached)
    beside = take_links_of(browsers) if browsers else set()
    close({id for id in beside if is_strong(id)}, reached)

    linked = {end for link in links for end in (link.one, link.other)}
    return Neighbourhood(
        nodes={id: nodes[id] for id in touched | linked},
        links=list(links),
        apart=told_apart(old) if level >= Level.EXCLUSIVE and (old := linked.difference(new_ids)) else [],
        concerned=touched | reached | browsers,
    )


def links_of(ids: Collection[int]) -> list[Link[int]]:
    """The links at either end of which one of ``ids`` stands: those seen, and those made by colleagues."""
    return [
        Link(low, high, (at, id), is_by_hand)
        for low, high, at, id, is_by_hand in execute(
            """
            SELECT low_id, high_id, first_at, first_observation_id, false FROM people_identitylink
            WHERE low_id = ANY(%(ids)s::bigint[])
            UNION
            SELECT low_id, high_id, first_at, first_observation_id, false FROM people_identitylink
            WHERE high_id = ANY(%(ids)s::bigint[])
            UNION
            SELECT low_id, high_id, at, id, true FROM people_identitydecision
            WHERE low_id = ANY(%(ids)s::bigint[]) AND what = 'same' AND withdrawn_at IS NULL
            UNION
            SELECT low_id, high_id, at, id, true FROM people_identitydecision
            WHERE high_id = ANY(%(ids)s::bigint[]) AND what = 'same' AND withdrawn_at IS NULL
            """,
            ids=id_array(list(ids)),
        )
    ]


def told_apart(ids: Collection[int]) -> list[tuple[int, int]]:
    """The pairs among ``ids`` of which a colleague has said that they are not one person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT low_id, high_id FROM people_identitydecision"
            " WHERE low_id = ANY(%s::bigint[]) AND what = 'apart' AND withdrawn_at IS NULL",
            [id_array(list(ids))],
        )
        among = set(ids)
        return [(low, high) for low, high in cursor.fetchall() if high in among]
