"""The lead's machine: its arrows, its guards, its history."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from tests.cast import LATELY, NINE, arrive, make_lead, post_form
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import Clock, FollowUp, Lead, Stage, StageVisit
from wutong.lifecycle.stages import (
    REASONS,
    STEPS,
    ContactFirst,
    MovedMeanwhile,
    NoSuchStep,
    NotYourStep,
    ReasonNeeded,
    move_lead,
    step_many,
    steps_from,
)
from wutong.platform.models import AuditEntry, Role
from wutong.platform.refusal import Refusal

LATER = NINE + timedelta(minutes=9)


def test_every_arrow_names_who_may_walk_it_and_who_must_act_then() -> None:
    for (before, after), step in STEPS.items():
        assert before != after
        assert step.by <= set(Role.values)
        assert (step.accountable == "nobody") == (after in ("won", "lost", "disqualified"))


@pytest.mark.django_db(transaction=True)
def test_a_move_leaves_a_stay_an_event_and_a_trace(mei) -> None:
    lead = make_lead()
    move_lead(lead=lead, to=Stage.DISQUALIFIED, by=mei, at=LATER, reason="competitor")
    lead.refresh_from_db()
    assert (lead.stage, lead.accountable, lead.owner) == ("disqualified", "nobody", mei)
    first, second = StageVisit.objects.filter(lead=lead).order_by("entered_at")
    assert first.left_at == second.entered_at == LATER
    assert (second.entered_by, second.reason) == (mei, "competitor")
    assert AuditEntry.objects.get(action="lifecycle.lead_moved").detail["after"] == "disqualified"


@pytest.mark.django_db(transaction=True)
def test_nobody_is_put_aside_without_a_contact(mei) -> None:
    lead = make_lead()
    with pytest.raises(ContactFirst):
        move_lead(lead=lead, to=Stage.NURTURE, by=mei, at=LATER, reason="not_now")
    record_follow_up(lead=lead, by=mei, at=LATER, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.NO_ANSWER)
    lead.refresh_from_db()
    move_lead(lead=lead, to=Stage.NURTURE, by=mei, at=LATER, reason="no_answer")
    lead.refresh_from_db()
    assert (lead.stage, lead.accountable) == ("nurture", "lead_operations")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("to", "reason", "refusal"),
    [
        (Stage.DISQUALIFIED, "", ReasonNeeded),
        (Stage.DISQUALIFIED, "because", ReasonNeeded),
        (Stage.WON, "", NoSuchStep),
        (Stage.SAL, "", NoSuchStep),
        (Stage.NEW, "", NoSuchStep),
    ],
)
def test_a_step_that_is_none_is_refused_and_changes_nothing(mei, to, reason, refusal) -> None:
    lead = make_lead()
    with pytest.raises(refusal):
        move_lead(lead=lead, to=to, by=mei, at=LATER, reason=reason)
    assert Lead.objects.get().stage == "new"
    assert StageVisit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_lead_of_a_colleague_is_left_alone(mei, lin) -> None:
    lead = make_lead(owner=lin)
    assert steps_from(lead, by=mei) == []
    with pytest.raises(NotYourStep):
        move_lead(lead=lead, to=Stage.DISQUALIFIED, by=mei, at=LATER, reason="competitor")


@pytest.mark.django_db(transaction=True)
def test_a_stay_never_ends_before_it_began(mei) -> None:
    lead = make_lead(at=LATER)
    move_lead(lead=lead, to=Stage.DISQUALIFIED, by=mei, at=NINE, reason="duplicate")
    assert StageVisit.objects.get(stage="new").left_at == LATER


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_one_lead_at_once_the_second_is_told_who(mei, lin) -> None:
    lead = make_lead()
    refusals: list[Refusal] = []
    start = threading.Barrier(2)

    def go(by) -> None:
        start.wait()
        try:
            move_lead(lead=lead, to=Stage.DISQUALIFIED, by=by, at=LATER, reason="duplicate")
        except Refusal as no:
            refusals.append(no)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(by,)) for by in (mei, lin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (no,) = refusals
    assert isinstance(no, MovedMeanwhile)
    assert no.params["name"] == Lead.objects.get().owner.full_name


def test_every_reason_has_words() -> None:
    assert all(str(words) for reasons in REASONS.values() for words in reasons.values())


def test_each_open_stage_has_a_way_out_and_every_stage_a_way_in() -> None:
    assert {before for before, _ in STEPS} == set(Stage)
    assert {after for _, after in STEPS} == set(Stage)


@pytest.mark.django_db
def test_the_machine_takes_only_the_steps_it_may(mei) -> None:
    lead = make_lead()
    step_many([lead], to=Stage.MQL, by=None, at=LATER, reason="score_gate")
    assert (lead.stage, lead.accountable, lead.owner) == ("mql", "sdr", None)
    with pytest.raises(NotYourStep):
        step_many([lead], to=Stage.DISQUALIFIED, by=None, at=LATER, reason="student")


@pytest.mark.django_db
def test_the_machine_stops_no_clock(mei) -> None:
    lead = make_lead()
    step_many([lead], to=Stage.MQL, by=None, at=LATER, reason="score_gate")
    assert Clock.objects.get(lead=lead).stopped_at is None


@pytest.mark.django_db(transaction=True)
def test_a_stage_cannot_be_set_past_the_machine(mei) -> None:
    lead = make_lead()
    with pytest.raises(IntegrityError, match="a stage without a stay"):
        Lead.objects.filter(pk=lead.pk).update(stage=Stage.WON, accountable="nobody")
    assert Lead.objects.get().stage == "new"


@pytest.mark.django_db
def test_who_was_put_aside_and_asks_again_is_new_again_with_a_clock(form, mei) -> None:
    arrive(post_form(form))
    lead = Lead.objects.get()
    step_many([lead], to=Stage.MQL, by=mei, at=LATELY)
    step_many([lead], to=Stage.NURTURE, by=mei, at=LATELY, reason="not_now")
    arrive(post_form(form, at=LATELY + timedelta(minutes=30)))
    again = StageVisit.objects.get(lead=lead, reason="re_engaged")
    assert (again.stage, again.entered_by) == ("new", None)  # the score may take it further at once
    assert Clock.objects.get(lead=lead, kind="re_engaged").stopped_at is None
