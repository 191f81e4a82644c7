"""Giving tags to people and companies and taking them away: by a colleague, for many at once, or by a machine."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.people.models import (
    Account,
    AccountTag,
    AccountTagKeptOff,
    Person,
    PersonTag,
    PersonTagKeptOff,
    Tag,
    TagGroup,
    TagRule,
    TagSource,
)
from wutong.people.people_to_tag import look_again_after_tagging
from wutong.people.subjects import strongest_subjects
from wutong.people.tags_to_tell import Twin, tell_outside
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

AT_ONCE = 200
"""The most people or companies that a colleague tags in one act."""
_WORDS_OF_PEOPLE = (TagSource.HAND, TagSource.WECOM)
"""What is taken off so is not given again by a rule: behind what another system shows is a colleague's hand there."""


class TagNotOffered(Refusal):
    code = "tag_not_offered"
    message = _("The tag “%(name)s” is retired or not meant for this. Choose another.")


class TooManyToTag(Refusal):
    code = "too_many_to_tag"
    message = _("At most %(most)d are tagged at once. Choose fewer.")


def tag_people(people: Sequence[Person], *, tag: Tag, by: Staff, at: datetime) -> int:
    """Give a tag by hand. Returns how many did not carry it yet.

    Raises:
        TagNotOffered, TooManyToTag: see there.
    """
    _refuse(tag, TagGroup.About.PERSON, len(people))
    with transaction.atomic(durable=True):
        ids = [person.pk for person in people]
        given = tag_many(ids, tag=tag, source=TagSource.HAND, by=by, at=at)
        # What a rule gave is a colleague's word from now on, and no rule takes it back.
        said = PersonTag.objects.filter(tag=tag, person__in=ids, source=TagSource.RULE)
        kept = set(said.values_list("person_id", flat=True))
        said.update(source=TagSource.HAND, by=by, at=at)
        PersonTagKeptOff.objects.filter(tag=tag, person__in=ids).delete()
        for person in people:
            if person.pk in given | kept:
                record("people.tag_added", actor=by, subject=person, at=at, tag=tag.name)
    return len(given)


def untag_person(*, person: Person, tag: Tag, by: Staff, at: datetime) -> None:
    """Take a tag away by hand, and keep its rule from giving it again; one that is gone already is gone."""
    with transaction.atomic(durable=True):
        if untag_many([person.pk], tag=tag, source=TagSource.HAND, at=at):
            record("people.tag_removed", actor=by, subject=person, at=at, tag=tag.name)


def tag_many(
    people: Iterable[int],
    *,
    tag: Tag,
    source: TagSource,
    by: Staff | None,
    at: datetime,
    heard_from: Twin | None = None,
) -> set[int]:
    """Give a tag to people by id; in an exclusive group it takes the others' place, if no rule gives it.

    Opens no transaction.

    Args:
        heard_from: the system that told us, which is not told in turn.

    Returns:
        those who did not carry it yet.
    """
    ids = _held(people)
    carrying = set(PersonTag.objects.filter(tag=tag, person__in=ids).values_list("person_id", flat=True))
    new = [pk for pk in ids if pk not in carrying]
    if tag.group.is_exclusive and source == TagSource.RULE:
        others = PersonTag.objects.filter(tag__group=tag.group_id, person__in=new)
        carrying_another = set(others.values_list("person_id", flat=True))
        new = [pk for pk in new if pk not in carrying_another]
    if not new:
        return set()
    if tag.group.is_exclusive:
        others = (
            PersonTag.objects.filter(tag__group=tag.group_id, person__in=new).exclude(tag=tag).select_related("tag")
        )
        for other in {one.tag for one in others}:
            replaced = untag_many(new, tag=other, source=source, at=at)  # nobody told us of this: all are told
            if by is not None:
                for person in Person.objects.filter(pk__in=replaced).order_by("pk"):
                    record("people.tag_removed", actor=by, subject=person, at=at, tag=other.name)
    subjects = strongest_subjects(new)
    PersonTag.objects.bulk_create(
        PersonTag(subject_id=subjects[pk], person_id=pk, tag=tag, source=source, by=by, at=at) for pk in subjects
    )
    insert_many([_event("tag_added", pk, subject, tag, source, at=at) for pk, subject in subjects.items()])
    tell_outside(subjects, tag, is_carried=True, at=at, heard_from=heard_from)
    look_again_after_tagging(subjects, tag)
    return set(subjects)


def untag_many(
    people: Iterable[int],
    *,
    tag: Tag,
    source: TagSource,
    at: datetime,
    given_by: TagSource | None = None,
    heard_from: Twin | None = None,
) -> set[int]:
    """Take a tag from people by id, and keep its rule from giving it again where somebody outside says so.

    Opens no transaction.

    Args:
        given_by: only where it was given so; else whoever gave it.
        heard_from: the system that told us, which is not told in turn.

    Returns:
        those who carried it and do not any more.
    """
    ids = _held(people)
    rows = PersonTag.objects.filter(tag=tag, person__in=ids)
    going = rows if given_by is None else rows.filter(source=given_by)
    gone = {row.person_id: row for row in going.select_related("by")}
    going.delete()
    if given_by is not None:
        for pk in rows.values_list("person_id", flat=True):
            gone.pop(pk, None)
    subjects = {pk: gone[pk].subject_id for pk in sorted(gone)}
    insert_many(
        [
            _event("tag_removed", pk, subject, tag, source, at=at, **_as_it_was(gone[pk]))
            for pk, subject in subjects.items()
        ]
    )
    if source in _WORDS_OF_PEOPLE and TagRule.objects.filter(tag=tag).exists():
        kept_off = (PersonTagKeptOff(subject_id=subjects[pk], person_id=pk, tag=tag, at=at) for pk in sorted(subjects))
        PersonTagKeptOff.objects.bulk_create(kept_off, ignore_conflicts=True)
    tell_outside(subjects, tag, is_carried=False, at=at, heard_from=heard_from)
    look_again_after_tagging(subjects, tag)
    return set(subjects)


def tag_accounts(accounts: Sequence[Account], *, tag: Tag, by: Staff, at: datetime) -> int:
    """Give a tag by hand. Returns how many did not carry it yet.

    Raises:
        TagNotOffered, TooManyToTag: see there.
    """
    _refuse(tag, TagGroup.About.ACCOUNT, len(accounts))
    with transaction.atomic(durable=True):
        ids = [one.pk for one in accounts]
        given = tag_many_accounts(ids, tag=tag, source=TagSource.HAND, by=by, at=at)
        said = AccountTag.objects.filter(tag=tag, account__in=ids, source=TagSource.RULE)
        kept = set(said.values_list("account_id", flat=True))
        said.update(source=TagSource.HAND, by=by, at=at)
        AccountTagKeptOff.objects.filter(tag=tag, account__in=ids).delete()
        for one in accounts:
            if one.pk in given | kept:
                record("people.account_tag_added", actor=by, subject=one, at=at, tag=tag.name)
    return len(given)


def tag_many_accounts(
    accounts: Iterable[int], *, tag: Tag, source: TagSource, by: Staff | None, at: datetime
) -> set[int]:
    """Give a tag to companies by id; in an exclusive group it takes the others' place, if no rule gives it.

    Opens no transaction.

    Returns:
        those that did not carry it yet.
    """
    locked = Account.objects.select_for_update(no_key=True).filter(pk__in=list(accounts))
    ids = list(locked.order_by("pk").values_list("pk", flat=True))
    in_the_way = {"tag__group": tag.group_id} if tag.group.is_exclusive and source == TagSource.RULE else {"tag": tag}
    carrying = set(AccountTag.objects.filter(**in_the_way, account__in=ids).values_list("account_id", flat=True))
    new = [pk for pk in ids if pk not in carrying]
    if tag.group.is_exclusive:
        others = AccountTag.objects.filter(tag__group=tag.group_id, account__in=new).exclude(tag=tag)
        for other in others.select_related("account", "tag").order_by("account", "tag"):
            record("people.account_tag_removed", actor=by, subject=other.account, at=at, tag=other.tag.name)
        others.delete()
    AccountTag.objects.bulk_create(AccountTag(account_id=pk, tag=tag, source=source, by=by, at=at) for pk in new)
    return set(new)


def untag_account(*, account: Account, tag: Tag, by: Staff, at: datetime) -> None:
    """Take a tag away by hand, and keep its rule from giving it again; one that is gone already is gone."""
    with transaction.atomic(durable=True):
        gone, _rows = AccountTag.objects.filter(account=account, tag=tag).delete()
        if gone:
            record("people.account_tag_removed", actor=by, subject=account, at=at, tag=tag.name)
            if TagRule.objects.filter(tag=tag).exists():
                AccountTagKeptOff.objects.get_or_create(account=account, tag=tag, defaults={"at": at})


def _refuse(tag: Tag, about: TagGroup.About, n: int) -> None:
    if not tag.is_active or tag.group.about != about:
        raise TagNotOffered(name=tag.name)
    if n > AT_ONCE:
        raise TooManyToTag(most=AT_ONCE)


def _held(people: Iterable[int]) -> list[int]:
    """Their rows locked in id order: of two who change the tags of one person one waits, and so do other systems."""
    locked = Person.objects.select_for_update(no_key=True).filter(pk__in=list(people))
    return list(locked.order_by("pk").values_list("pk", flat=True))


def _as_it_was(row: PersonTag) -> dict[str, str]:
    """How a tag was given that is taken away, so that it can be brought back as it was."""
    giver = {"giver": str(row.by.public_id)} if row.by is not None else {}
    return {"given_by": row.source, "given_at": row.at.isoformat(), **giver}


def _event(
    name: str, person: int, subject: int, tag: Tag, source: TagSource, *, at: datetime, **further: str
) -> HotRow:
    return HotRow(
        id=new_id(at),
        name=name,
        occurred_at=at,
        received_at=at,
        source="staff" if source == TagSource.HAND else "system",
        subject_id=subject,
        person_id=person,
        props={"tag": str(tag.public_id), "word": tag.name, "by": source.value, **further},
        digest=digest_of(name, str(tag.public_id), subject, at.isoformat()),
    )
