"""A dry run of the rules on what came lately: who would have got what. Writes nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from wutong.lifecycle.assignment import Choice, choose
from wutong.lifecycle.house import house_of, keepers_of
from wutong.lifecycle.lead_facts import facts_of
from wutong.lifecycle.models import AssignmentRule, Lead
from wutong.platform.models import Staff

LOOKED_BACK = timedelta(days=30)
MOST = 1_000
_EXAMPLES = 20


@dataclass(frozen=True)
class Tried:
    """One lead and who would have got it."""

    lead: Lead
    to: Staff | None
    rule: AssignmentRule | None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the rules would have done with the leads of the last thirty days, latest first."""

    n: int
    is_sample: bool
    by_rule: list[tuple[AssignmentRule, int]]
    by_colleague: list[tuple[Staff, int]]
    to_nobody: int
    examples: list[Tried]


def try_rules(viewer: Staff, *, at: datetime) -> Trial:
    """Run the rules that are on over leads that ``viewer`` may see, as if everybody had been there with free hands."""
    rules = list(AssignmentRule.objects.filter(is_on=True).select_related("team").order_by("position"))
    found = list(
        Lead.objects.visible_to(viewer)
        .filter(created_at__gte=at - LOOKED_BACK, created_at__lte=at)
        .select_related("person", "team", "account", "product_line")
        .order_by("-created_at", "-pk")[: MOST + 1]
    )
    leads = sorted(found[:MOST], key=lambda lead: (lead.created_at, lead.pk))
    facts = facts_of(leads)
    house = house_of(rules, at=at, is_trial=True)
    owners = keepers_of(leads)
    by_rule: Counter[int] = Counter()
    by_colleague: Counter[int] = Counter()
    tried = []
    for lead in leads:
        choice: Choice = choose(lead, facts[lead.pk], rules, house, owners)
        if choice.to is not None and choice.rule is not None:
            by_rule[choice.rule.pk] += 1
            by_colleague[choice.to] += 1
            owners.note(lead, choice.to)
        tried.append(Tried(lead, house.staff.get(choice.to or 0), choice.rule if choice.to is not None else None))
    return Trial(
        n=len(leads),
        is_sample=len(found) > MOST,
        by_rule=[(rule, by_rule[rule.pk]) for rule in rules],
        by_colleague=[(house.staff[id], n) for id, n in by_colleague.most_common()],
        to_nobody=sum(one.to is None for one in tried),
        examples=tried[::-1][:_EXAMPLES],
    )
