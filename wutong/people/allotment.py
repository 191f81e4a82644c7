"""Which person each group of identifiers is. Ids are stable facts: allotted at arrival, stored, given back by an undo.

When groups join, the older id (first seen, then smaller) survives and the others become aliases; when a group splits,
the part with the oldest link keeps the id (of equals the one with the identifier that came first), and a part that was
a person before is that person again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from msgspec import Struct

from wutong.people.graph import Link
from wutong.people.identifiers import Known, allot
from wutong.platform.rows import execute, id_array, write_rows


class NewPerson(Struct, frozen=True):
    """Somebody whose id is allotted."""

    id: int
    first_seen_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Allotment:
    """Who each identifier belongs to now."""

    person_of: dict[int, int]
    """By identifier."""
    heirs: dict[int, int]
    """Who an id leads to when nothing of it is left, by person."""
    new_people: list[NewPerson]
    """Whose rows are still to be written."""


def allot_people(
    groups: Sequence[frozenset[int]],
    nodes: Mapping[int, Known],
    links: Sequence[Link[int]],
    *,
    strangers: Sequence[frozenset[int]] = (),
) -> Allotment:
    """Give each group its person: an id it already had where it has the best claim, else an old or a new one.

    Args:
        links: of ``groups``.
        strangers: further groups, of identifiers that belonged to nobody yet.
    """
    group_of = {id: number for number, group in enumerate(groups) for id in group}
    won = _won(groups, nodes, links, group_of)
    ages = _ages([person for people in won.values() if len(people) > 1 for person in people])
    person_of = {
        number: people[0] if len(people) == 1 else min(people, key=lambda person: (ages[person], person))
        for number, people in won.items()
    }
    heirs = {person: person_of[number] for number, people in won.items() for person in people}

    nameless = [number for number in range(len(groups)) if number not in won]
    person_of |= _brought_back({number: groups[number] for number in nameless}, nodes)
    newcomers = [groups[number] for number in nameless if number not in person_of] + list(strangers)
    new = dict(zip(allot("people_person_id_seq", len(newcomers)), newcomers, strict=True)) if newcomers else {}
    named = {person_of[number]: groups[number] for number in person_of} | new
    new_people = [_new_person(person, [nodes[id] for id in group]) for person, group in new.items()]
    return Allotment({id: person for person, group in named.items() for id in group}, heirs, new_people)


def insert_people(people: Sequence[NewPerson], *, at: datetime) -> None:
    """Add people of whom nothing is known yet. Opens no transaction."""
    if not people:
        return
    write_rows(
        """
        INSERT INTO people_person (id, public_id, full_name, title, company_name, reach, is_own, first_seen_at,
                                   last_seen_at, sort_key, search_keys)
        SELECT id, gen_random_uuid(), '', '', '', 'visitor', false, first_seen_at,
               least(coalesce(last_seen_at, first_seen_at), %(at)s), '', '{}'
        FROM json_to_recordset(%(rows)s::json) AS p(id bigint, first_seen_at timestamptz, last_seen_at timestamptz)
        """,
        people,
        at=at,
    )


def _new_person(id: int, identifiers: Sequence[Known]) -> NewPerson:
    return NewPerson(
        id,
        first_seen_at=min(one.first_seen_at for one in identifiers),
        last_seen_at=max((one.last_seen_at for one in identifiers if one.last_seen_at), default=None),
    )


def _won(
    groups: Sequence[frozenset[int]],
    nodes: Mapping[int, Known],
    links: Sequence[Link[int]],
    group_of: Mapping[int, int],
) -> dict[int, list[int]]:
    """The people whose ids each group has the best claim to."""
    oldest_link: dict[tuple[int, int], datetime] = {}  # (person, group) -> age of the oldest link of both
    for low, high, (age, _), _ in links:
        if low in group_of and group_of[low] == group_of.get(high):
            for person in {nodes[low].person_id, nodes[high].person_id} - {None}:
                claim = (person or 0, group_of[low])
                oldest_link[claim] = min(age, oldest_link.get(claim, age))

    claims: dict[int, list[tuple[bool, bool, datetime, int, int]]] = {}
    for number, group in enumerate(groups):
        for person in {nodes[id].person_id for id in group} - {None}:
            linked_at = oldest_link.get((person or 0, number))
            members = [nodes[id] for id in group if nodes[id].person_id == person]
            only_browsers = all(one.key.kind.is_weak for one in members)
            age = linked_at or min(one.first_seen_at for one in members)
            claims.setdefault(person or 0, []).append((linked_at is None, only_browsers, age, min(group), number))
    won: dict[int, list[int]] = {}
    for person, claimants in claims.items():
        won.setdefault(min(claimants)[-1], []).append(person)
    return won


def _ages(people: list[int]) -> dict[int, datetime]:
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, first_seen_at FROM people_person WHERE id = ANY(%s::bigint[])", [id_array(people)])
        return dict(cursor.fetchall())


def _brought_back(groups: Mapping[int, frozenset[int]], nodes: Mapping[int, Known]) -> dict[int, int]:
    """Give groups that leave a person the id they had before they came to it; that id is no alias any more."""
    leaving = {nodes[id].person_id or 0 for group in groups.values() for id in group} - {0}
    if not leaving:
        return {}
    # The aliases that lead to the people who are left, each with the identifiers it brought when it became one.
    came = execute(
        """
        WITH RECURSIVE alias AS (
            SELECT id FROM people_person WHERE merged_into_id = ANY(%(leaving)s::bigint[])
            UNION SELECT p.id FROM people_person p JOIN alias a ON p.merged_into_id = a.id
        )
        SELECT DISTINCT ON (c.source_person_id) c.source_person_id, c.identifiers
        FROM people_identitychange c JOIN alias a ON a.id = c.source_person_id
        WHERE c.kind = 'merge' ORDER BY c.source_person_id, c.id DESC
        """,
        leaving=id_array(list(leaving)),
    )
    # Most in common first; of equals the older id.
    fits = sorted(
        (-len(group.intersection(ids)), alias, number) for alias, ids in came for number, group in groups.items()
    )
    back: dict[int, int] = {}
    for common, alias, number in fits:
        if common and number not in back and alias not in back.values():
            back[number] = alias
    if back:
        execute(
            "UPDATE people_person SET merged_into_id = NULL WHERE id = ANY(%(back)s::bigint[])",
            back=id_array(list(back.values())),
        )
    return back
