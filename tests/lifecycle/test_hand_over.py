"""From the SDR to sales and back."""

from datetime import timedelta

import pytest

from tests.cast import NINE, at_once, make_lead
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import (
    AlreadyHandedOver,
    Bant,
    BantIncomplete,
    HandOverFacts,
    NotASeller,
    NothingToAccept,
    accept,
    hand_over,
    may_hand_over,
    may_return,
    qualify,
    return_lead,
)
from wutong.lifecycle.models import Clock, FollowUp, HandOver, Lead, Stage
from wutong.lifecycle.stages import AnotherIsOpen, MovedMeanwhile, NotYourStep, ReasonNeeded, move_lead
from wutong.platform.models import AuditEntry, Notification

LATER = NINE + timedelta(minutes=9)
FACTS = HandOverFacts(
    need="Trace quality on three lines",
    pain="Complaints cannot be traced",
    intent=HandOver.Intent.HIGH,
    level=HandOver.Level.MIDDLE,
    budget="300,000",
    project_period=HandOver.Period.QUARTER,
)
BANT = Bant(budget="300,000", authority="Plant manager", need="Traceability", timing="March")

pytestmark = pytest.mark.django_db(transaction=True)


def handed_over(mei, xu) -> Lead:
    lead = make_lead(owner=mei)
    hand_over(lead=lead, to=xu, by=mei, at=LATER, facts=FACTS)
    lead.refresh_from_db()
    return lead


def test_a_new_lead_is_handed_over_as_an_mql_with_a_clock(mei, xu) -> None:
    lead = handed_over(mei, xu)
    assert (lead.stage, lead.owner, lead.sent_by, lead.accountable, lead.team) == ("mql", xu, mei, "sales", xu.team)
    assert list(lead.stage_visits.order_by("id").values_list("stage", flat=True)) == ["new", "mql"]
    assert Clock.objects.get(lead=lead, kind="acceptance").stopped_at is None
    assert Clock.objects.get(lead=lead, kind="first_contact").stopped_at is None  # nobody has spoken to the person
    assert Notification.objects.get(staff=xu).kind == "lead_handed_over"
    assert AuditEntry.objects.filter(action="lifecycle.lead_handed_over", actor=mei).exists()


def test_who_handed_a_lead_over_still_sees_it_and_others_do_not(mei, xu, zhou) -> None:
    handed_over(mei, xu)
    mei.data_scope = "own"
    assert Lead.objects.visible_to(mei).exists()
    assert Lead.objects.visible_to(xu).exists()
    assert not Lead.objects.visible_to(zhou).exists()


def test_an_accepted_lead_is_an_sal_and_its_clock_stands(mei, xu) -> None:
    lead = handed_over(mei, xu)
    accept(lead=lead, by=xu, at=LATER + timedelta(hours=2))
    lead.refresh_from_db()
    assert (lead.stage, lead.owner) == ("sal", xu)
    given = HandOver.objects.get()
    assert (given.outcome, given.decided_by) == ("accepted", xu)
    assert Clock.objects.get(kind="acceptance").stopped_by == xu
    assert Notification.objects.get(staff=mei).kind == "lead_accepted"


def test_a_returned_lead_is_back_with_who_sent_it(mei, xu, north) -> None:
    lead = handed_over(mei, xu)
    return_lead(lead=lead, by=xu, at=LATER, reason="no_need", note="Wants a trainee post")
    lead.refresh_from_db()
    assert (lead.stage, lead.owner, lead.team, lead.accountable) == ("returned", mei, north, "sdr")
    assert (HandOver.objects.get().outcome, HandOver.objects.get().reason) == ("returned", "no_need")
    assert FollowUp.objects.get().note == "Wants a trainee post"
    hand_over(lead=lead, to=xu, by=mei, at=LATER, facts=FACTS)
    assert Clock.objects.filter(lead=lead, kind="acceptance").count() == 2


def test_a_lead_whose_sender_has_left_goes_to_lead_operations(mei, xu, north) -> None:
    lead = handed_over(mei, xu)
    mei.is_active = False
    mei.save()
    return_lead(lead=lead, by=xu, at=LATER, reason="unreachable")
    lead.refresh_from_db()
    assert (lead.owner, lead.accountable, lead.team) == (None, "lead_operations", north)


def test_each_stay_names_whose_the_lead_is_then(mei, xu, wang, north) -> None:
    lead = handed_over(mei, xu)
    accept(lead=lead, by=wang, at=LATER)
    lead.refresh_from_db()
    assert (lead.owner, lead.stage_visits.get(stage="sal").owner) == (wang, wang)
    return_lead(lead=lead, by=wang, at=LATER, reason="no_need")
    stay = lead.stage_visits.get(stage="returned")
    assert (stay.owner, stay.team) == (mei, north)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_closed_lead_is_recalled_to_whoever_sent_it_to_sales(mei, xu, north, is_there: bool) -> None:
    lead = handed_over(mei, xu)
    accept(lead=lead, by=xu, at=LATER)
    lead.refresh_from_db()
    move_lead(lead=lead, to=Stage.DISQUALIFIED, by=xu, at=LATER, reason="competitor")
    mei.is_active = is_there
    mei.save()
    lead.refresh_from_db()
    with pytest.raises(ReasonNeeded):
        move_lead(lead=lead, to=Stage.NURTURE, by=xu, at=LATER, reason="not_now")
    move_lead(lead=lead, to=Stage.NURTURE, by=xu, at=LATER, reason="recalled")
    lead.refresh_from_db()
    owner = mei if is_there else None
    assert (lead.owner, lead.team, lead.accountable) == (owner, north, "lead_operations")
    stay = lead.stage_visits.get(stage="nurture")
    assert (stay.owner, stay.team) == (owner, north)


def test_an_unanswered_lead_that_a_manager_nurtures_is_back_with_its_sender(mei, xu, wang, north) -> None:
    lead = handed_over(mei, xu)
    move_lead(lead=lead, to=Stage.NURTURE, by=wang, at=LATER, reason="not_now")
    lead.refresh_from_db()
    assert (lead.owner, lead.team, HandOver.objects.get().outcome) == (mei, north, "withdrawn")


def test_nobody_has_two_open_leads_for_one_product_line(mei) -> None:
    closed = make_lead(owner=mei)
    move_lead(lead=closed, to=Stage.DISQUALIFIED, by=mei, at=LATER, reason="student")
    closed.refresh_from_db()
    make_lead(owner=mei, person=closed.person)
    with pytest.raises(AnotherIsOpen):
        move_lead(lead=closed, to=Stage.NURTURE, by=mei, at=LATER, reason="recalled")


def test_an_sql_needs_all_four_answers(mei, xu) -> None:
    lead = handed_over(mei, xu)
    accept(lead=lead, by=xu, at=LATER)
    lead.refresh_from_db()
    with pytest.raises(BantIncomplete):
        qualify(lead=lead, by=xu, at=LATER, bant=Bant(budget="300,000", authority="Plant manager", need="Trace"))
    qualify(lead=lead, by=xu, at=LATER, bant=BANT)
    lead.refresh_from_db()
    assert lead.stage == "sql"
    assert lead.qualification.confirmed_by == xu


def test_what_cannot_be_is_refused_and_changes_nothing(mei, lin, xu) -> None:
    lead = make_lead(owner=mei)
    with pytest.raises(NotASeller):
        hand_over(lead=lead, to=lin, by=mei, at=LATER, facts=FACTS)
    with pytest.raises(NotYourStep):
        hand_over(lead=lead, to=xu, by=lin, at=LATER, facts=FACTS)
    with pytest.raises(NothingToAccept):
        accept(lead=lead, by=xu, at=LATER)
    lead = handed_over(mei, xu)
    with pytest.raises(AlreadyHandedOver):
        hand_over(lead=lead, to=xu, by=mei, at=LATER, facts=FACTS)
    with pytest.raises(NotYourStep):
        accept(lead=lead, by=mei, at=LATER)
    with pytest.raises(ReasonNeeded):
        return_lead(lead=lead, by=xu, at=LATER, reason="")
    assert HandOver.objects.get(decided_at=None).lead == lead


def test_an_mql_that_was_not_handed_over_cannot_be_returned(mei, wang) -> None:
    lead = make_lead(owner=mei)
    move_lead(lead=lead, to=Stage.MQL, by=mei, at=LATER)
    lead.refresh_from_db()
    assert not may_return(lead, by=wang)
    with pytest.raises(NothingToAccept):
        return_lead(lead=lead, by=wang, at=LATER, reason="no_need")
    lead.refresh_from_db()
    assert (lead.stage, lead.owner, lead.accountable) == ("mql", mei, "sdr")


def test_a_salesperson_of_a_team_without_sdrs_takes_a_new_lead_all_the_way(xu, sales_team) -> None:
    lead = make_lead(owner=xu, team=sales_team)
    hand_over(lead=lead, to=xu, by=xu, at=LATER, facts=FACTS)
    lead.refresh_from_db()
    accept(lead=lead, by=xu, at=LATER)
    lead.refresh_from_db()
    assert (lead.stage, lead.owner, lead.accountable) == ("sal", xu, "sales")
    other = make_lead(owner=xu, team=sales_team)
    move_lead(lead=other, to=Stage.DISQUALIFIED, by=xu, at=LATER, reason="student")


def test_salespeople_do_an_sdrs_work_only_with_leads_they_were_given(mei, xu, sales_team) -> None:
    for lead in (make_lead(team=sales_team), make_lead(owner=mei)):
        assert not may_hand_over(lead, by=xu)
        with pytest.raises(NotYourStep):
            move_lead(lead=lead, to=Stage.DISQUALIFIED, by=xu, at=LATER, reason="student")
    lead = handed_over(mei, xu)  # it waits for an answer: that is what they do with it
    with pytest.raises(NotYourStep):
        move_lead(lead=lead, to=Stage.DISQUALIFIED, by=xu, at=LATER, reason="student")


def test_of_accepting_and_returning_at_once_one_wins_and_the_other_is_told_who(mei, xu, wang) -> None:
    lead = handed_over(mei, xu)
    outcomes = at_once(
        lambda: accept(lead=lead, by=xu, at=LATER),
        lambda: return_lead(lead=lead, by=wang, at=LATER, reason="wrong_seller"),
    )
    (no,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(no, MovedMeanwhile)
    assert no.params["name"] in ("Xu", "Wang")
    assert HandOver.objects.get().decided_by.full_name == no.params["name"]


def test_contacts_move_the_contact_status_on(mei) -> None:
    lead = make_lead()
    for outcome, status in (
        (FollowUp.Outcome.NO_ANSWER, "no_answer"),
        (FollowUp.Outcome.REACHED, "first"),
        (FollowUp.Outcome.REACHED, "second"),
        (FollowUp.Outcome.LATER, "worth_following"),
        (FollowUp.Outcome.REACHED, "third"),
    ):
        record_follow_up(lead=lead, by=mei, at=LATER, kind=FollowUp.Kind.CALL, outcome=outcome)
        lead.refresh_from_db()
        assert lead.contact_status == status
