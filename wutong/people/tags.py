"""Which tags there are: groups, words, retiring and restoring them, and their twins in other systems."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wutong.people.models import PersonTag, Tag, TagFamily, TagGroup, TagMirror, TagRule
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal


class TagGroupNameTaken(Refusal):
    code = "tag_group_name_taken"
    message = _("There is a group “%(name)s” already. Add the tag there.")


class TagNameTaken(Refusal):
    code = "tag_name_taken"
    message = _("The group has a tag “%(name)s” already. A retired one can be restored.")


class TagIsSoAlready(Refusal):
    """Somebody retired or restored the tag since the page was drawn."""

    code = "tag_is_so_already"
    message = _("Somebody has retired or restored “%(name)s” in the meantime. Look at it as it is now.")


class TagRenamedMeanwhile(Refusal):
    code = "tag_renamed_meanwhile"
    message = _("The tag is called “%(name)s” in the meantime. Look at it as it is now, then save again.")


def add_group(
    *, name: str, family: TagFamily, about: TagGroup.About, is_exclusive: bool, by: Staff, at: datetime
) -> TagGroup:
    """Add a group.

    Raises:
        TagGroupNameTaken: see there.
    """
    try:
        with transaction.atomic(durable=True):
            group = TagGroup.objects.create(name=name, family=family, about=about, is_exclusive=is_exclusive)
            record("tags.group_added", actor=by, subject=group, at=at, family=family.value, about=about.value)
    except IntegrityError as error:
        raise TagGroupNameTaken(name=name) from error
    return group


def add_tag(*, group: TagGroup, name: str, by: Staff, at: datetime) -> Tag:
    """Add a tag to a group.

    Raises:
        TagNameTaken: see there.
    """
    try:
        with transaction.atomic(durable=True):
            tag = Tag.objects.create(group=group, name=name)
            record("tags.tag_added", actor=by, subject=tag, at=at)
    except IntegrityError as error:
        raise TagNameTaken(name=name) from error
    return tag


def rename_tag(*, tag: Tag, name: str, by: Staff, at: datetime, seen: str = "") -> None:
    """Call a tag something else, wherever it is carried.

    Args:
        seen: the name that the form showed; empty for who saw no form.

    Raises:
        TagNameTaken, TagRenamedMeanwhile: see there.
    """
    try:
        with transaction.atomic(durable=True):
            before = Tag.objects.select_for_update().get(pk=tag.pk).name
            if seen and seen != before:
                raise TagRenamedMeanwhile(name=before)
            Tag.objects.filter(pk=tag.pk).update(name=name)
            tag.name = name
            record("tags.tag_renamed", actor=by, subject=tag, at=at, before=before)
    except IntegrityError as error:
        raise TagNameTaken(name=name) from error


def retire_tag(*, tag: Tag, by: Staff, at: datetime) -> None:
    """Offer a tag no longer. Whoever carries it goes on carrying it, and its rule rests.

    Raises:
        TagIsSoAlready: see there.
    """
    with transaction.atomic(durable=True):
        if not Tag.objects.filter(pk=tag.pk, is_active=True).update(is_active=False):
            raise TagIsSoAlready(name=tag.name)
        record("tags.tag_retired", actor=by, subject=tag, at=at)


def restore_tag(*, tag: Tag, by: Staff, at: datetime, then: Callable[[int], None]) -> None:
    """Offer a retired tag again; its rule goes on.

    Args:
        then: is told the id of its rule, to have everybody looked at later: people have changed while it rested.

    Raises:
        TagIsSoAlready: see there.
    """
    with transaction.atomic(durable=True):
        if not Tag.objects.filter(pk=tag.pk, is_active=False).update(is_active=True):
            raise TagIsSoAlready(name=tag.name)
        record("tags.tag_restored", actor=by, subject=tag, at=at)
        for rule in TagRule.objects.at_work().filter(tag=tag).values_list("pk", flat=True):
            then(rule)


def twins_of_person(person_id: int, *, system: str, place: str) -> set[str]:
    """What another system should show on a person: the twins of the tags they carry."""
    carried = PersonTag.objects.filter(person=person_id).values("tag")
    found = TagMirror.objects.filter(system=system, place=place, tag__in=carried)
    return set(found.values_list("external_id", flat=True))
