"""Erasing who somebody is: the last step, in the lane, when all else is gone."""

import uuid
from datetime import datetime

from django.db import connection

from wutong.people import lane
from wutong.people.graph import Level
from wutong.people.holdings import Fate, Whom, holdings
from wutong.people.identifiers import outwait_holders
from wutong.people.models import Identifier, IdentifierKind, Person, Reach
from wutong.people.observations import Recognised
from wutong.people.projection import Cause, project
from wutong.people.settling import settle
from wutong.platform.rows import id_array

ERASED = Cause("erased")


def whom(person: Person) -> Whom:
    """Somebody with all who were merged into them and all that points at any of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE them AS (
                SELECT id FROM people_person WHERE id = %s
                UNION SELECT p.id FROM people_person p JOIN them ON p.merged_into_id = them.id
            ) SELECT id FROM them ORDER BY id
            """,
            [person.pk],
        )
        people = [id for (id,) in cursor.fetchall()]
    identifiers = list(Identifier.objects.filter(person__in=people).order_by("pk").values_list("pk", "value"))
    return Whom(people=people, subjects=[pk for pk, _ in identifiers], values=[value for _, value in identifiers])


def outwait_writers(them: Whom) -> None:
    """Wait for whoever is writing about them, and let nobody begin; in the lane, before looking for what to erase.

    Rows that are erased need no lock: one that is added beside them meanwhile refers to them, and the erasure is tried
    again. A contract stays, and what is added beside it names whom it named.
    """
    outwait_holders(them.people)
    for one in reversed(holdings()):  # what others refer to first, as whoever writes locks it
        if one.fate is Fate.NAMELESS:
            list(one.rows(them).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def leave_observations(subjects: list[int], *, since: datetime | None = None) -> int:
    """Take them out of what was seen together; what is left of an observation says something of others, or goes.

    Reads the whole table, which has no index by identifier: so it is done before the lane is taken, and in the lane for
    the news alone.

    Args:
        since: only what arrived since then.
    """
    theirs = f"identifiers && %(s)s::bigint[]{' AND received_at >= %(since)s' if since else ''}"
    left = "ARRAY(SELECT i FROM unnest(identifiers) i WHERE i <> ALL(%(s)s::bigint[]) ORDER BY i)"
    values = {"s": id_array(subjects), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM people_observation WHERE {theirs} AND cardinality({left}) < 2", values)
        n = int(cursor.rowcount)
        cursor.execute(f"UPDATE people_observation SET identifiers = {left} WHERE {theirs}", values)
        return n + int(cursor.rowcount)


def erase_identity(them: Whom, *, survivor_id: int, since: datetime, at: datetime) -> dict[str, int]:
    """Take them out of the graph and erase their people. Opens no transaction; takes the lane.

    Where the company's own rows stay (a contract), a person without a name stays as ``survivor_id``: they lead to it.
    Whoever was seen together with them is looked at again, as a rebuild would.

    Args:
        since: when :func:`leave_observations` was done before.

    Returns:
        how many rows were erased, by table.
    """
    lane.take()
    neighbours = _neighbours(them.subjects)
    counts = {"people_observation": leave_observations(them.subjects, since=since)}
    kept = [one for one in holdings() if one.fate is Fate.NAMELESS and one.rows(them).exists()]
    if kept:
        shell = _shell(survivor_id, at=at)
        for one in kept:
            one.rows(them).update(person_id=survivor_id, subject_id=shell)
    for one in holdings():
        if one.fate is Fate.WITH_IDENTITY and one.model not in (Person, Identifier):
            counts[one.table] = one.rows(them).delete()[0]
    counts["people_identifier"] = Identifier.objects.filter(pk__in=them.subjects).delete()[0]
    Person.objects.filter(pk__in=them.people).update(merged_into=None)
    gone = [id for id in them.people if not (kept and id == survivor_id)]
    counts["people_person"] = Person.objects.filter(pk__in=gone).delete()[0]
    if neighbours:
        recognised = Recognised()
        project(neighbours, {}, {}, recognised, at=at, level=Level.PRODUCT, cause=ERASED)
        settle(recognised, at=at)
    return {table: n for table, n in counts.items() if n}


def _neighbours(subjects: list[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT high_id FROM people_identitylink WHERE low_id = ANY(%(s)s::bigint[])
            UNION SELECT low_id FROM people_identitylink WHERE high_id = ANY(%(s)s::bigint[])
            """,
            {"s": id_array(subjects)},
        )
        return {id for (id,) in cursor.fetchall()} - set(subjects)


def _shell(survivor_id: int, *, at: datetime) -> int:
    """A person who says nothing, with an identifier that says nothing either."""
    Person.objects.filter(pk=survivor_id).update(
        full_name="",
        title="",
        company_name="",
        sort_key="",
        search_keys=[],
        reach=Reach.VISITOR,
        public_id=uuid.uuid4(),
        merged_into=None,
    )
    shell = Identifier.objects.create(
        kind=IdentifierKind.DEVICE, value=f"erased-{uuid.uuid4().hex}", person_id=survivor_id, first_seen_at=at
    )
    return shell.pk
