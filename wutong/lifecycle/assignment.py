"""Giving leads to colleagues by the rules, as they arrive. Source: ``product.md`` 4.3.

The rules are asked in their order. A rule that nobody can serve (off duty, hands full, elsewhere in the business)
passes the lead on; when none is left it waits in its team.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wutong.events.hot import insert_many
from wutong.lifecycle.assignment_told import Reason, assigning, tell_history
from wutong.lifecycle.house import House, Keepers, house_of, keepers_of
from wutong.lifecycle.lead_facts import facts_of
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Assignment, AssignmentRule, Lead
from wutong.lifecycle.routing_rules import LeadFacts, conditions_of, holds
from wutong.platform.models import Staff, Team
from wutong.platform.rows import insert_objects, update_objects

Target = AssignmentRule.Target


@dataclass(frozen=True)
class Choice:
    """Who gets a lead. ``team`` is where it waits when nobody does."""

    to: int | None
    rule: AssignmentRule | None
    team: Team | None
    reason: str


def assign_many(leads: Sequence[Lead], *, at: datetime) -> list[Assignment]:
    """Give each of ``leads`` that nobody owns to somebody by the rules. Opens no transaction.

    Whoever has left owns nothing, but what is in sales' hands is not given to SDRs: a manager gives it away.
    Two who assign at the same moment queue at the rules, so that nobody is skipped or served twice.

    Args:
        leads: locked, or new in this transaction; they are changed and saved.
    """
    gone = _gone(leads)
    waiting = sorted(
        (
            lead
            for lead in leads
            if lead.stage not in CLOSED_STAGES
            and (lead.owner_id is None or (lead.owner_id in gone and lead.accountable != Accountable.SALES))
        ),
        key=_age,
    )
    if not waiting:
        return []
    rules = list(
        AssignmentRule.objects.select_for_update(of=("self",))
        .filter(is_on=True)
        .select_related("team")
        .order_by("position")
    )
    if not rules:
        return []
    facts = facts_of(waiting)
    house = house_of(rules, at=at)
    owners = keepers_of(waiting)
    made = []
    for lead in waiting:
        choice = choose(lead, facts[lead.pk], rules, house, owners)
        team = _team_after(choice, lead, house)
        lead.owner_id, lead.team = choice.to, team
        lead.version += 1
        made.append(
            Assignment(
                lead=lead,
                at=at,
                to=house.staff[choice.to] if choice.to is not None else None,
                team=team,
                reason=choice.reason,
                rule=choice.rule,
                rule_name=choice.rule.own_name or choice.rule.code if choice.rule else "",
            )
        )
    update_objects(waiting, ["owner", "team", "version"])
    insert_objects(made)
    tell_history(waiting, at=at)
    insert_many([assigning(one, at=at) for one in made if one.to_id is not None])
    return made


def keep_many(entered: Sequence[tuple[Lead, Staff]], *, at: datetime) -> None:
    """Give each lead that nobody owns to the colleague beside it, who has entered it. Opens no transaction.

    Args:
        entered: leads as :func:`assign_many` takes them.
    """
    kept = [(lead, by) for lead, by in entered if lead.owner_id is None and lead.stage not in CLOSED_STAGES]
    for lead, by in kept:
        lead.owner, lead.team = by, by.team or lead.team
        lead.version += 1
    leads = [lead for lead, _by in kept]
    made = [Assignment(lead=lead, at=at, to=by, team=lead.team, reason=Reason.HAND, by=by) for lead, by in kept]
    update_objects(leads, ["owner", "team", "version"])
    insert_objects(made)
    tell_history(leads, at=at)
    insert_many([assigning(one, at=at) for one in made])


def choose(
    lead: Lead,
    facts: LeadFacts,
    rules: Sequence[AssignmentRule],
    house: House,
    owners: Keepers,
) -> Choice:
    """Who gets a lead by the first rule that can be served; takes the turn in ``house``.

    Args:
        owners: see :func:`keepers_of`.
    """
    fitting = [rule for rule in rules if holds(conditions_of(rule), facts)]
    for rule in fitting:
        candidates = _candidates(rule, lead, house, owners)
        if candidates:
            house.give(rule, candidates[0])
            return Choice(candidates[0], rule, None, Reason.RULE)
    with_team = next((rule for rule in fitting if rule.team is not None), None)
    if with_team is not None:
        return Choice(None, with_team, with_team.team, Reason.NOBODY)
    return Choice(None, None, None, Reason.NOBODY if fitting else Reason.NO_RULE)


def _candidates(rule: AssignmentRule, lead: Lead, house: House, owners: Keepers) -> list[int]:
    """Those who can take a lead by a rule, whoever is to get it first."""
    match rule.target:
        case Target.COLLEAGUE:
            able = [rule.colleague_id] if house.can_take(rule.colleague_id, lead) else []
            return [id for id in able if id is not None]
        case Target.ACCOUNT_OWNER:
            return [id for id in owners.of(lead) if house.can_take(id, lead)][:1]
    able_members = [id for id in house.members(rule.team or lead.team) if house.can_take(id, lead)]
    if rule.target == Target.LEAST_LOAD:
        return sorted(able_members, key=lambda id: (house.load.get(id, 0), house.turns.get((rule.pk, id), 0), id))
    return sorted(able_members, key=lambda id: (house.turns.get((rule.pk, id), 0), id))


def _team_after(choice: Choice, lead: Lead, house: House) -> Team:
    """A lead goes to its owner's team; without one to that of the rule that nobody could serve, else it stays."""
    owner = house.staff[choice.to] if choice.to is not None else None
    if owner is not None and owner.team is not None:
        # A rule for a tree of teams leaves the lead where it is, as long as its owner sees it there.
        return lead.team if lead.team.path.startswith(owner.team.path) else owner.team
    return choice.team or lead.team


def _gone(leads: Sequence[Lead]) -> set[int]:
    """The owners of ``leads`` who have left."""
    owners = {lead.owner_id for lead in leads if lead.owner_id is not None}
    left = Staff.objects.filter(pk__in=owners, is_active=False)
    return set(left.values_list("pk", flat=True)) if owners else set()


def _age(lead: Lead) -> tuple[datetime, int]:
    return (lead.created_at, lead.pk)
