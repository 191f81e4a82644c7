"""The projection: which person each identifier of a touched part of the graph belongs to, and what that changes."""

from datetime import datetime

import msgspec
from django.db import connection

from wutong.people.graph import Level, Traits, resolve
from wutong.people.identifiers import IdentifierKey, Known, allot, load_by_id
from wutong.people.observations import Recognised, links_of
from wutong.people.reassign import reassign
from wutong.platform.rows import execute_with_rows, id_array


def project(
    touched: set[int],
    fresh: dict[IdentifierKey, Known],
    known: dict[IdentifierKey, Known],
    recognised: Recognised,
    *,
    at: datetime,
    level: Level,
    cause: str,
) -> dict[IdentifierKey, Known]:
    """Recompute the groups around ``touched`` and write what differs; returns these identifiers as they are now."""
    nodes, links = _neighbourhood(touched, {one.id: one for one in known.values()}, level)
    traits = {id: Traits(one.key.kind.is_weak, one.is_blocked) for id, one in nodes.items()}
    resolution = resolve(traits, links, level=level)
    assigned, heirs = _assign(resolution.groups, nodes, links, recognised, at=at)
    _insert_identifiers(list(fresh.values()), assigned, resolution.shared)
    _mark_shared(nodes, resolution.shared)
    moved = [id for id, one in nodes.items() if one.person_id is not None and one.person_id != assigned[id]]
    if moved:
        moves = {id: (nodes[id].person_id or 0, assigned[id]) for id in moved}
        _move(moves, heirs, recognised, at=at, cause=cause)
    return {
        one.key: msgspec.structs.replace(one, person_id=assigned[id], is_shared=id in resolution.shared)
        for id, one in nodes.items()
    }


def _neighbourhood(
    touched: set[int], known: dict[int, Known], level: Level
) -> tuple[dict[int, Known], dict[tuple[int, int], datetime]]:
    """The part of the graph that the groups of ``touched`` depend on: its identifiers, and its links with their age.

    That is: the components of the touched strong identifiers (of those next to a touched browser); the browsers next to
    them; and, because a browser is shared when it was seen with two components, the components of whatever else these
    browsers were seen with. The browsers of the latter do not depend on what was touched and are left alone.
    """
    nodes = dict(known)
    links: dict[tuple[int, int], datetime] = {}

    def is_strong(id: int) -> bool:
        one = nodes[id]
        return level is Level.COMPONENTS or not (one.is_blocked or one.key.kind.is_weak)

    def is_browser(id: int) -> bool:
        one = nodes[id]
        return level is not Level.COMPONENTS and one.key.kind.is_weak and not one.is_blocked

    def take_links_of(ids: set[int]) -> set[int]:
        found = links_of(ids)
        links.update(found)
        ends = {end for pair in found for end in pair}
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

    concerned = touched | reached | browsers
    return (
        {id: nodes[id] for id in concerned},
        {pair: age for pair, age in links.items() if pair[0] in concerned and pair[1] in concerned},
    )


def _assign(
    groups: list[frozenset[int]],
    nodes: dict[int, Known],
    links: dict[tuple[int, int], datetime],
    recognised: Recognised,
    *,
    at: datetime,
) -> tuple[dict[int, int], dict[int, int]]:
    """Give each group its person: an id it already had where it has the best claim, else a new one.

    Returns:
        the person of each identifier, and the heir of each person: who an id leads to when nothing of it is left.
    """
    group_of = {id: number for number, group in enumerate(groups) for id in group}
    oldest_link: dict[tuple[int, int], datetime] = {}  # (person, group) -> age of the oldest link of both
    for (low, high), age in links.items():
        if group_of[low] == group_of[high]:
            for person in {nodes[low].person_id, nodes[high].person_id} - {None}:
                claim = (person or 0, group_of[low])
                oldest_link[claim] = min(age, oldest_link.get(claim, age))

    claims: dict[int, list[tuple[bool, bool, datetime, int]]] = {}
    for number, group in enumerate(groups):
        for person in {nodes[id].person_id for id in group} - {None}:
            linked_at = oldest_link.get((person or 0, number))
            members = [nodes[id] for id in group if nodes[id].person_id == person]
            only_browsers = all(one.key.kind.is_weak for one in members)
            age = linked_at or min(one.first_seen_at for one in members)
            claims.setdefault(person or 0, []).append((linked_at is None, only_browsers, age, number))
    won: dict[int, list[int]] = {}
    for person, claimants in claims.items():
        won.setdefault(min(claimants)[3], []).append(person)

    ages = _ages_of_people([person for people in won.values() if len(people) > 1 for person in people])
    nameless = [number for number in range(len(groups)) if number not in won]
    fresh_people = dict(zip(nameless, allot("people_person_id_seq", len(nameless)), strict=True)) if nameless else {}
    _insert_people({person: [nodes[id] for id in groups[number]] for number, person in fresh_people.items()}, at=at)
    recognised.new_people |= set(fresh_people.values())
    person_of = fresh_people | {
        number: people[0] if len(people) == 1 else min(people, key=lambda person: (ages[person], person))
        for number, people in won.items()
    }
    heirs = {person: person_of[number] for number, people in won.items() for person in people}
    return {id: person_of[group_of[id]] for id in nodes}, heirs


def _ages_of_people(people: list[int]) -> dict[int, datetime]:
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, first_seen_at FROM people_person WHERE id = ANY(%s::bigint[])", [id_array(people)])
        return dict(cursor.fetchall())


def _insert_people(people: dict[int, list[Known]], *, at: datetime) -> None:
    """Add people, each with the identifiers that make them up."""
    if not people:
        return
    execute_with_rows(
        """
        INSERT INTO people_person (id, public_id, full_name, title, company_name, reach, is_own, first_seen_at,
                                   last_seen_at, sort_key, search_keys)
        SELECT id, gen_random_uuid(), '', '', '', 'visitor', false, first_seen_at,
               least(coalesce(last_seen_at, first_seen_at), %(at)s), '', '{}'
        FROM json_to_recordset(%(rows)s::json) AS p(id bigint, first_seen_at timestamptz, last_seen_at timestamptz)
        """,
        [
            {
                "id": id,
                "first_seen_at": min(one.first_seen_at for one in identifiers),
                "last_seen_at": max((one.last_seen_at for one in identifiers if one.last_seen_at), default=None),
            }
            for id, identifiers in people.items()
        ],
        at=at,
    )


def _insert_identifiers(fresh: list[Known], assigned: dict[int, int], shared: frozenset[int]) -> None:
    if not fresh:
        return
    execute_with_rows(
        """
        INSERT INTO people_identifier
            (id, kind, scope, value, person_id, is_blocked, is_shared, is_verified, first_seen_at)
        SELECT id, key->>0, key->>2, key->>1, person_id, is_blocked, is_shared, false, first_seen_at
        FROM json_to_recordset(%(rows)s::json) AS i(
            id bigint, key json, person_id bigint, is_blocked bool, is_shared bool, first_seen_at timestamptz)
        """,
        [msgspec.structs.replace(one, person_id=assigned[one.id], is_shared=one.id in shared) for one in fresh],
    )


def _mark_shared(nodes: dict[int, Known], shared: frozenset[int]) -> None:
    changed = [id for id, one in nodes.items() if one.person_id is not None and one.is_shared != (id in shared)]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_identifier SET is_shared = (id = ANY(%s::bigint[])) WHERE id = ANY(%s::bigint[])",
                [id_array(list(shared)), id_array(changed)],
            )


def _move(
    moves: dict[int, tuple[int, int]], heirs: dict[int, int], recognised: Recognised, *, at: datetime, cause: str
) -> None:
    """Write that subjects belong to other people now: ``moves`` is ``{identifier: (from person, to person)}``."""
    people = {person for pair in moves.values() for person in pair}
    subjects = sorted(moves)
    pairs = sorted(set(moves.values()))
    sources = sorted({source for source, _ in pairs})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_identifier i SET person_id = m.person_id"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m(id, person_id) WHERE i.id = m.id",
            [subjects, [moves[id][1] for id in subjects]],
        )
        cursor.execute(
            "INSERT INTO people_identitymove (subject_id, person_id, moved_at)"
            " SELECT s, p, %s FROM unnest(%s::bigint[], %s::bigint[]) AS m(s, p)",
            [at, subjects, [moves[id][1] for id in subjects]],
        )
        cursor.execute(
            """
            UPDATE people_person p SET merged_into_id = m.target
            FROM unnest(%s::bigint[], %s::bigint[]) AS m(source, target)
            WHERE p.id = m.source AND NOT EXISTS (SELECT FROM people_identifier i WHERE i.person_id = p.id)
            RETURNING p.id, p.merged_into_id
            """,
            [sources, [heirs[source] for source in sources]],
        )
        absorbed = dict(cursor.fetchall())
        cursor.execute(
            """
            UPDATE people_person p
            SET first_seen_at = least(p.first_seen_at, s.first_seen_at),
                last_seen_at = greatest(p.last_seen_at, s.last_seen_at),
                is_own = p.is_own OR s.is_own,
                reach = CASE WHEN 'known' IN (p.reach, s.reach) THEN 'known'
                             WHEN 'contact' IN (p.reach, s.reach) THEN 'contact' ELSE 'visitor' END
            FROM (
                SELECT merged_into_id AS id, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
                       bool_or(is_own) AS is_own,
                       CASE max(array_position(ARRAY['visitor', 'contact', 'known'], reach::text))
                           WHEN 3 THEN 'known' WHEN 2 THEN 'contact' ELSE 'visitor' END AS reach
                FROM people_person WHERE id = ANY(%s) GROUP BY merged_into_id
            ) s WHERE p.id = s.id
            """,
            [list(absorbed)],
        )
        cursor.execute(
            """
            INSERT INTO people_identitychange (kind, at, cause, source_person_id, target_person_id, identifiers)
            SELECT kind, %s, %s, source, target, identifiers::bigint[]
            FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[]) AS c(kind, source, target, identifiers)
            """,
            [
                at,
                cause,
                ["merge" if absorbed.get(source) == target else "split" for source, target in pairs],
                [source for source, _ in pairs],
                [target for _, target in pairs],
                ["{" + ",".join(str(id) for id in subjects if moves[id] == pair) + "}" for pair in pairs],
            ],
        )
    recognised.changed_people |= people
    recognised.absorbed |= absorbed
    if not reassign(subjects, sorted(people), at=at):
        recognised.unfinished_moves |= set(subjects)
