"""The score gate: in at once, out after days, and never a lead that sales have or a clock that a human must stop."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import LATELY, NINE, arrive, make_lead, make_person, make_staff, post_form
from wutong.lifecycle.gate import enter_gate, leave_gate
from wutong.lifecycle.hand_over import HandOverFacts, hand_over
from wutong.lifecycle.jobs import pass_gate_later
from wutong.lifecycle.models import Clock, HandOver, Lead, ProductLine, Stage, StageVisit
from wutong.lifecycle.stages import Through, move_lead, step_many
from wutong.people.consents import Decision, decide_many
from wutong.people.models import Assurance, ConsentState
from wutong.platform.models import Staff
from wutong.scoring.models import PersonScore
from wutong.scoring.score import Act, rescore, score_many, sweep

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WHO = {"title": "总经理", "company": "北辰科技", "phone": "139 0000 0000", "email": "zhou@beichen.cn", "name": "周思远"}


def warm_lead(*, is_granted: bool = True, **given: object) -> Lead:
    """A lead of somebody who fits and asked twice: A2."""
    her = make_person(title="总经理", company="北辰科技")
    lead = make_lead(person=her, **given)
    consent(lead, "granted" if is_granted else "refused")
    act(lead, at=NINE)
    act(lead, at=NINE)
    return lead


def consent(lead: Lead, state: str) -> None:
    decide_many(
        [
            Decision(
                subject_id=lead.subject_id,
                person_id=lead.person_id,
                channel="any",
                purpose="contact",
                state=ConsentState(state),
                source="test",
                assurance=Assurance.TYPED,
                at=NINE,
                event_id=uuid.uuid4(),
            )
        ]
    )


def act(lead: Lead, *, at, event: str = "form_submitted") -> None:
    about = {"subject_id": lead.subject_id, "person_id": lead.person_id}
    score_many([Act(**about, event=event, path="/", about="demo", occurred_at=at)], at=at)


def enter(lead: Lead, *, at=NINE) -> str:
    enter_gate([lead.person_id], at=at)
    return stage(lead)


def stage(lead: Lead) -> str:
    return Lead.objects.get(pk=lead.pk).stage


def fall(lead: Lead) -> timedelta:
    """Let time go by until the score falls below the gate; how long that took."""
    while PersonScore.objects.get(person=lead.person).is_in_gate:
        falls_at = PersonScore.objects.get(person=lead.person).next_grade_change_at
        assert falls_at is not None
        sweep(at=falls_at)
    below_since = PersonScore.objects.get(person=lead.person).below_since
    assert below_since is not None
    return below_since - NINE


def test_a_form_of_somebody_who_fits_makes_an_mql_at_once(form, mei) -> None:
    form.key = "demo-request"
    form.save()
    arrive(post_form(form, visitor="c1", answers=WHO))
    lead = Lead.objects.get()
    stay = StageVisit.objects.get(lead=lead, left_at=None)
    assert (lead.stage, lead.accountable, stay.entered_by, stay.reason) == ("mql", "sdr", None, "score_gate")


def test_a_job_that_is_due_before_a_lead_came_lets_it_in_after_that(company) -> None:
    now = datetime.now(UTC)
    lead = warm_lead(at=now)
    PersonScore.objects.update(computed_at=now)

    pass_gate_later(timestamp=int(now.timestamp()) - 60)

    assert StageVisit.objects.get(lead=lead, stage=Stage.MQL).entered_at >= now


def test_the_machine_stops_no_clock_that_a_human_must_stop(company) -> None:
    lead = warm_lead()
    assert enter(lead) == Stage.MQL
    sweep_away = fall(lead) + 8 * DAY
    leave_gate(at=NINE + sweep_away)
    assert stage(lead) == Stage.NURTURE
    assert set(Clock.objects.values_list("kind", "stopped_at", "stopped_by")) == {("first_contact", None, None)}


@pytest.mark.parametrize("missing", ["permission", "warmth", "fit"])
def test_who_lacks_one_of_three_does_not_enter(company, missing: str) -> None:
    lead = warm_lead(is_granted=missing != "permission")
    if missing == "warmth":
        lead.person.score_terms.all().delete()
    if missing == "fit":
        lead.person.title = lead.person.company_name = ""
        lead.person.save()
    rescore([lead.person_id], at=NINE)
    assert enter(lead) == Stage.NEW


def test_one_refusal_beats_every_grant(company) -> None:
    lead = warm_lead()
    consent(lead, "refused")
    assert enter(lead) == Stage.NEW


def test_leaving_takes_seven_days_below(company) -> None:
    lead = warm_lead()
    enter(lead)
    fell = NINE + fall(lead)

    assert leave_gate(at=fell + 7 * DAY - timedelta(minutes=2)) == 0
    assert leave_gate(at=fell + 7 * DAY + timedelta(minutes=2)) == 1
    assert stage(lead) == Stage.NURTURE


def test_who_is_back_above_within_the_days_stays(company) -> None:
    lead = warm_lead()
    enter(lead)
    fell = NINE + fall(lead)
    act(lead, at=fell + DAY)
    act(lead, at=fell + DAY)
    assert leave_gate(at=fell + 8 * DAY) == 0
    assert PersonScore.objects.get().below_since is None


def test_falling_scores_take_nothing_back_from_sales(company, mei, north) -> None:
    lead = warm_lead(team=north)
    enter(lead)
    seller = make_staff("Xu", role="sales", team=north, data_scope="team")
    facts = HandOverFacts(
        need="MES",
        pain="Paper",
        intent=HandOver.Intent.HIGH,
        level=HandOver.Level.KEY,
        budget="1 M",
        project_period=HandOver.Period.QUARTER,
    )
    hand_over(lead=Lead.objects.get(), to=seller, by=mei, at=NINE, facts=facts)
    fell = NINE + fall(lead)
    assert leave_gate(at=fell + 30 * DAY) == 0
    assert stage(lead) == Stage.MQL


def test_an_mql_that_a_colleague_made_is_not_the_gates_to_take_back(company, mei, north) -> None:
    lead = warm_lead(team=north, is_granted=False)
    move_lead(lead=lead, to=Stage.MQL, by=mei, at=NINE)
    fell = NINE + fall(lead)
    assert leave_gate(at=fell + 30 * DAY) == 0


def test_what_was_put_aside_enters_again_only_by_a_new_act(company, mei: Staff, north) -> None:
    lead = warm_lead(team=north)
    enter(lead)
    move_lead(lead=Lead.objects.get(), to=Stage.NURTURE, by=mei, at=NINE + DAY, reason="no_budget")

    assert enter(lead, at=NINE + 2 * DAY) == Stage.NURTURE
    act(lead, at=NINE + 2 * DAY)
    assert enter(lead, at=NINE + 2 * DAY) == Stage.MQL


def returned_lead(mei: Staff, north) -> Lead:
    """A warm lead that sales gave back."""
    seller = make_staff("Xu", role="sales", team=north, data_scope="team")
    lead = warm_lead(team=north)
    enter(lead)
    step_many([lead := Lead.objects.get()], to=Stage.SAL, by=seller, at=NINE + DAY, through=Through.ACCEPTANCE)
    step_many([lead], to=Stage.RETURNED, by=seller, at=NINE + DAY, reason="no_need", through=Through.RETURN)
    return lead


def test_a_returned_lead_enters_again_only_by_a_new_act(company, mei: Staff, north) -> None:
    lead = returned_lead(mei, north)
    assert enter(lead, at=NINE + 2 * DAY) == Stage.RETURNED
    act(lead, at=NINE + 2 * DAY)
    assert enter(lead, at=NINE + 2 * DAY) == Stage.MQL


def test_moving_a_returned_lead_about_does_not_let_it_in(company, mei: Staff, north) -> None:
    lead = returned_lead(mei, north)
    step_many([lead], to=Stage.NURTURE, by=mei, at=NINE + DAY, reason="not_now")
    step_many([lead], to=Stage.NEW, by=mei, at=NINE + DAY)
    assert enter(lead, at=NINE + 2 * DAY) == Stage.NEW
    act(lead, at=NINE + 2 * DAY)
    assert enter(lead, at=NINE + 2 * DAY) == Stage.MQL


def test_who_was_nurtured_below_the_gate_enters_once_a_fact_brings_them_there(company, mei: Staff, north) -> None:
    lead = warm_lead(team=north)
    title, lead.person.title = lead.person.title, ""
    lead.person.save()
    rescore([lead.person_id], at=NINE)
    step_many([lead], to=Stage.NURTURE, by=mei, at=NINE + DAY, reason="not_now")
    assert enter(lead, at=NINE + DAY) == Stage.NURTURE
    lead.person.title = title
    lead.person.save()
    rescore([lead.person_id], at=NINE + DAY)
    assert enter(lead, at=NINE + DAY) == Stage.MQL


def test_a_lead_is_judged_by_the_model_of_its_product_line(company) -> None:
    from tests.scoring.test_score import publish
    from wutong.scoring.definition import Definition

    publish(Definition(fit=(), acts=(), gate=()), product_line="mes")
    mes = ProductLine.objects.create(code="mes", own_name="MES")
    lead = warm_lead(product_line=mes)
    rescore([lead.person_id], at=NINE)
    assert enter(lead) == Stage.NEW


def test_entering_twice_is_entering_once(company) -> None:
    lead = warm_lead()
    enter(lead)
    enter(lead)
    assert StageVisit.objects.filter(lead=lead, stage="mql").count() == 1


def test_nothing_is_asked_of_people_without_leads(company) -> None:
    make_person()
    assert enter_gate([1, 2, 3], at=LATELY) == []
