"""Whom the rules of tags are to look at again, because something about them has changed."""

from collections.abc import Collection
from datetime import datetime

from wutong.people.models import PersonToTag, Tag
from wutong.platform.rows import id_array, write

AT_ONCE = 500


def look_again(people: Collection[int], at: datetime | None = None) -> None:  # noqa: ARG001  # a follower is told when
    """Let the rules of tags look at these people soon, where there are rules. Opens no transaction.

    Follower of what is known and of who is who; called wherever a list's condition may begin or cease to hold.
    """
    if people:
        write(
            """
            INSERT INTO people_persontotag (person_id) SELECT unnest(%(people)s::bigint[])
            WHERE EXISTS (SELECT FROM people_tagrule WHERE state = 'on')
            """,
            people=id_array(sorted(set(people))),
        )


def look_again_after_tagging(people: Collection[int], tag: Tag) -> None:
    """The same when people have got or lost a tag: where a rule asks for it, or for another of its group.

    Opens no transaction.
    """
    if people:
        write(
            """
            INSERT INTO people_persontotag (person_id) SELECT unnest(%(people)s::bigint[])
            WHERE EXISTS (
                SELECT FROM people_tagrule r JOIN people_tag t ON t.id = r.tag_id
                WHERE r.state = 'on' AND t.id <> %(tag)s::bigint
                  AND (t.group_id = %(group)s::bigint OR r.query LIKE '%%tag=' || %(public_id)s::text || '%%')
            )
            """,
            people=id_array(sorted(people)),
            tag=tag.pk,
            group=tag.group_id,
            public_id=str(tag.public_id),
        )


def take_waiting() -> tuple[list[int], bool]:
    """Those who have waited longest, taken off the list, and whether others may wait still. Opens no transaction."""
    waiting = PersonToTag.objects.select_for_update(skip_locked=True).order_by("pk")
    batch = list(waiting.values_list("pk", "person_id")[:AT_ONCE])
    PersonToTag.objects.filter(pk__in=[pk for pk, _ in batch]).delete()
    return sorted({person for _, person in batch}), len(batch) == AT_ONCE
