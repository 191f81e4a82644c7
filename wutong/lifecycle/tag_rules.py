"""The rules of tags: who is to carry one, said with the conditions of a list; and the acts that change a rule.

A condition means what it means in the address of its list. One that is not understood any more, because its field or
tag is gone, makes the whole rule mean nobody knows whom: it then neither gives nor takes back, until it is set anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.people.custom_fields import readable_by, with_options
from wutong.people.custom_filters import SIGN, Condition
from wutong.people.models import CustomField, Tag, TagGroup, TagRule
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

Pairs = list[tuple[str, str]]
Later = Callable[[int], None]
_State = TagRule.State
MOST_CHARACTERS = 1_000
"""Of a rule as it stands in an address, where a Chinese letter takes nine."""


class NoCondition(Refusal):
    code = "tag_rule_without_condition"
    message = _("Choose at least one condition: without any, everybody would carry the tag.")


class ConditionNotUnderstood(Refusal):
    code = "tag_rule_not_understood"
    message = _("One of the conditions is not understood. Check what is filled in.")


class TooMuchAsked(Refusal):
    code = "tag_rule_too_long"
    message = _("These conditions are too long together. Use fewer of them, or shorter words.")


class HiddenCondition(Refusal):
    """Whoever does not see a field would drop the condition on it without knowing."""

    code = "tag_rule_has_hidden_condition"
    message = _("This rule has a condition on a field that you may not see. Ask somebody who may.")


class RuleLeadsBack(Refusal):
    """A tag that waits for another that waits for it would never be taken back."""

    code = "tag_rule_leads_back"
    message = _("A rule cannot ask for its own tag, nor for one whose rule asks for it. Choose another condition.")


class TagIsRetired(Refusal):
    code = "tag_of_rule_retired"
    message = _("The tag is retired. Restore it first.")


class NoSuchRule(Refusal):
    code = "no_such_tag_rule"
    message = _("This tag has no such rule any more. Reload the page.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Conditions as a list understands them."""

    pairs: Pairs
    """As they stand in an address, each in one form only, so that two can be compared."""
    tag: UUID | None
    """Another tag that is asked for."""
    words: list[tuple[str, str]]
    """As people read them: what, and how it is to be."""
    own: Sequence[Condition]
    given: Mapping[str, Any]
    """What the form is filled in with."""

    @property
    def query(self) -> str:
        return urlencode(sorted(self.pairs))


@dataclass(frozen=True, kw_only=True)
class Language:
    """The conditions of a list, as rules of tags speak of them."""

    list_url: str
    names: frozenset[str]
    """What a rule may say, beside the company's own fields."""
    form: str
    """The template of its fields."""
    choices: Callable[[], dict[str, Any]]
    """What the template offers."""
    read: Callable[[Mapping[str, str], Sequence[CustomField]], Asked]
    everybody: Callable[[Asked], QuerySet[Any]]
    """All that fit, whoever looks."""
    sample: Callable[[Staff, Asked], list[tuple[str, str]]]
    """Some of these whom a colleague may see: name and address."""


_languages: dict[str, Language] = {}


def register_language(about: TagGroup.About, language: Language) -> None:
    """Let tags of people or of companies have rules that speak ``language``."""
    _languages[about.value] = language


def language_of(tag: Tag) -> Language:
    return _languages[tag.group.about]


def asked_by(tag: Tag, given: Mapping[str, str], *, reader: Staff) -> Asked:
    """What a form asks for, as far as ``reader`` may."""
    return language_of(tag).read(given, readable_by(reader, tag.group.about))


def understood(tag: Tag, given: Mapping[str, str], *, reader: Staff) -> Asked:
    """The same, where all of it can be a rule.

    Raises:
        NoCondition, ConditionNotUnderstood, TooMuchAsked: see there.
    """
    asked = asked_by(tag, given, reader=reader)
    if {name for name, value in given.items() if value} - {name for name, _value in asked.pairs}:
        raise ConditionNotUnderstood
    if not asked.pairs:
        raise NoCondition
    if len(asked.query) > MOST_CHARACTERS:
        raise TooMuchAsked
    return asked


def asked_of(rule: TagRule) -> Asked | None:
    """What a rule asks for, whoever reads it; None where it is not understood any more."""
    about = rule.tag.group.about
    fields = with_options(CustomField.objects.of(about).in_use())
    asked = language_of(rule.tag).read(dict(parse_qsl(rule.query)), fields)
    return asked if asked.pairs and asked.query == rule.query else None


def is_hidden_from(rule: TagRule, reader: Staff) -> bool:
    """Whether a condition of the rule is on a field that ``reader`` may not see."""
    about = rule.tag.group.about
    named = {name.removeprefix(SIGN).partition(".")[0] for name, _value in parse_qsl(rule.query) if SIGN in name}
    in_use = CustomField.objects.of(about).in_use().filter(code__in=named).values_list("code", flat=True)
    return not set(in_use) <= {field.code for field in readable_by(reader, about)}


def mark_of_rule(rule: TagRule | None) -> str:
    """Changes with what the page of a rule shows; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(rule and (rule.query, rule.state))


def set_rule(*, tag: Tag, given: Mapping[str, str], by: Staff, at: datetime, then: Later, seen: str = "") -> TagRule:
    """Give a tag a rule, or its rule other conditions; everybody is looked at anew.

    Args:
        then: is told the rule's id, to have everybody looked at later.
        seen: the mark of the rule that the form showed.

    Raises:
        TagIsRetired, HiddenCondition, RuleLeadsBack, or as :func:`understood`: nothing is changed then.
        ChangedMeanwhile: somebody else has changed it since.
    """
    asked = understood(tag, given, reader=by)
    with transaction.atomic(durable=True):
        # Rules are set one after another: two that lead to each other would each look harmless.
        rules = {one.tag_id: one for one in _locked_rules()}
        if not Tag.objects.filter(pk=tag.pk, is_active=True).exists():
            raise TagIsRetired
        now = rules.get(tag.pk)
        refuse_unseen(seen, mark_of_rule(now))
        if now is not None and is_hidden_from(now, by):
            raise HiddenCondition
        _refuse_circle(tag, asked, rules.values())
        rule = now or TagRule(tag=tag)
        rule.query, rule.state, rule.changed_by, rule.changed_at = asked.query, _State.ON, by, at
        rule.looked_at, rule.given, rule.taken = None, 0, 0
        rule.save()
        record("tags.rule_set", actor=by, subject=tag, at=at)
        then(rule.pk)
    return rule


def pause_rule(*, tag: Tag, by: Staff, at: datetime) -> None:
    """Let a rule neither give nor take back; whoever carries its tag goes on carrying it.

    Raises:
        NoSuchRule: see there.
    """
    with transaction.atomic(durable=True):
        rule = _rule_of(tag, _State.ON)
        rule.state = _State.PAUSED
        rule.save(update_fields=["state"])
        record("tags.rule_paused", actor=by, subject=tag, at=at)


def resume_rule(*, tag: Tag, by: Staff, at: datetime, then: Later) -> None:
    """Let a paused rule go on; everybody is looked at anew.

    Raises:
        NoSuchRule: see there.
    """
    with transaction.atomic(durable=True):
        rule = _rule_of(tag, _State.PAUSED)
        rule.state, rule.looked_at = _State.ON, None
        rule.save(update_fields=["state", "looked_at"])
        record("tags.rule_resumed", actor=by, subject=tag, at=at)
        then(rule.pk)


def remove_rule(*, tag: Tag, by: Staff, at: datetime, then: Later) -> None:
    """Take a rule away, and with it, in the background, what it gave. What somebody gave by hand stays.

    Raises:
        NoSuchRule: see there.
    """
    with transaction.atomic(durable=True):
        rule = _rule_of(tag, _State.ON, _State.PAUSED)
        rule.state = _State.ENDING
        rule.save(update_fields=["state"])
        record("tags.rule_removed", actor=by, subject=tag, at=at)
        then(rule.pk)


def pairs_of_own(conditions: Sequence[Condition]) -> Pairs:
    """Conditions on the company's own fields, as they stand in an address."""
    found: Pairs = []
    for one in conditions:
        base = SIGN + one.field.code
        found += [(base, one.value)] if one.value else []
        found += [(f"{base}.from", one.low)] if one.low else []
        found += [(f"{base}.to", one.high)] if one.high else []
    return found


def _locked_rules() -> list[TagRule]:
    return list(TagRule.objects.select_for_update().order_by("pk"))


def _rule_of(tag: Tag, *states: TagRule.State) -> TagRule:
    rule = TagRule.objects.select_for_update().filter(tag=tag, state__in=states).first()
    if rule is None:
        raise NoSuchRule
    return rule


def _refuse_circle(tag: Tag, asked: Asked, rules: Any) -> None:
    asks_for = {str(one.tag.public_id): dict(parse_qsl(one.query)).get("tag") for one in rules if one.tag_id != tag.pk}
    next_one = str(asked.tag) if asked.tag else None
    while next_one is not None:
        if next_one == str(tag.public_id):
            raise RuleLeadsBack
        next_one = asks_for.pop(next_one, None)
