"""The rules of tags at work: what they give and take back, as facts change.

Whoever is changed is looked at within a minute, so the cost follows the changes; everybody is looked at when a rule is
set, and once a night, for what nothing told of. Companies, of which there are few, are all looked at every ten minutes.
A colleague's hand wins: what they gave is not taken back, and what they took off is not given again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet

from wutong.lifecycle.tag_rules import asked_of, language_of
from wutong.lifecycle.tagging import tag_many, tag_many_accounts, untag_many
from wutong.people.models import (
    AccountTag,
    AccountTagKeptOff,
    PersonTag,
    PersonTagKeptOff,
    TagGroup,
    TagRule,
    TagSource,
)
from wutong.people.people_to_tag import take_waiting

AT_ONCE = 500
"""So many are given a tag, or lose it, in one transaction: meanwhile a page that changes one of them waits."""


@dataclass(frozen=True)
class _Side:
    """Where the tags of people stand, or those of companies."""

    column: str
    carried: type[Model]
    kept_off: type[Model]


_SIDES = {
    TagGroup.About.PERSON.value: _Side("person", PersonTag, PersonTagKeptOff),
    TagGroup.About.ACCOUNT.value: _Side("account", AccountTag, AccountTagKeptOff),
}


def tag_changed_people(*, at: datetime) -> bool:
    """Let the rules look at the people who have waited longest; whether others wait still. Opens no transaction."""
    people, is_more = take_waiting()
    if people:
        rules = list(_rules().filter(pk__in=TagRule.objects.at_work(), tag__group__about=TagGroup.About.PERSON))
        for step in (_take_back, _give):  # what is taken back may be what is in another's way
            for rule in rules:
                step(rule, among=people, at=at)
    return is_more


def look_at_everybody(rule_id: int, *, at: datetime) -> None:
    """Give a rule's tag to all who are to carry it and take it back from all others, piece by piece.

    A rule that is being removed gives nobody, and is gone at the end. Safe to repeat and to break off; it breaks off
    by itself when the rule is changed, since then it is looked at anew.
    """
    rule = _rules().filter(pk=rule_id).first()
    if rule is None or rule.state == TagRule.State.PAUSED or not (rule.tag.is_active or rule.state == "ending"):
        return
    for step in (_take_back, _give):
        after: int | None = 0
        while after is not None:
            with transaction.atomic():
                if not _is_unchanged(rule):
                    return
                after = step(rule, after=after, at=at)
    with transaction.atomic():
        if _is_unchanged(rule):
            _seen_to_the_end(rule, at=at)


def due_rules(about: TagGroup.About) -> list[int]:
    """The rules at work that everybody is to be looked at for, and those that are being removed."""
    rules = TagRule.objects.filter(tag__group__about=about).exclude(state=TagRule.State.PAUSED)
    return list(rules.order_by("pk").values_list("pk", flat=True))


def fitting(rule: TagRule) -> QuerySet[Any] | None:
    """All who are to carry the tag; None where nobody knows."""
    asked = asked_of(rule)
    return None if asked is None else language_of(rule.tag).everybody(asked)


def _rules() -> QuerySet[TagRule]:
    return TagRule.objects.select_related("tag__group").order_by("pk")


def _take_back(rule: TagRule, *, at: datetime, among: Sequence[int] | None = None, after: int = 0) -> int | None:
    """Take the tag from those whom the rule gave it and who fit no more; after whom there may be others.

    Opens no transaction.

    Args:
        among: only these are looked at.
        after: only those with a higher id.
    """
    side = _SIDES[rule.tag.group.about]
    carried = _of(side.carried, f"{side.column}_id", among, after).filter(tag=rule.tag_id, source=TagSource.RULE)
    if rule.state != TagRule.State.ENDING:
        fits = fitting(rule)
        if fits is None:
            return None
        carried = carried.filter(~Exists(fits.filter(pk=OuterRef(side.column))))
    losing = list(carried.order_by(side.column).values_list(side.column, flat=True).distinct()[:AT_ONCE])
    if losing and side.carried is PersonTag:
        untag_many(losing, tag=rule.tag, source=TagSource.RULE, at=at, given_by=TagSource.RULE)
    elif losing:
        AccountTag.objects.filter(tag=rule.tag, account__in=losing, source=TagSource.RULE).delete()
    if losing:
        TagRule.objects.filter(pk=rule.pk).update(taken=F("taken") + len(losing))
    return losing[-1] if len(losing) == AT_ONCE else None


def _give(rule: TagRule, *, at: datetime, among: Sequence[int] | None = None, after: int = 0) -> int | None:
    """Give the tag to those who fit and do not carry it; after whom there may be others. Opens no transaction.

    Of a group of which one tag is carried only, whoever carries another keeps it: a rule takes no other's place.
    """
    fits = fitting(rule)
    if fits is None or rule.state == TagRule.State.ENDING:
        return None
    side = _SIDES[rule.tag.group.about]
    which = {"tag__group": rule.tag.group_id} if rule.tag.group.is_exclusive else {"tag": rule.tag_id}
    whose = {side.column: OuterRef("pk")}
    carried = side.carried._default_manager.filter(**which, **whose)
    kept_off = side.kept_off._default_manager.filter(tag=rule.tag_id, **whose)
    found = fits.filter(~Exists(carried), ~Exists(kept_off), pk__gt=after)
    if among is not None:
        found = found.filter(pk__among=among)
    getting = list(found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if getting:
        give = tag_many if side.carried is PersonTag else tag_many_accounts
        n = len(give(getting, tag=rule.tag, source=TagSource.RULE, by=None, at=at))
        TagRule.objects.filter(pk=rule.pk).update(given=F("given") + n)
    return getting[-1] if len(getting) == AT_ONCE else None


def _of(carried: type[Model], column: str, among: Sequence[int] | None, after: int) -> QuerySet[Any]:
    rows = carried._default_manager.filter(**{f"{column}__gt": after})
    return rows if among is None else rows.filter(**{f"{column.removesuffix('_id')}__among": among})


def _is_unchanged(rule: TagRule) -> bool:
    """Whether a rule says what it said when it was read; it stays so until the transaction ends."""
    now = TagRule.objects.select_for_update().filter(pk=rule.pk).first()
    return now is not None and (now.query, now.state) == (rule.query, rule.state)


def _seen_to_the_end(rule: TagRule, *, at: datetime) -> None:
    if rule.state == TagRule.State.ENDING:
        _SIDES[rule.tag.group.about].kept_off._default_manager.filter(tag=rule.tag_id).delete()
        TagRule.objects.filter(pk=rule.pk).delete()
    else:
        TagRule.objects.filter(pk=rule.pk).update(looked_at=at)
