"""Giving leads to colleagues: by the rules as they arrive, by hand afterwards. Source: ``product.md`` 4.3.

The rules are asked in their order. A rule that nobody can serve (off duty, hands full, elsewhere in the business)
passes the lead on; when none is left it waits in its team.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wutong.events.hot import HotRow, insert_many
from wutong.lifecycle.happenings import happening
from wutong.lifecycle.models import (
    CLOSED_STAGES,
    UNCONTACTED,
    Accountable,
    AccountOwner,
    Assignment,
    AssignmentRule,
    Duty,
    HandOver,
    Lead,
    Machine,
    StageVisit,
)
from wutong.lifecycle.models.assignment import called
from wutong.lifecycle.routing_rules import LeadFacts, conditions_of, holds
from wutong.lifecycle.seen import ChangedMeanwhile
from wutong.people.models import FieldValue
from wutong.people.regions import province_of
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff, Team
from wutong.platform.notify import Notice, announce, notify_many
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.platform.rows import insert_objects, update_objects
from wutong.scoring.in_force import models_in_force
from wutong.scoring.models import LineScore, PersonScore

AT_ONCE = 200
"""The most leads that are given away by hand in one act."""
_WORKING = (Role.SDR, Role.SALES)
_GIVEN = (Role.SDR, Role.SALES, Role.MANAGER)
Reason = Assignment.Reason
Target = AssignmentRule.Target


class NotYoursToAssign(Refusal):
    """Leads are given to others by managers."""

    code = "not_yours_to_assign"
    message = gettext_lazy("Only managers give leads to others. Ask yours.")


class TooManyAtOnce(Refusal):
    """More than can be looked over and undone."""

    code = "too_many_at_once"
    message = gettext_lazy("At most %(most)d leads are given away at once. Choose fewer.")


class CannotTakeIt(Refusal):
    """The colleague has left, or does other work."""

    code = "cannot_take_it"
    message = gettext_lazy(
        "%(name)s cannot take this lead: it needs somebody active in %(function)s. Choose a colleague."
    )


class GivenMeanwhile(Refusal):
    """The lead has changed hands since the page was drawn."""

    code = "lead_given_meanwhile"
    message = gettext_lazy("This lead has changed hands in the meantime: %(name)s has it now. Nothing was changed.")


class NothingToAssign(Refusal):
    """A closed lead belongs to nobody's work."""

    code = "lead_closed"
    message = gettext_lazy("A closed lead cannot be given to anybody. Recall it first.")


@dataclass
class House:
    """Who could take leads right now, how full their hands are, and whose turn it is."""

    staff: dict[int, Staff]
    away: set[int]
    capacity: dict[int, int]
    load: dict[int, int]
    scopes: dict[int, set[int]]
    turns: dict[tuple[int, int], int] = field(default_factory=dict)
    """The last turn of (rule, colleague); who is not here has had none."""
    _next_turn: int = 1 << 60

    def can_take(self, id: int | None, lead: Lead) -> bool:
        """Whether a colleague is there, has a hand free and may see the lead's part of the business."""
        return (
            id in self.staff
            and id not in self.away
            and self.load.get(id, 0) < self.capacity.get(id, Duty.CAPACITY)
            and (not self.scopes.get(id) or lead.scope_id in self.scopes[id])
        )

    def members(self, team: Team) -> list[int]:
        """Who works new leads in a team and those below it: its SDRs, or its salespeople where it has no SDR."""
        within = [one for one in self.staff.values() if one.team is not None and one.team.path.startswith(team.path)]
        for role in _WORKING:
            if found := sorted(one.pk for one in within if one.role == role):
                return found
        return []

    def give(self, rule: AssignmentRule, id: int) -> None:
        """Note that a colleague has got one, by a rule."""
        self.load[id] = self.load.get(id, 0) + 1
        self._next_turn += 1
        self.turns[rule.pk, id] = self._next_turn


@dataclass(frozen=True)
class Keepers:
    """Who looks after companies: by company and product line whom somebody has named, else who works on its leads."""

    named: dict[tuple[int, int], int] = field(default_factory=dict)
    working: dict[int, list[int]] = field(default_factory=dict)
    """By company, latest first."""

    def of(self, lead: Lead) -> list[int]:
        """Those who come into question for ``lead``, the first first."""
        if lead.account_id is None:
            return []
        first = self.named.get((lead.account_id, lead.product_line_id))
        return [*([first] if first is not None else []), *self.working.get(lead.account_id, [])]

    def note(self, lead: Lead, id: int) -> None:
        """Somebody works on ``lead`` from now on."""
        if lead.account_id is not None:
            self.working.setdefault(lead.account_id, []).insert(0, id)


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
    _tell_history(waiting, at=at)
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
    _tell_history(leads, at=at)
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


def facts_of(leads: Sequence[Lead]) -> dict[int, LeadFacts]:
    """What rules see of ``leads``, by id; a handful of queries for all of them."""
    people = {lead.person_id for lead in leads}
    came = _how_they_came(leads)
    lines = models_in_force().lines
    scores = {score.person_id: score.code for score in PersonScore.objects.filter(person__in=people)}
    by_line = {(one.person_id, one.product_line): one.code for one in LineScore.objects.filter(person__in=people)}
    stated = dict(
        FieldValue.objects.filter(person__in=people, field="region")
        .order_by("observed_at")
        .values_list("person_id", "value")
    )
    codes = {lead.pk: lead.product_line.code for lead in leads}
    return {
        lead.pk: LeadFacts(
            channel=lead.channel,
            campaign=lead.campaign,
            site=came.get(lead.created_by_event_id, (None, ""))[0],
            form=came.get(lead.created_by_event_id, (None, ""))[1],
            product_line=codes[lead.pk],
            region=province_of(stated.get(lead.person_id, ""))
            or province_of(lead.account.name if lead.account else ""),
            is_account_known=lead.account_id is not None,
            grade=by_line.get((lead.person_id, codes[lead.pk]), "")
            if codes[lead.pk] in lines
            else scores.get(lead.person_id, "D4"),
        )
        for lead in leads
    }


def house_of(rules: Iterable[AssignmentRule], *, at: datetime, is_trial: bool = False) -> House:
    """Who could take leads at ``at``. For a trial everybody is there and has both hands free."""
    staff = Staff.objects.active().filter(role__in=_WORKING).select_related("team").prefetch_related("scopes")
    named = Staff.objects.active().filter(pk__in=[rule.colleague_id for rule in rules if rule.colleague_id])
    everybody = {one.pk: one for one in (*staff, *named.select_related("team").prefetch_related("scopes"))}
    scopes = {id: {scope.pk for scope in one.scopes.all()} for id, one in everybody.items()}
    if is_trial:
        return House(everybody, set(), dict.fromkeys(everybody, 1_000_000), {}, scopes)
    duties = list(Duty.objects.filter(staff__in=everybody))
    waiting = Lead.objects.filter(UNCONTACTED, owner__in=everybody).values("owner").annotate(n=Count("pk"))
    turns = Assignment.objects.filter(rule__in=[rule.pk for rule in rules], to__in=everybody)
    latest = turns.values("rule", "to").annotate(last=Max("pk"))
    return House(
        everybody,
        {duty.pk for duty in duties if not is_on_duty(duty, at=at)},
        {duty.pk: duty.capacity for duty in duties},
        {row["owner"]: row["n"] for row in waiting},
        scopes,
        {(row["rule"], row["to"]): row["last"] for row in latest},
    )


def keepers_of(leads: Sequence[Lead]) -> Keepers:
    """Who looks after the companies of ``leads``: their owners, owners of their other open leads, SDRs who handed one
    over. New leads are an SDR's work, so an owner who sells is not asked here.
    """
    accounts = {lead.account_id for lead in leads if lead.account_id is not None}
    if not accounts:
        return Keepers()
    owners = AccountOwner.objects.filter(account__in=accounts, owner__role=Role.SDR)
    named = {(one.account_id, one.product_line_id): one.owner_id for one in owners}
    others = Lead.objects.open().filter(account__in=accounts).exclude(pk__in=[lead.pk for lead in leads])
    found: dict[int, list[int]] = {}
    for account_id, owner_id, role, sent_by_id in others.order_by("-last_touch_at", "-pk").values_list(
        "account_id", "owner_id", "owner__role", "sent_by_id"
    )[:5_000]:
        # New leads are an SDR's work; whoever sells to the company got it from one.
        who = owner_id if role != Role.SALES else sent_by_id
        if account_id is not None and who is not None:
            found.setdefault(account_id, []).append(who)
    return Keepers(named, found)


def whose(lead: Lead) -> str:
    """Who owns a lead, as forms say it: so that of two who give it away at once the second is told."""
    return str(lead.owner_id or "-")


def assign(*, lead: Lead, to: Staff, by: Staff, at: datetime, seen: str = "") -> None:
    """Give one lead to a colleague by hand.

    Args:
        seen: whose the lead was (:func:`whose`) when the giver saw it; empty for a giver who saw no form.

    Raises:
        NotYoursToAssign, CannotTakeIt, NothingToAssign, GivenMeanwhile: see there.
    """
    assign_by_hand([lead], to=to, by=by, at=at, seen={lead.pk: seen} if seen else None)


def assign_by_hand(
    leads: Sequence[Lead], *, to: Staff, by: Staff, at: datetime, seen: Mapping[int, str] | None = None
) -> int:
    """Give ``leads`` to a colleague; those that are theirs already stay as they are. Returns how many were given.

    Args:
        seen: whose the leads were (:func:`whose`) when the giver saw them, by id, where that is known.

    Raises:
        NotYoursToAssign, TooManyAtOnce, CannotTakeIt, NothingToAssign, GivenMeanwhile: nothing is changed then.
    """
    if not may(by, "routing.manage"):
        raise NotYoursToAssign
    if len(leads) > AT_ONCE:
        raise TooManyAtOnce(most=AT_ONCE)
    with transaction.atomic(durable=True):
        return give_leads([lead.pk for lead in leads], to=to, by=by, at=at, seen=seen)


def give_leads(ids: Sequence[int], *, to: Staff, by: Staff, at: datetime, seen: Mapping[int, str] | None = None) -> int:
    """Give leads to a colleague, who is told; returns how many were not theirs before. Opens no transaction.

    Raises:
        CannotTakeIt, NothingToAssign, GivenMeanwhile: nothing is changed then.
    """
    now = list(
        Lead.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .exclude(owner=to)
        .select_related("person", "team")
        .order_by("pk")
    )
    for lead in now:
        _refuse_unfit(lead, to)
        if seen is not None and seen.get(lead.pk, whose(lead)) != whose(lead):
            raise GivenMeanwhile(name=lead.owner.full_name) if lead.owner else ChangedMeanwhile
    give_many([(lead, to) for lead in now], by=by, at=at)
    if to != by:
        notify_many([_notice(lead, to=to, by=by) for lead in now], at=at)
    announce([(0, 0, "lead_changed", ["inbox"])])
    return len(now)


def give_many(gifts: Sequence[tuple[Lead, Staff]], *, by: Staff, at: datetime) -> None:
    """Make each colleague the owner of their lead, open hand-overs included. Opens no transaction, tells nobody.

    Args:
        gifts: locked leads, each with somebody who may have it.
    """
    for lead, to in gifts:
        lead.owner, lead.team = to, to.team or lead.team
        lead.version += 1
    update_objects([lead for lead, _to in gifts], ["owner", "team", "version"])
    for taker in {to for _lead, to in gifts}:
        theirs = [lead for lead, to in gifts if to == taker]
        HandOver.objects.filter(lead__in=theirs, decided_at=None).update(sent_to=taker)
    made = [Assignment(lead=lead, at=at, to=to, team=lead.team, reason=Reason.HAND, by=by) for lead, to in gifts]
    insert_objects(made)
    insert_many([assigning(one, at=at) for one in made])
    for lead, to in gifts:
        record("lifecycle.lead_assigned", actor=by, subject=lead, at=at, to=str(to.public_id))


def who_may_be_given_leads() -> list[Staff]:
    """Colleagues to whom leads may be given by hand, by name."""
    return list(Staff.objects.active().filter(role__in=_GIVEN).order_by("sort_key", "pk"))


def why(reason: str, *, to: str, by: str, is_own_act: bool, rule: str) -> str:
    """Why a lead went to ``to``, in one sentence.

    Args:
        is_own_act: whether it was given by the very colleague who got it.
        rule: the name or the code of the rule that decided.
    """
    match reason:
        case Reason.HAND if is_own_act:
            return _("%(name)s took it") % {"name": to}
        case Reason.HAND:
            return _("%(by)s gave it to %(name)s") % {"by": by, "name": to}
        case Reason.RULE:
            return _("By the rule “%(rule)s” it was the turn of %(name)s") % {"rule": called(rule), "name": to}
        case Reason.NOBODY:
            return _("Nobody was on duty with a hand free; it waits in the team")
        case _:
            return _("No rule fitted; it waits in the team")


def is_on_duty(duty: Duty, *, at: datetime) -> bool:
    """Whether a colleague takes new leads at ``at``."""
    return duty.is_on or (duty.off_until is not None and duty.off_until <= at)


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


def _refuse_unfit(lead: Lead, to: Staff) -> None:
    if lead.stage in CLOSED_STAGES:
        raise NothingToAssign
    needs_seller = lead.accountable == Accountable.SALES
    fitting = (Role.SALES, Role.MANAGER) if needs_seller else _GIVEN
    if not to.is_active or to.role not in fitting:
        raise CannotTakeIt(name=to.full_name, function=lead.get_accountable_display())


def _gone(leads: Sequence[Lead]) -> set[int]:
    """The owners of ``leads`` who have left."""
    owners = {lead.owner_id for lead in leads if lead.owner_id is not None}
    left = Staff.objects.filter(pk__in=owners, is_active=False)
    return set(left.values_list("pk", flat=True)) if owners else set()


def _tell_history(leads: Sequence[Lead], *, at: datetime) -> None:
    """A stay that nobody had, or that has just begun, is the new owner's from its beginning."""
    owned = {lead.pk: lead for lead in leads if lead.owner_id is not None}
    running = StageVisit.objects.filter(lead__in=owned, machine=Machine.LEAD, left_at=None)
    stays = list(running.filter(Q(owner=None) | Q(entered_at=at)))
    for stay in stays:
        lead = owned[stay.lead_id or 0]
        stay.owner_id, stay.team_id = lead.owner_id, lead.team_id
    update_objects(stays, ["owner", "team"])


def _how_they_came(leads: Sequence[Lead]) -> dict[object, tuple[int | None, str]]:
    """Website and form of the event that opened each lead."""
    events = [lead.created_by_event_id for lead in leads if lead.created_by_event_id is not None]
    if not events:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, site_id, coalesce(props->>'form', '') FROM event WHERE id = ANY(%s)", [events])
        return {id: (site_id, form) for id, site_id, form in cursor.fetchall()}


def assigning(assignment: Assignment, *, at: datetime) -> HotRow:
    """The event of an assignment."""
    return happening(
        "lead_assigned",
        assignment.lead,
        at=at,
        by_machine=assignment.by_id is None,
        to=str(assignment.to.public_id) if assignment.to else "",
        reason=assignment.reason,
    )


def _notice(lead: Lead, *, to: Staff, by: Staff) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind="lead_assigned",
        group=f"lead:{lead.public_id}",
        url=f"/inbox/?view=all&lead={lead.public_id}",
        params={"name": lead.person.full_name, "company": lead.person.company_name, "by": by.full_name},
        topics=("inbox",),
    )


def _age(lead: Lead) -> tuple[datetime, int]:
    return (lead.created_at, lead.pk)
