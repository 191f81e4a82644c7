"""Taking over the tags that another system shows: the half of two-way tags that comes in. No request is made here."""

from collections.abc import Iterable
from datetime import datetime

from wutong.lifecycle.tagging import tag_many, untag_many
from wutong.people.models import Person, PersonTag, Tag, TagMirror, TagSource
from wutong.people.tags_to_tell import Twin, waiting_of


def take_over_from(*, person: int, system: str, place: str, external_ids: Iterable[str], at: datetime) -> None:
    """Let a person carry those mirrored tags that another system shows, and no other mirrored one.

    Opens no transaction. What other systems do not know of stays as it is, and so does whatever the system has not been
    told of yet: it shows what was before. Of a group of which we carry one tag and it shows several, the one that is
    carried stays, else the first comes; else each look would put one in the other's place.
    """
    twin, shown = Twin(system, place), set(external_ids)
    # Held before anything is read: what a colleague does at this moment comes before us or after us.
    Person.objects.select_for_update(no_key=True).filter(pk=person).first()
    mirrors = TagMirror.objects.filter(system=system, place=place).select_related("tag__group").order_by("tag")
    told = list(mirrors.exclude(external_id__in=waiting_of(person, twin)))
    carried = set(PersonTag.objects.filter(person=person).values_list("tag_id", flat=True))
    wanted = {one.tag_id: one.tag for one in told if one.external_id in shown}
    for tag in (one.tag for one in told if one.tag_id in carried - wanted.keys()):
        untag_many([person], tag=tag, source=TagSource.WECOM, at=at, heard_from=twin)
    for tag in _one_of_a_group(wanted.values(), carried):
        tag_many([person], tag=tag, source=TagSource.WECOM, by=None, at=at, heard_from=twin)


def _one_of_a_group(wanted: Iterable[Tag], carried: set[int]) -> list[Tag]:
    chosen: dict[int, Tag] = {}
    for tag in sorted(wanted, key=lambda one: (one.pk not in carried, one.pk)):
        chosen.setdefault(tag.group_id if tag.group.is_exclusive else -tag.pk, tag)
    return list(chosen.values())
