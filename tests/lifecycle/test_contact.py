"""Recording what was done with a lead: the first contact stops the clock, and of two colleagues one wins."""

import uuid
from datetime import timedelta

import pytest

from tests.cast import NINE, at_once, make_lead, make_scope, make_staff, signed_in
from wutong.events.models import Event
from wutong.lifecycle.contact import LeadClosed, NextStepInThePast, TakenByColleague, record_follow_up
from wutong.lifecycle.models import Clock, FollowUp, Lead
from wutong.platform.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def call(lead: Lead, by: Staff, **given: object) -> FollowUp:
    values = {"at": NINE + MINUTE, "kind": FollowUp.Kind.CALL, "outcome": FollowUp.Outcome.REACHED}
    return record_follow_up(lead=lead, by=by, **(values | given))


def note(lead: Lead, by: Staff, **given: object) -> FollowUp:
    return call(lead, by, kind=FollowUp.Kind.NOTE, outcome=FollowUp.Outcome.NOTED, note="Asked for prices.", **given)


def test_the_first_contact_stops_the_clock_and_takes_the_lead(mei) -> None:
    lead = make_lead()

    made = call(lead, mei)

    lead.refresh_from_db()
    assert made.is_first_contact
    assert (lead.owner, lead.first_contact_at, lead.last_touch_at) == (mei, NINE + MINUTE, NINE + MINUTE)
    clock = Clock.objects.get()
    assert (clock.stopped_at, clock.stopped_by) == (NINE + MINUTE, mei)
    event = Event.objects.get(name="first_contact")
    assert (event.person, event.props["kind"], event.props["outcome"]) == (lead.person, "call", "reached")
    entry = AuditEntry.objects.get(action="lifecycle.first_contact_recorded")
    assert (entry.actor, entry.subject_id) == (mei, str(lead.public_id))


def test_a_second_contact_leaves_the_clock_as_it_stopped(mei) -> None:
    lead = make_lead()
    call(lead, mei)

    again = call(lead, mei, at=NINE + 9 * MINUTE)

    assert not again.is_first_contact
    assert Clock.objects.get().stopped_at == NINE + MINUTE
    assert set(Event.objects.values_list("name", flat=True)) == {"first_contact", "follow_up"}


def test_an_attempt_that_reached_nobody_is_a_contact_by_a_human(mei) -> None:
    lead = make_lead()
    assert call(lead, mei, outcome=FollowUp.Outcome.NO_ANSWER).is_first_contact


def test_a_note_stops_no_clock_and_takes_no_lead(mei) -> None:
    lead = make_lead()

    note(lead, mei)

    lead.refresh_from_db()
    assert (lead.owner, lead.first_contact_at) == (None, None)
    assert Clock.objects.get().stopped_at is None
    assert call(lead, mei).is_first_contact


def test_a_contact_recorded_for_before_the_lead_counts_from_its_creation(mei) -> None:
    lead = make_lead(at=NINE)
    call(lead, mei, at=NINE - MINUTE)
    lead.refresh_from_db()
    assert lead.first_contact_at == NINE


def test_the_next_step_is_kept(mei) -> None:
    lead = make_lead()
    call(lead, mei, next_step="Send the offer", next_step_at=NINE + 60 * MINUTE)
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_at) == ("Send the offer", NINE + 60 * MINUTE)


@pytest.mark.parametrize("minutes", [0, -1, -10_000])
def test_a_next_step_in_the_past_is_refused(mei, minutes: int) -> None:
    lead = make_lead()
    with pytest.raises(NextStepInThePast):
        call(lead, mei, next_step="Call", next_step_at=NINE + MINUTE + minutes * MINUTE)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("stage", ["won", "lost", "disqualified"])
def test_a_closed_lead_takes_no_contact(mei, stage: str) -> None:
    lead = make_lead(stage=stage, accountable="nobody")
    with pytest.raises(LeadClosed):
        call(lead, mei)


def test_a_lead_that_a_colleague_owns_is_refused_by_the_colleagues_name(mei, lin) -> None:
    lead = make_lead()
    call(lead, mei)
    with pytest.raises(TakenByColleague) as refused:
        call(lead, lin)
    assert refused.value.params == {"name": "Mei"}


def test_the_same_form_sent_twice_is_recorded_once(mei) -> None:
    lead, form_id = make_lead(), uuid.uuid4()
    first = call(lead, mei, public_id=form_id)
    assert call(lead, mei, public_id=form_id, at=NINE + 2 * MINUTE) == first
    assert FollowUp.objects.count() == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_is_told_who(mei, lin) -> None:
    for _round in range(4):
        lead = make_lead()

        outcomes = at_once(lambda lead=lead: call(lead, mei), lambda lead=lead: call(lead, lin))

        lead.refresh_from_db()
        refused = [outcome for outcome in outcomes if isinstance(outcome, TakenByColleague)]
        assert [no.params["name"] for no in refused] == [lead.owner.full_name]
        assert lead.follow_ups.count() == 1
        assert Clock.objects.get(lead=lead).stopped_by == lead.owner


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_contact(mei) -> None:
    for _round in range(4):
        lead, form_id = make_lead(), uuid.uuid4()
        outcomes = at_once(*[lambda lead=lead, id=form_id: call(lead, mei, public_id=id)] * 2)
        assert outcomes[0] == outcomes[1]
        assert lead.follow_ups.count() == 1


def given(**changed: str) -> dict[str, str]:
    values = {"id": str(uuid.uuid4()), "kind": "call", "outcome": "reached", "note": "Wants a demo", "next_step": ""}
    return values | changed


def test_the_page_records_a_contact_and_comes_back_to_the_lead(mei) -> None:
    lead = make_lead()
    answer = signed_in(mei).post(f"/inbox/{lead.public_id}/follow-up/", given())
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/?view=todo&lead={lead.public_id}")
    assert FollowUp.objects.get().note == "Wants a demo"


def test_whoever_comes_second_is_told_and_keeps_what_was_typed(mei, lin) -> None:
    lead = make_lead()
    call(lead, mei)

    for headers in ({}, {"HX-Request": "true"}):
        answer = signed_in(lin).post(f"/inbox/{lead.public_id}/follow-up/", given(note="My long talk"), headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Mei has taken this lead" in page
        assert "My long talk" in page
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "smoke signals"},
        {"id": "17"},
        {"kind": "note", "note": "  "},
        {"next_step": "Call", "next_step_at": "tomorrow"},
        {"note": "x" * 4_001},
        {"outcome": ""},
    ],
)
def test_a_form_of_the_wrong_shape_comes_back_with_422(mei, wrong: dict[str, str]) -> None:
    lead = make_lead()
    answer = signed_in(mei).post(f"/inbox/{lead.public_id}/follow-up/", given(**wrong))
    assert answer.status_code == 422
    assert not FollowUp.objects.exists()


def test_a_proposed_time_without_a_plan_is_no_plan(mei) -> None:
    lead = make_lead()
    signed_in(mei).post(f"/inbox/{lead.public_id}/follow-up/", given(next_step_at="2020-01-01T10:00"))
    lead.refresh_from_db()
    assert (lead.next_step, lead.next_step_at) == ("", None)


def test_somebody_elses_lead_is_not_there(zhou) -> None:
    lead = make_lead(scope=make_scope("brand"))
    assert signed_in(zhou).post(f"/inbox/{lead.public_id}/follow-up/", given()).status_code == 404


def test_a_form_id_that_a_colleague_used_is_no_error(mei, lin) -> None:
    form_id = uuid.uuid4()
    call(make_lead(), mei, public_id=form_id)
    other = make_lead()

    answer = signed_in(lin).post(f"/inbox/{other.public_id}/follow-up/", given(id=str(form_id)))

    assert answer.status_code == 302
    assert other.follow_ups.get().by == lin


def test_a_manager_outside_any_team_sees_own_leads_only(company) -> None:
    loner = make_staff("Loner", role="manager", data_scope="own")
    Staff.objects.filter(pk=loner.pk).update(team=None)
    loner.refresh_from_db()
    mine = make_lead(owner=loner)
    make_lead()
    assert list(Lead.objects.visible_to(loner)) == [mine]
