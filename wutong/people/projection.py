"""The projection: which person each identifier of a touched part of the graph belongs to, and what that changes.

Writes the tables of the graph and nothing else: whoever calls it brings along what belongs to the people that moved
(:mod:`wutong.people.reassign`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from msgspec import Struct
from msgspec.structs import replace

from wutong.people.allotment import Allotment, allot_people, insert_people
from wutong.people.graph import LARGEST, Level, Link, Refused, fit_anybody, resolve
from wutong.people.identifiers import IdentifierKey, Known
from wutong.people.models import IdentityRules
from wutong.people.neighbourhood import Neighbourhood, around
from wutong.people.observations import Recognised
from wutong.platform.rows import id_array, write_rows

_SHOWN_LINKS = 20


class Cause(Struct, frozen=True):
    """Why people were looked at again."""

    name: str
    """``observed``, ``decided``, ``withdrawn``, ``blocked``, ``unblocked`` or ``rebuilt``."""
    act: UUID | None = None
    """Of the decisions, where colleagues have decided."""
    actor_id: int | None = None


OBSERVED = Cause("observed")


def project(
    touched: set[int],
    fresh: dict[IdentifierKey, Known],
    known: Mapping[IdentifierKey, Known],
    recognised: Recognised,
    *,
    at: datetime,
    level: Level,
    cause: Cause = OBSERVED,
    links: Sequence[Link[int]] = (),
    leaves_people: bool = False,
) -> dict[IdentifierKey, Known]:
    """Recompute the groups around ``touched`` and write what differs; returns these identifiers as they are now.

    The caller is in the lane.

    Args:
        fresh: identifiers whose rows are still to be written.
        links: all links of the ``fresh`` ones, which need not be stored yet.
        leaves_people: leave the rows of new people to the caller; see :class:`Recognised`.
    """
    at_hand = _by_end(links)
    largest = largest_person() if level is Level.PRODUCT else LARGEST
    strangers = _strangers(fresh, at_hand, largest=largest)
    touched = touched.difference(*strangers)
    new_ids = {one.id for one in fresh.values()}
    place = around(touched, {one.id: one for one in known.values()}, level, new_ids=new_ids, at_hand=at_hand)
    resolution = resolve(place.traits(), place.links, apart=place.apart, level=level, largest=largest)
    groups = [group for whole in resolution.groups if (group := whole & place.concerned)]
    nodes = {id: place.nodes[id] for id in place.concerned}
    nodes |= {one.id: one for one in fresh.values()}
    allotment = allot_people(groups, nodes, place.links, strangers=strangers)
    moves = {
        id: (person, allotment.person_of[id])
        for id in place.concerned
        if (person := nodes[id].person_id) is not None and person != allotment.person_of[id]
    }
    reached = {target for _, target in moves.values()}
    left = [one for one in allotment.new_people if leaves_people and one.id not in reached]
    recognised.unwritten += left
    recognised.new_people |= {one.id for one in allotment.new_people}
    insert_people([one for one in allotment.new_people if not leaves_people or one.id in reached], at=at)
    now = {
        one.key: replace(one, person_id=allotment.person_of[id], is_shared=id in resolution.shared)
        for id, one in nodes.items()
    }
    _mark_shared({id: nodes[id] for id in place.concerned}, resolution.shared)
    if level >= Level.EXCLUSIVE and touched:
        _keep_refused(place, resolution.refused, at=at)
    _insert_identifiers([now[key] for key in fresh])
    if moves:
        _move(moves, allotment, place, recognised, at=at, cause=cause)
    return now


def _strangers(
    fresh: Mapping[IdentifierKey, Known], at_hand: Mapping[int, Sequence[Link[int]]], *, largest: int
) -> list[frozenset[int]]:
    """The groups of new identifiers each of which was seen with all others of its group and with nothing else.

    Most rows of a list are such. There is nothing to decide where no rule can object, so the graph is not asked.
    """
    seen_with = Counter(
        frozenset([one.id, *(end for link in at_hand.get(one.id, ()) for end in (link.one, link.other))])
        for one in fresh.values()
    )
    by_id = {one.id: one for one in fresh.values()}
    return [
        group
        for group, members in seen_with.items()
        if members == len(group) and (members == 1 or _are_surely_one([by_id[id] for id in group], largest=largest))
    ]


def _are_surely_one(identifiers: Sequence[Known], *, largest: int) -> bool:
    if any(one.is_blocked for one in identifiers):
        return False
    return fit_anybody(tuple(sorted((one.key.kind.value, one.key.scope) for one in identifiers)), largest=largest)


def _by_end(links: Sequence[Link[int]]) -> dict[int, list[Link[int]]]:
    found: dict[int, list[Link[int]]] = {}
    for link in links:
        found.setdefault(link.one, []).append(link)
        found.setdefault(link.other, []).append(link)
    return found


def largest_person() -> int:
    """How many identifiers a person may have without a colleague's word."""
    return IdentityRules.objects.values_list("largest", flat=True).first() or LARGEST


def _insert_identifiers(fresh: Sequence[Known]) -> None:
    if not fresh:
        return
    write_rows(
        """
        INSERT INTO people_identifier
            (id, kind, scope, value, person_id, is_blocked, is_shared, is_verified, first_seen_at)
        SELECT id, key->>0, key->>2, key->>1, person_id, is_blocked, is_shared, false, first_seen_at
        FROM json_to_recordset(%(rows)s::json) AS i(
            id bigint, key json, person_id bigint, is_blocked bool, is_shared bool, first_seen_at timestamptz)
        """,
        fresh,
    )


def _mark_shared(nodes: dict[int, Known], shared: frozenset[int]) -> None:
    changed = [id for id, one in nodes.items() if one.person_id is not None and one.is_shared != (id in shared)]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_identifier SET is_shared = (id = ANY(%s::bigint[])) WHERE id = ANY(%s::bigint[])",
                [id_array(list(shared)), id_array(changed)],
            )


def _keep_refused(place: Neighbourhood, refused: list[Refused[int]], *, at: datetime) -> None:
    """Bring the list of refused links in line, for the part that is concerned."""
    now = {
        (min(no.one, no.other), max(no.one, no.other)): no
        for no in refused
        if no.one in place.concerned and no.other in place.concerned
    }
    # Not only what is linked: a link that a colleague made and withdrew leaves nothing but its refusal.
    ids = id_array([id for id in place.concerned if place.nodes[id].person_id is not None])
    with connection.cursor() as cursor:
        # By one end only: by both, an index of both would be asked for each pair that the two arrays could make.
        cursor.execute(
            "SELECT low_id, high_id, why, kind, first_at FROM people_refusedlink WHERE low_id = ANY(%s::bigint[])",
            [ids],
        )
        before = {(low, high): told for low, high, *told in cursor.fetchall() if high in place.concerned}
        gone = [pair for pair in before if pair not in now]
        if gone:
            cursor.execute(
                "DELETE FROM people_refusedlink r USING unnest(%s::bigint[], %s::bigint[]) AS g(low, high)"
                " WHERE r.low_id = g.low AND r.high_id = g.high",
                [[low for low, _ in gone], [high for _, high in gone]],
            )
    changed = [
        {"low": pair[0], "high": pair[1], "why": no.reason, "kind": no.kind, "at": no.first[0]}
        for pair, no in now.items()
        if before.get(pair) != [no.reason.value, no.kind, no.first[0]]
    ]
    if changed:
        write_rows(
            """
            INSERT INTO people_refusedlink (low_id, high_id, why, kind, first_at, opened_at)
            SELECT low, high, why, kind, at, %(opened_at)s
            FROM json_to_recordset(%(rows)s::json) AS r(low bigint, high bigint, why text, kind text, at timestamptz)
            ON CONFLICT (low_id, high_id) DO UPDATE
                SET why = excluded.why, kind = excluded.kind, first_at = excluded.first_at
            """,
            changed,
            opened_at=at,
        )


def _move(
    moves: dict[int, tuple[int, int]],
    allotment: Allotment,
    place: Neighbourhood,
    recognised: Recognised,
    *,
    at: datetime,
    cause: Cause,
) -> None:
    """Write that subjects belong to other people now: ``moves`` is ``{identifier: (from person, to person)}``."""
    people = {person for pair in moves.values() for person in pair}
    subjects = sorted(moves)
    sources = sorted({source for source, _ in moves.values()})
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
    absorbed = _absorb(sources, allotment.heirs)
    _write_history(moves, absorbed, allotment, place, at=at, cause=cause)
    recognised.changed_people |= people
    recognised.absorbed |= absorbed
    for person in allotment.person_of.values():
        recognised.absorbed.pop(person, None)  # of an earlier move in the same batch of changes
    recognised.moved |= moves.keys()


def _absorb(sources: list[int], heirs: Mapping[int, int]) -> dict[int, int]:
    """Make aliases of those of ``sources`` who have no identifier left; returns whom each leads to.

    Who keeps none but browsers is a visitor again: what was known came with what has left.
    """
    with connection.cursor() as cursor:
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
            UPDATE people_person p SET reach = 'visitor'
            WHERE p.id = ANY(%s) AND p.reach <> 'visitor' AND p.merged_into_id IS NULL AND NOT EXISTS (
                SELECT FROM people_identifier i WHERE i.person_id = p.id AND i.kind NOT IN ('cookie', 'device'))
            """,
            [sources],
        )
    return absorbed


def _write_history(
    moves: Mapping[int, tuple[int, int]],
    absorbed: Mapping[int, int],
    allotment: Allotment,
    place: Neighbourhood,
    *,
    at: datetime,
    cause: Cause,
) -> None:
    subjects: dict[tuple[int, int], list[int]] = {}
    for id, pair in sorted(moves.items()):
        subjects.setdefault(pair, []).append(id)
    rows = []
    for (source, target), ids in sorted(subjects.items()):
        is_merge = absorbed.get(source) == target
        shown = _links_behind(set(ids), source, allotment.person_of, place, joined=is_merge)
        seen = [link for link in shown if not link.is_by_hand]
        rows.append(
            {
                "kind": "merge" if is_merge else "split",
                "source": source,
                "target": target,
                "identifiers": ids,
                "links": [[link.one, link.other] for link in shown],
                "observation": seen[0].first[1] if seen else None,
            }
        )
    write_rows(
        """
        INSERT INTO people_identitychange
            (kind, at, cause, act, actor_id, source_person_id, target_person_id, identifiers, links, observation_id)
        SELECT kind, %(at)s, %(cause)s, %(act)s::uuid, %(actor)s::bigint,
               source, target, identifiers, links, observation
        FROM json_to_recordset(%(rows)s::json) AS c(
            kind text, source bigint, target bigint, identifiers bigint[], links jsonb, observation uuid)
        """,
        rows,
        at=at,
        cause=cause.name,
        act=cause.act,
        actor=cause.actor_id,
    )


def _links_behind(
    ids: set[int], source: int, person_of: Mapping[int, int], place: Neighbourhood, *, joined: bool
) -> list[Link[int]]:
    """The links of ``ids`` to those they have come to, or (not ``joined``) the cut ones to those they have left.

    The latest first.
    """
    found = []
    for link in place.links:
        inside = [end for end in (link.one, link.other) if end in ids]
        if len(inside) != 1:
            continue
        other = link.other if inside[0] == link.one else link.one
        is_with_them = person_of.get(other) == person_of[inside[0]]
        was_with_them = place.nodes[other].person_id == source
        if (is_with_them and not was_with_them) if joined else (was_with_them and not is_with_them):
            found.append(link)
    return sorted(found, key=lambda link: link.first, reverse=True)[:_SHOWN_LINKS]
