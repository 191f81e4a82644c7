"""Late clocks: who is told, at which level, once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import NINE, arrive, make_lead, make_staff, post_form
from wutong.content.models import Form
from wutong.lifecycle.escalation import MANY, escalate, told_of
from wutong.lifecycle.hand_over import HandOverFacts, hand_over
from wutong.lifecycle.models import Clock, Escalation, HandOver, Lead, Stage, TimeLimits
from wutong.lifecycle.stages import step_many
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Notification, Staff, Team

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def team_manager(north: Team) -> Staff:
    return make_staff("Tao", role="manager", team=north, data_scope="team")


@pytest.fixture
def manager(company) -> Staff:
    return make_staff("Wang", role="manager", data_scope="all")


def told() -> list[tuple[str, str]]:
    """Who was told what, since the last time this was asked."""
    rows = list(Notification.objects.order_by("staff__full_name").values_list("staff__full_name", "kind"))
    Notification.objects.all().delete()
    return rows


def test_the_chain_climbs_from_the_team_to_its_manager_to_all(
    mei: Staff, lin: Staff, zhou: Staff, team_manager: Staff, manager: Staff
) -> None:
    make_lead()
    assert (escalate(at=NINE + 4 * MINUTE), told()) == (0, [])
    assert (escalate(at=NINE + 5 * MINUTE), told()) == (1, [("Lin", "contact_late"), ("Mei", "contact_late")])
    assert (escalate(at=NINE + 14 * MINUTE), told()) == (0, [])
    assert (escalate(at=NINE + 15 * MINUTE), told()) == (1, [("Tao", "contact_late_in_team")])
    assert (escalate(at=NINE + 60 * MINUTE), told()) == (
        1,
        [("Tao", "contact_late_for_all"), ("Wang", "contact_late_for_all")],
    )
    late_for_all = [(name, "contact_too_late") for name in ("Lin", "Mei", "Tao", "Wang")]
    assert (escalate(at=NINE + 2 * HOUR), told()) == (1, late_for_all)
    assert (escalate(at=NINE + 9 * HOUR), told()) == (0, [])
    assert list(Escalation.objects.order_by("minutes").values_list("minutes", "level")) == [
        (5, "owner"),
        (15, "team_managers"),
        (60, "managers"),
        (120, "latest"),
    ]


def test_after_an_outage_the_highest_level_is_told_once(mei: Staff, team_manager: Staff, manager: Staff) -> None:
    make_lead(owner=mei)
    assert [escalate(at=NINE + 70 * MINUTE) for _time in range(2)] == [1, 0]
    assert told() == [("Tao", "contact_late_for_all"), ("Wang", "contact_late_for_all")]
    assert Clock.objects.get().escalated_to_minutes == 60


def test_of_an_owned_lead_the_owner_is_told_first(mei: Staff, lin: Staff) -> None:
    make_lead(owner=mei)
    escalate(at=NINE + 6 * MINUTE)
    assert told() == [("Mei", "contact_late")]


def test_minutes_are_working_minutes(mei: Staff) -> None:
    """A lead of 17:58 has waited two minutes when the company closes, and five at 9:03."""
    evening = NINE + 8 * HOUR + 58 * MINUTE
    make_lead(owner=mei, at=evening)
    assert escalate(at=evening + 14 * HOUR) == 0
    assert escalate(at=evening + 15 * HOUR + 5 * MINUTE) == 1


@pytest.mark.parametrize("state", ["answered", "closed"])
def test_what_needs_no_answer_is_not_late(mei: Staff, state: str) -> None:
    lead = make_lead(owner=mei)
    if state == "answered":
        Clock.objects.update(stopped_at=NINE + MINUTE, stopped_by=mei)
    else:
        step_many([lead], to=Stage.DISQUALIFIED, by=mei, at=NINE, reason="student")
    assert escalate(at=NINE + 2 * HOUR) == 0


def test_nobody_is_told_of_a_lead_out_of_sight(mei: Staff, zhou: Staff, south: Team) -> None:
    make_staff("Shan", role="manager", team=south, data_scope="team")
    make_staff("Ada", role="admin", data_scope="all")
    make_lead(owner=mei)
    escalate(at=NINE + HOUR)
    assert told() == [("Ada", "contact_late_for_all")]
    escalate(at=NINE + 2 * HOUR)
    assert told() == [("Ada", "contact_too_late"), ("Mei", "contact_too_late")]


def test_many_late_leads_are_one_notice(mei: Staff) -> None:
    for _n in range(MANY + 1):
        make_lead(owner=mei)
    assert escalate(at=NINE + 6 * MINUTE) == MANY + 1
    assert told() == [("Mei", "leads_late")]


def test_the_row_says_who_was_told(mei: Staff, team_manager: Staff) -> None:
    make_lead(owner=mei)
    escalate(at=NINE + 5 * MINUTE)
    escalate(at=NINE + 15 * MINUTE)
    clock = Clock.objects.get()
    assert "Mei" in told_of([clock])[clock.pk]
    assert "Tao" in told_of([clock])[clock.pk]


def test_the_chain_is_the_companys_to_set(mei: Staff) -> None:
    TimeLimits.objects.create(owner_after_minutes=30, team_managers_after_minutes=90, managers_after_minutes=120)
    make_lead(owner=mei)
    assert (escalate(at=NINE + 29 * MINUTE), escalate(at=NINE + 31 * MINUTE)) == (0, 1)


def test_sales_are_warned_before_the_time_is_up_and_their_manager_told_after(
    mei: Staff, north: Team, team_manager: Staff
) -> None:
    seller = make_staff("Xu", role="sales", team=north, data_scope="team")
    lead = make_lead(team=north, owner=mei)
    Clock.objects.update(stopped_at=NINE, stopped_by=mei)
    hand_over(lead=lead, to=seller, by=mei, at=NINE, facts=facts())
    Notification.objects.all().delete()
    working_day = timedelta(days=1)  # nine hours
    assert (escalate(at=NINE + 2 * working_day + HOUR), told()) == (0, [])
    assert (escalate(at=NINE + 2 * working_day + 2 * HOUR), told()) == (1, [("Xu", "acceptance_soon_late")])
    assert (escalate(at=NINE + 2 * working_day + 6 * HOUR), told()) == (1, [("Tao", "acceptance_late")])


def test_who_came_back_has_a_clock_that_escalates_too(mei: Staff) -> None:
    lead = make_lead(owner=mei)
    Clock.objects.update(stopped_at=NINE, stopped_by=mei)
    Lead.objects.update(first_contact_at=NINE)
    lead.refresh_from_db()
    step_many([lead], to=Stage.NURTURE, by=mei, at=NINE, reason="not_now")
    step_many([lead], to=Stage.NEW, by=None, at=NINE + HOUR, reason="re_engaged")
    assert escalate(at=NINE + HOUR + 5 * MINUTE) == 1
    assert told() == [("Mei", "contact_late")]


def test_leads_of_an_event_have_two_working_days_before_anybody_is_told(mei: Staff, form: Form) -> None:
    arrive(post_form(form, url="https://www.example.com/contact?utm_source=expo&utm_medium=event"))
    clock = Clock.objects.get()
    assert clock.lead.channel == "event"
    worked = WorkingCalendar.load().working_between(clock.counts_from, clock.due_at)
    assert worked == 16 * HOUR
    told()
    assert (escalate(at=clock.due_at - MINUTE), told()) == (0, [])
    assert escalate(at=clock.due_at) == 1
    assert {kind for _name, kind in told()} == {"contact_late"}


def facts(**given: Any) -> HandOverFacts:
    values: dict[str, Any] = {"need": "MES", "pain": "Paper", "budget": "1 M"}
    values |= {"intent": HandOver.Intent.HIGH, "level": HandOver.Level.KEY}
    return HandOverFacts(**values, project_period=HandOver.Period.QUARTER, **given)
