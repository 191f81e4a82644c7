"""Changes of people's tags that other systems are to be told: written down in order, told, and crossed out.

The half of two-way tags that belongs to us. A channel asks for what waits, makes its requests outside of any
transaction, and crosses out what was taken. What a system has told us is not told back to it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from wutong.people.models import Tag, TagToTell
from wutong.platform.rows import write_rows


@dataclass(frozen=True)
class Twin:
    """Another system, and of several of its kind which: the corp."""

    system: str
    place: str


def tell_outside(
    subjects: Mapping[int, int], tag: Tag, *, is_carried: bool, at: datetime, heard_from: Twin | None = None
) -> None:
    """Write down that people (with their subjects) carry a tag or do not any more, for every system that knows the tag.

    Opens no transaction; the people's rows are locked, so that what is written of one person is in order.
    """
    if subjects:
        write_rows(
            """
            INSERT INTO people_tagtotell (subject_id, person_id, system, place, external_id, is_carried, at)
            SELECT r.subject_id, r.person_id, m.system, m.place, m.external_id, %(is_carried)s, %(at)s
            FROM people_tagmirror m
            CROSS JOIN json_to_recordset(%(rows)s::json) AS r(subject_id bigint, person_id bigint)
            WHERE m.tag_id = %(tag)s AND (m.system, m.place) IS DISTINCT FROM (%(system)s::text, %(place)s::text)
            ORDER BY r.person_id, m.id
            """,
            [{"subject_id": subject, "person_id": person} for person, subject in subjects.items()],
            tag=tag.pk,
            is_carried=is_carried,
            at=at,
            system=heard_from.system if heard_from else None,
            place=heard_from.place if heard_from else None,
        )


def waiting_for(twin: Twin, *, limit: int = 200) -> list[TagToTell]:
    """What a system is to be told, the oldest first; of one person in the order in which it happened."""
    rows = TagToTell.objects.filter(system=twin.system, place=twin.place)
    return list(rows.order_by("pk")[:limit])


def told(changes: Collection[TagToTell]) -> None:
    """Cross out what a system has taken. What happened meanwhile waits on."""
    TagToTell.objects.filter(pk__in=[one.pk for one in changes]).delete()


def waiting_of(person: int, twin: Twin) -> set[str]:
    """The tags, as the system calls them, of which it is to be told something about a person."""
    rows = TagToTell.objects.filter(person=person, system=twin.system, place=twin.place)
    return set(rows.values_list("external_id", flat=True))
