"""The rules that say who gets a lead: their conditions, their sentences, and the acts that change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from msgspec import Meta, Struct

from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import AssignmentRule
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.platform.audit import record
from wutong.platform.models import Organisation, Staff, Team
from wutong.platform.refusal import Refusal

Text = Annotated[str, Meta(min_length=1, max_length=80)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=60)]
Target = AssignmentRule.Target
MOST_RULES = 100


class Conditions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a lead must be like. Whatever is empty does not matter; all that is not must hold."""

    channels: Texts = ()
    campaigns: Texts = ()
    """The campaign's name contains one of these."""
    sites: tuple[int, ...] = ()
    forms: Texts = ()
    """Keys of forms."""
    product_lines: Texts = ()
    """Codes."""
    regions: Texts = ()
    """Provinces."""
    is_account_known: bool | None = None
    grades: tuple[Annotated[str, Meta(pattern="^[A-D][1-4]$")], ...] = ()


@dataclass(frozen=True, kw_only=True)
class LeadFacts:
    """What rules see of a lead."""

    channel: str = ""
    campaign: str = ""
    site: int | None = None
    form: str = ""
    product_line: str = ""
    region: str = ""
    is_account_known: bool = False
    grade: str = ""


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A rule as somebody wants it."""

    name: str
    conditions: Conditions
    target: Target
    colleague: Staff | None = None
    team: Team | None = None


class RuleGone(Refusal):
    """Somebody removed the rule meanwhile."""

    code = "rule_gone"
    message = gettext_lazy("This rule does not exist any more. Reload the page.")


class TooManyRules(Refusal):
    """Nobody can read so many."""

    code = "too_many_rules"
    message = gettext_lazy("There are %(n)d rules, the most there can be. Remove one first.")


def conditions_of(rule: AssignmentRule) -> Conditions:
    """The conditions of a rule, read from what is stored."""
    return msgspec.convert(rule.conditions, Conditions)


def holds(conditions: Conditions, facts: LeadFacts) -> bool:
    """Whether a lead is what a rule asks for."""
    return (
        (not conditions.channels or facts.channel in conditions.channels)
        and (
            not conditions.campaigns or any(one.casefold() in facts.campaign.casefold() for one in conditions.campaigns)
        )
        and (not conditions.sites or facts.site in conditions.sites)
        and (not conditions.forms or facts.form in conditions.forms)
        and (not conditions.product_lines or facts.product_line in conditions.product_lines)
        and (not conditions.regions or facts.region in conditions.regions)
        and (conditions.is_account_known is None or facts.is_account_known == conditions.is_account_known)
        and (not conditions.grades or facts.grade in conditions.grades)
    )


def mark_of_rule(rule: AssignmentRule) -> str:
    """Changes with what the form of a rule shows; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(rule.name, rule.target, rule.conditions, rule.colleague_id, rule.team_id)


def ensure_rules() -> None:
    """Give a company that has no rules the two it begins with; safe to call at every start."""
    with transaction.atomic():
        # Two processes that start at once queue at the company's row; the second finds what the first has made.
        list(Organisation.objects.select_for_update().values_list("pk"))
        if AssignmentRule.objects.exists():
            return
        AssignmentRule.objects.bulk_create(
            [
                AssignmentRule(position=1, code="same_company", target=Target.ACCOUNT_OWNER),
                AssignmentRule(position=2, code="turns_in_team", target=Target.ROUND_ROBIN),
            ]
        )


def add_rule(draft: RuleDraft, *, by: Staff, at: datetime) -> AssignmentRule:
    """Add a rule before the last one, which usually takes whatever is left.

    Raises:
        TooManyRules: see there.
    """
    with transaction.atomic(durable=True):
        rules = _locked_rules()
        if len(rules) >= MOST_RULES:
            raise TooManyRules(n=len(rules))
        last: int = AssignmentRule.objects.aggregate(Max("position"))["position__max"] or 0
        rule = AssignmentRule(position=last + 1)
        _write(rule, draft)
        rule.save()
        if rules:
            _reorder([*rules[:-1], rule, rules[-1]])
        record("routing.rule_added", actor=by, subject=rule, at=at)
    return rule


def change_rule(*, rule: AssignmentRule, draft: RuleDraft, by: Staff, at: datetime, seen: str = "") -> None:
    """Change a rule in its place.

    Args:
        seen: the mark of the rule that the form showed.

    Raises:
        RuleGone: see there.
        ChangedMeanwhile: somebody else has changed it since.
    """
    with transaction.atomic(durable=True):
        now = _locked_rule(rule)
        refuse_unseen(seen, mark_of_rule(now))
        _write(now, draft)
        now.save()
        record("routing.rule_changed", actor=by, subject=now, at=at)


def move_rule(*, rule: AssignmentRule, up: bool, by: Staff, at: datetime) -> None:
    """Let a rule be asked one place earlier or later; the first and the last stay.

    Raises:
        RuleGone: see there.
    """
    with transaction.atomic(durable=True):
        rules = _locked_rules()
        place = next((n for n, one in enumerate(rules) if one.pk == rule.pk), None)
        if place is None:
            raise RuleGone
        other = max(place - 1, 0) if up else min(place + 1, len(rules) - 1)
        rules[place], rules[other] = rules[other], rules[place]
        _reorder(rules)
        record("routing.rule_moved", actor=by, subject=rule, at=at, place=other + 1)


def switch_rule(*, rule: AssignmentRule, is_on: bool, by: Staff, at: datetime) -> None:
    """Switch a rule on or off.

    Raises:
        RuleGone: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked_rule(rule)
        now.is_on = is_on
        now.save(update_fields=["is_on"])
        record("routing.rule_switched", actor=by, subject=now, at=at, is_on=is_on)


def drop_rule(*, rule: AssignmentRule, by: Staff, at: datetime) -> None:
    """Remove a rule. What it decided keeps its name.

    Raises:
        RuleGone: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked_rule(rule)
        record("routing.rule_dropped", actor=by, subject=now, at=at)
        now.delete()


def sentence(
    rule: AssignmentRule, *, sites: Mapping[int, str], forms: Mapping[str, str], lines: Mapping[str, str]
) -> str:
    """A rule as people read it; ``sites``, ``forms`` and ``lines`` give names to what its conditions mean."""
    when = pgettext("between conditions", "; ").join(
        _conditions_in_words(conditions_of(rule), sites=sites, forms=forms, lines=lines)
    )
    then = _target_in_words(rule)
    if not when:
        return _("Every lead: %(target)s.") % {"target": then}
    return _("When %(conditions)s: %(target)s.") % {"conditions": when, "target": then}


def _conditions_in_words(
    one: Conditions, *, sites: Mapping[int, str], forms: Mapping[str, str], lines: Mapping[str, str]
) -> list[str]:
    said = []
    if one.channels:
        said.append(_("the channel is %(names)s") % {"names": _list(str(CHANNELS.get(c, c)) for c in one.channels)})
    if one.campaigns:
        said.append(_("the campaign contains %(names)s") % {"names": _list(one.campaigns)})
    if one.sites:
        said.append(_("the website is %(names)s") % {"names": _list(sites.get(pk, "?") for pk in one.sites)})
    if one.forms:
        said.append(_("the form is %(names)s") % {"names": _list(forms.get(key, key) for key in one.forms)})
    if one.product_lines:
        said.append(
            _("the product line is %(names)s") % {"names": _list(lines.get(code, code) for code in one.product_lines)}
        )
    if one.regions:
        said.append(_("the province is %(names)s") % {"names": _list(one.regions)})
    if one.is_account_known is not None:
        said.append(_("the company is known") if one.is_account_known else _("no company is known"))
    if one.grades:
        said.append(_("the score is %(names)s") % {"names": _list(one.grades)})
    return said


def _target_in_words(rule: AssignmentRule) -> str:
    team = rule.team.name if rule.team else ""
    match rule.target:
        case Target.COLLEAGUE:
            return _("to %(name)s") % {"name": rule.colleague.full_name if rule.colleague else "?"}
        case Target.ROUND_ROBIN:
            return _("in turns in the team %(team)s") % {"team": team} if team else _("in turns in the lead's team")
        case Target.LEAST_LOAD:
            words = _("to whoever has fewest waiting in the team %(team)s") % {"team": team}
            return words if team else _("to whoever has fewest waiting in the lead's team")
        case _:
            return _("to whoever looks after the same company")


def _list(names: Any) -> str:
    return pgettext("between words", ", ").join(names)


def _write(rule: AssignmentRule, draft: RuleDraft) -> None:
    # Whoever changes a shipped rule, but not the name they read, leaves it to be read in each language.
    rule.own_name = rule.own_name if draft.name == rule.name else draft.name
    rule.target = draft.target
    rule.conditions = msgspec.to_builtins(draft.conditions)
    rule.colleague = draft.colleague if draft.target == Target.COLLEAGUE else None
    rule.team = draft.team if draft.target in (Target.ROUND_ROBIN, Target.LEAST_LOAD) else None


def _locked_rules() -> list[AssignmentRule]:
    return list(AssignmentRule.objects.select_for_update().order_by("position"))


def _locked_rule(rule: AssignmentRule) -> AssignmentRule:
    now = AssignmentRule.objects.select_for_update().filter(pk=rule.pk).first()
    if now is None:
        raise RuleGone
    return now


def _reorder(rules: Sequence[AssignmentRule]) -> None:
    for position, rule in enumerate(rules, start=1):
        rule.position = position
    AssignmentRule.objects.bulk_update(rules, ["position"])
