"""Lives told at once: what is told leaves the same rows as what was lived."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import NINE, make_lead
from wutong.events.models import Event
from wutong.lifecycle.contact import TakenByColleague, record_follow_up
from wutong.lifecycle.hand_over import Bant, HandOverFacts, accept, hand_over, qualify, return_lead
from wutong.lifecycle.models import Clock, FollowUp, HandOver, Lead, Qualification, Stage, StageVisit
from wutong.lifecycle.retelling import (
    ActsOutOfOrder,
    Answered,
    Contacted,
    HandedOver,
    LifeHasBegun,
    Moved,
    Qualified,
    retell_many,
)
from wutong.lifecycle.stages import NoSuchStep, NotYourStep, ReasonNeeded
from wutong.platform.models import Notification

FACTS = HandOverFacts(
    need="Trace quality on three lines",
    pain="Complaints cannot be traced",
    intent=HandOver.Intent.HIGH,
    level=HandOver.Level.MIDDLE,
    budget="300,000",
    project_period=HandOver.Period.QUARTER,
)
BANT = Bant(budget="300,000", authority="Plant manager", need="Traceability", timing="March")
CALL, REACHED = FollowUp.Kind.CALL, FollowUp.Outcome.REACHED
pytestmark = pytest.mark.django_db


def at(hours: float) -> Any:
    return NINE + timedelta(hours=hours)


def told(lead: Lead, *acts: Any) -> Lead:
    retell_many([(Lead.objects.select_related("person", "team").get(pk=lead.pk), acts)])
    return Lead.objects.get(pk=lead.pk)


def rows_of(lead: Lead) -> dict[str, Any]:
    """Everything that a life leaves behind, without the ids."""
    lead = Lead.objects.get(pk=lead.pk)
    mine: dict[str, Any] = {"lead": lead}
    fields = ("stage", "accountable", "owner", "sent_by", "team", "contact_status", "first_contact_at", "last_touch_at")
    return {
        "lead": [getattr(lead, name) for name in (*fields, "next_step", "next_step_at")],
        "stays": list(
            StageVisit.objects.filter(**mine)
            .order_by("entered_at", "pk")
            .values_list("stage", "entered_at", "left_at", "entered_by", "owner", "team", "reason")
        ),
        "clocks": list(
            Clock.objects.filter(**mine)
            .order_by("started_at", "kind")
            .values_list("kind", "started_at", "counts_from", "due_at", "stopped_at", "stopped_by")
        ),
        "hand-overs": list(
            HandOver.objects.filter(**mine)
            .order_by("at")
            .values_list(
                "sent_by", "sent_to", "from_team", "at", "need", "outcome", "decided_at", "decided_by", "reason"
            )
        ),
        "contacts": list(
            FollowUp.objects.filter(**mine)
            .order_by("at")
            .values_list("at", "by", "kind", "outcome", "is_first_contact")
        ),
        "bant": list(
            Qualification.objects.filter(**mine).values_list("budget", "timing", "confirmed_at", "confirmed_by")
        ),
        "events": sorted(
            Event.objects.filter(person=lead.person).values_list("name", "occurred_at", "source", "props__stage")
        ),
    }


@pytest.mark.django_db(transaction=True)
def test_a_told_life_leaves_the_same_rows_as_one_that_was_lived(mei, xu) -> None:
    lived, heard = make_lead(), make_lead()

    record_follow_up(lead=lived, by=mei, at=at(0.1), kind=CALL, outcome=REACHED, next_step="Demo", next_step_at=at(9))
    hand_over(lead=Lead.objects.get(pk=lived.pk), to=xu, by=mei, at=at(1), facts=FACTS)
    return_lead(lead=Lead.objects.get(pk=lived.pk), by=xu, at=at(2), reason="no_need")
    record_follow_up(lead=lived, by=mei, at=at(3), kind=CALL, outcome=REACHED, next_step="Demo", next_step_at=at(9))
    hand_over(lead=Lead.objects.get(pk=lived.pk), to=xu, by=mei, at=at(4), facts=FACTS)
    accept(lead=Lead.objects.get(pk=lived.pk), by=xu, at=at(5))
    qualify(lead=Lead.objects.get(pk=lived.pk), by=xu, at=at(6), bant=BANT)
    Notification.objects.all().delete()
    told(
        heard,
        Contacted(at=at(0.1), by=mei, kind=CALL, outcome=REACHED, next_step="Demo", next_step_at=at(9)),
        HandedOver(at=at(1), by=mei, to=xu, facts=FACTS),
        Answered(at=at(2), by=xu, is_accepted=False, reason="no_need"),
        Contacted(at=at(3), by=mei, kind=CALL, outcome=REACHED, next_step="Demo", next_step_at=at(9)),
        HandedOver(at=at(4), by=mei, to=xu, facts=FACTS),
        Answered(at=at(5), by=xu, is_accepted=True),
        Qualified(at=at(6), by=xu, bant=BANT),
    )

    assert rows_of(heard) == rows_of(lived)
    assert not Notification.objects.exists()


def test_somebody_who_came_back_is_answered_again(mei) -> None:
    lead = told(
        make_lead(),
        Contacted(at=at(1), by=mei, kind=CALL, outcome=FollowUp.Outcome.LATER),
        Moved(at=at(2), by=mei, to=Stage.NURTURE, reason="not_now"),
        Moved(at=at(50), by=None, to=Stage.NEW, reason="re_engaged"),
        Contacted(at=at(51), by=mei, kind=CALL, outcome=REACHED),
    )

    clock = Clock.objects.get(lead=lead, kind=Clock.Kind.RE_ENGAGED)
    assert (clock.started_at, clock.stopped_at, clock.stopped_by) == (at(50), at(51), mei)


def test_the_machine_of_the_present_holds_for_the_past(mei, lin, xu) -> None:
    contact = Contacted(at=at(1), by=mei, kind=CALL, outcome=REACHED)

    with pytest.raises(NoSuchStep):
        told(make_lead(), contact, Answered(at=at(2), by=xu, is_accepted=True))
    with pytest.raises(ReasonNeeded):
        told(make_lead(), contact, Moved(at=at(2), by=mei, to=Stage.NURTURE))
    with pytest.raises(NotYourStep):
        told(make_lead(), contact, Moved(at=at(2), by=lin, to=Stage.MQL))
    with pytest.raises(TakenByColleague):
        told(make_lead(), contact, Contacted(at=at(2), by=lin, kind=CALL, outcome=REACHED))
    assert not FollowUp.objects.exists()


def test_acts_are_told_in_their_order(mei) -> None:
    with pytest.raises(ActsOutOfOrder):
        told(make_lead(), Contacted(at=at(-1), by=mei, kind=CALL, outcome=REACHED))


def test_a_lead_that_was_worked_on_takes_no_told_life(mei) -> None:
    contact = Contacted(at=at(1), by=mei, kind=CALL, outcome=REACHED)
    lead = told(make_lead(), contact)

    with pytest.raises(LifeHasBegun):
        told(lead, contact)
