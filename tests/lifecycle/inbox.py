"""Leads as they stand in an inbox, and acts on them by their address."""

from datetime import timedelta

from tests.cast import LATELY, make_lead
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import HandOverFacts, hand_over
from wutong.lifecycle.inbox import inbox_of
from wutong.lifecycle.models import FollowUp, HandOver, Lead
from wutong.platform.models import Staff

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HTMX = {"HX-Request": "true"}
GIVEN = {
    "need": "Trace quality",
    "pain": "Complaints",
    "intent": "high",
    "level": "middle",
    "budget": "300,000",
    "project_period": "quarter",
    "note": "Call before noon",
}


def post(client, lead: Lead, act: str, **given: object):
    return client.post(f"/inbox/{lead.public_id}/{act}/", given, headers=HTMX)


def contacted(by: Staff, **given: object) -> Lead:
    """A lead that ``by`` owns, its first clock stopped."""
    lead = make_lead(at=LATELY, **given)
    kind, outcome = FollowUp.Kind.CALL, FollowUp.Outcome.REACHED
    record_follow_up(lead=lead, by=by, at=LATELY + MINUTE, kind=kind, outcome=outcome)
    return Lead.objects.get(pk=lead.pk)


def handed_over(mei: Staff, xu: Staff) -> Lead:
    lead = contacted(mei)
    facts = HandOverFacts(
        need="Trace quality",
        pain="Complaints",
        intent=HandOver.Intent.HIGH,
        level=HandOver.Level.MIDDLE,
        budget="300,000",
        project_period=HandOver.Period.QUARTER,
    )
    hand_over(lead=lead, to=xu, by=mei, at=LATELY + 2 * MINUTE, facts=facts)
    return Lead.objects.get(pk=lead.pk)


def to_do(staff: Staff) -> list[Lead]:
    return [row.lead for row in inbox_of(staff, view="todo").rows]


def plan(lead: Lead, at) -> None:
    Lead.objects.filter(pk=lead.pk).update(next_step="Call", next_step_at=at)
