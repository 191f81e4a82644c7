"""The lead's machine: its arrows, its guards, its history."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.cast import NINE, make_lead
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.models import FollowUp, Lead, Stage, StageVisit
from wutong.lifecycle.stages import (
    REASONS,
    STEPS,
    ContactFirst,
    MovedMeanwhile,
    NoSuchStep,
    NotYourStep,
    ReasonNeeded,
    move_lead,
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
