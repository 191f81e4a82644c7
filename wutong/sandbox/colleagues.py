"""Scripted colleagues: they answer, hand over, accept, return and sell while somebody tries the demo.

They use the very use cases of the pages, and leave what is freshest to the person trying it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import accept, hand_over, qualify, return_lead
from wutong.lifecycle.models import UNCONTACTED, FollowUp, HandOver, Lead, Stage
from wutong.lifecycle.stages import move_lead
from wutong.platform.models import Organisation, Role, Staff
from wutong.platform.refusal import Refusal
from wutong.sales.deal_opening import open_opportunity
from wutong.sales.deal_rules import IN_ORDER
from wutong.sales.models import CLOSED, Opportunity, OpportunityStage
from wutong.sales.opportunities import close_opportunity, move_opportunity
from wutong.sandbox import sentences

LEFT_TO_YOU = 4
"""So many of the freshest leads and hand-overs nobody scripted touches."""
WAITS = timedelta(minutes=4)
DEAL_RESTS = timedelta(hours=6)
"""A deal moves on at most once in this time, so that the board is not another one after lunch."""
Kind, Outcome = FollowUp.Kind, FollowUp.Outcome
Duty = Callable[[Random, datetime], str | None]


def is_there_a_demo() -> bool:
    """Whether the company is still the demo."""
    return Organisation.objects.filter(is_demo=True).exists()


def do_something(rng: Random, *, at: datetime) -> str | None:
    """Let one colleague do one thing; returns what was done, None when nothing waits.

    Whoever tries the demo may be quicker: then the use case refuses, and that is that.
    """
    duties = list(DUTIES)
    rng.shuffle(duties)
    for duty in sorted(duties, key=lambda duty: rng.random() * DUTIES[duty], reverse=True):
        with suppress(Refusal):
            done = duty(rng, at)
            if done is not None:
                return done
    return None


def answer_a_lead(rng: Random, at: datetime) -> str | None:
    """An SDR makes the first contact with the lead that has waited longest."""
    fresh = Lead.objects.awaiting_first_contact().filter(UNCONTACTED).order_by("-created_at")
    kept = list(fresh.values_list("pk", flat=True)[:LEFT_TO_YOU])
    lead = fresh.exclude(pk__in=kept).filter(created_at__lt=at - WAITS).order_by("created_at").first()
    if lead is None:
        return None
    by = lead.owner or _one_of(rng, Role.SDR, team_id=lead.team_id)
    if by is None:
        return None
    _contact(rng, lead, by=by, at=at)
    return "first_contact"


def keep_a_promise(rng: Random, at: datetime) -> str | None:
    """An SDR takes the next step that is due longest, and decides what becomes of the lead."""
    due = Lead.objects.filter(stage__in=(Stage.NEW, Stage.RETURNED), next_step_at__lt=at - WAITS, owner__role=Role.SDR)
    lead = due.select_related("owner").order_by("next_step_at").first()
    if lead is None or lead.owner is None:
        return None
    sdr = lead.owner
    _contact(rng, lead, by=sdr, at=at)
    lead.refresh_from_db()
    fate = rng.random()
    if fate < 0.25:
        seller = _one_of(rng, Role.SALES)
        if seller is not None:
            hand_over(lead=lead, to=seller, by=sdr, at=at, facts=sentences.facts(rng))
            return "handed_over"
    if fate < 0.5:
        move_lead(lead=lead, to=Stage.NURTURE, by=sdr, at=at, reason="not_now")
        return "put_aside"
    if fate < 0.65:
        move_lead(lead=lead, to=Stage.DISQUALIFIED, by=sdr, at=at, reason="not_a_customer")
        return "disqualified"
    return "followed_up"


def answer_an_sdr(rng: Random, at: datetime) -> str | None:
    """A salesperson accepts or returns the hand-over that has waited longest."""
    waiting = HandOver.objects.filter(decided_at=None).order_by("-at")
    kept = list(waiting.values_list("pk", flat=True)[:LEFT_TO_YOU])
    given = (
        waiting.exclude(pk__in=kept).filter(at__lt=at - WAITS).select_related("lead", "sent_to").order_by("at").first()
    )
    if given is None:
        return None
    if rng.random() < 0.5:
        accept(lead=given.lead, by=given.sent_to, at=at)
        return "accepted"
    return_lead(lead=given.lead, by=given.sent_to, at=at, reason=rng.choice(("no_need", "no_budget", "facts_missing")))
    return "returned"


def sell(rng: Random, at: datetime) -> str | None:
    """A salesperson qualifies an accepted lead, or opens the deal of a qualified one."""
    ready = Lead.objects.filter(stage__in=(Stage.SAL, Stage.SQL), last_touch_at__lt=at - DEAL_RESTS)
    lead = ready.select_related("owner", "account").order_by("last_touch_at").first()
    if lead is None or lead.owner is None:
        return None
    if lead.stage == Stage.SAL:
        _contact(rng, lead, by=lead.owner, at=at, notes=sentences.SALES_NOTES)
        qualify(lead=lead, by=lead.owner, at=at, bant=sentences.bant(rng))
        return "qualified"
    if lead.account is None:
        return None
    open_opportunity(
        lead=lead,
        by=lead.owner,
        at=at,
        account=lead.account,
        name=sentences.deal_name(lead.account.name, rng.choice(sentences.PROJECTS)),
        close_on=at.date() + timedelta(days=rng.randint(30, 70)),
        amount=sentences.an_amount(rng),
        next_step="出方案",
        next_step_at=at + timedelta(days=2),
    )
    return "opened"


def move_a_deal(rng: Random, at: datetime) -> str | None:
    """A salesperson moves the deal on that has rested longest, or ends it."""
    open_deals = Opportunity.objects.exclude(stage__in=CLOSED).filter(changed_at__lt=at - DEAL_RESTS)
    deal = open_deals.select_related("owner").order_by("changed_at").first()
    if deal is None:
        return None
    if deal.stage != OpportunityStage.NEGOTIATE:
        to = IN_ORDER[IN_ORDER.index(OpportunityStage(deal.stage)) + 1]
        move_opportunity(opportunity=deal, to=to, by=deal.owner, at=at)
        return "moved"
    ends = OpportunityStage.WON if rng.random() < 0.5 else OpportunityStage.LOST
    close_opportunity(opportunity=deal, to=ends, by=deal.owner, at=at, reason="price")
    return ends.value


DUTIES: dict[Duty, float] = {
    answer_a_lead: 8.0,
    keep_a_promise: 3.0,
    answer_an_sdr: 2.0,
    sell: 0.6,
    move_a_deal: 0.5,
}
"""What colleagues do, and how much it weighs against the others."""


def _contact(
    rng: Random,
    lead: Lead,
    *,
    by: Staff,
    at: datetime,
    notes: tuple[tuple[str, str], ...] = sentences.REACHED_NOTES,
) -> None:
    is_there = rng.random() < 0.75
    note, next_step = rng.choice(notes) if is_there else (rng.choice(sentences.NO_ANSWER_NOTES), "再打一次")
    record_follow_up(
        lead=lead,
        by=by,
        at=at,
        kind=rng.choice((Kind.CALL, Kind.CHAT, Kind.MAIL)) if is_there else Kind.CALL,
        outcome=Outcome.REACHED if is_there else Outcome.NO_ANSWER,
        note=note,
        next_step=next_step,
        next_step_at=at + timedelta(minutes=rng.randint(20, 60 * 26)),
    )


def _one_of(rng: Random, role: Role, **given: object) -> Staff | None:
    colleagues = list(Staff.objects.active().filter(role=role, **given).order_by("pk"))
    return rng.choice(colleagues) if colleagues else None
