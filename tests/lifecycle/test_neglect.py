"""SQLs without a follow-up: a warning, then back to the SDR."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import NINE, make_lead, make_staff
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.hand_over import Bant, HandOverFacts, accept, hand_over, qualify
from wutong.lifecycle.models import Accountable, FollowUp, HandOver, Lead, Stage, StageVisit, TimeLimits
from wutong.lifecycle.neglect import return_silent_sqls
from wutong.platform.models import Notification, Staff, Team

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FACTS = HandOverFacts(
    need="MES",
    pain="Paper",
    intent=HandOver.Intent.HIGH,
    level=HandOver.Level.KEY,
    budget="1 M",
    project_period=HandOver.Period.QUARTER,
)


@pytest.fixture
def xu(north: Team) -> Staff:
    return make_staff("Xu", role="sales", team=north, data_scope="team")


def sql(mei: Staff, xu: Staff) -> Lead:
    lead = make_lead(owner=mei)
    hand_over(lead=lead, to=xu, by=mei, at=NINE, facts=FACTS)
    accept(lead=now(lead), by=xu, at=NINE)
    qualify(lead=now(lead), by=xu, at=NINE, bant=Bant(budget="1 M", authority="Owner", need="MES", timing="Q1"))
    return now(lead)


def now(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def follow_up(lead: Lead, xu: Staff, *, at: datetime, kind: FollowUp.Kind = FollowUp.Kind.CALL) -> None:
    outcome = FollowUp.Outcome.NOTED if kind == FollowUp.Kind.NOTE else FollowUp.Outcome.REACHED
    record_follow_up(lead=lead, by=xu, at=at, kind=kind, outcome=outcome)


def told() -> set[tuple[str, str]]:
    rows = set(Notification.objects.values_list("staff__full_name", "kind"))
    Notification.objects.all().delete()
    return rows


def test_an_sql_that_nobody_follows_up_goes_back_to_the_sdr_after_warnings(mei: Staff, xu: Staff) -> None:
    lead = sql(mei, xu)
    told()
    assert (return_silent_sqls(at=NINE + 26 * DAY), told()) == (0, set())
    assert (return_silent_sqls(at=NINE + 27 * DAY), told()) == (0, {("Xu", "sql_silent")})

    assert return_silent_sqls(at=NINE + 30 * DAY) == 1
    assert told() == {("Xu", "sql_returned"), ("Mei", "sql_returned")}
    returned = now(lead)
    assert (returned.stage, returned.owner, returned.accountable) == (Stage.RETURNED, mei, Accountable.SDR)
    stay = StageVisit.objects.get(lead=lead, left_at=None)
    assert (stay.reason, stay.entered_by) == ("silent", None)
    assert return_silent_sqls(at=NINE + 31 * DAY) == 0


def test_a_contact_counts_and_a_note_does_not(mei: Staff, xu: Staff) -> None:
    contacted, noted = sql(mei, xu), sql(mei, xu)
    follow_up(contacted, xu, at=NINE + 5 * DAY)
    follow_up(noted, xu, at=NINE + 5 * DAY, kind=FollowUp.Kind.NOTE)
    assert return_silent_sqls(at=NINE + 30 * DAY) == 1
    assert (now(contacted).stage, now(noted).stage) == (Stage.SQL, Stage.RETURNED)


@pytest.mark.parametrize("given", [{"sql_silent_days": 0}, {"sql_silent_days": 60}])
def test_the_company_says_after_how_many_days(mei: Staff, xu: Staff, given: dict[str, Any]) -> None:
    TimeLimits.objects.create(**given)
    sql(mei, xu)
    assert return_silent_sqls(at=NINE + 50 * DAY) == 0
