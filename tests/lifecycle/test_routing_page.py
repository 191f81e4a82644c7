"""The page of routing: rules as sentences, a dry run that writes nothing, duty, limits, giving leads away."""

import pytest

from tests.cast import LATELY, make_lead, make_person, make_staff, signed_in
from wutong.lifecycle.models import Assignment, AssignmentRule, Duty, Lead, TimeLimits
from wutong.lifecycle.routing_forms import TimeLimitsForm
from wutong.lifecycle.routing_rules import ensure_rules
from wutong.platform.models import AuditEntry, Staff, Team

pytestmark = pytest.mark.django_db

PAGE = "/settings/routing/"


@pytest.fixture
def manager(north: Team) -> Staff:
    return make_staff("Wang", role="manager", data_scope="all")


def test_a_manager_writes_rules_that_read_as_sentences(manager: Staff, mei: Staff, site) -> None:
    client = signed_in(manager)
    ensure_rules()
    given = {"name": "华东官网", "sites": [site.pk], "regions": ["浙江", "上海"], "grades": ["A1"], "company": "yes"}
    assert client.post(f"{PAGE}rules/new/", given | {"target": "colleague"}).status_code == 422
    assert client.post(f"{PAGE}rules/new/", given | {"target": "colleague", "colleague": mei.pk}).status_code == 302
    rule = AssignmentRule.objects.get(own_name="华东官网")
    page = client.get(PAGE)
    said = {row["rule"].name: row["said"] for row in page.context["rules"]}
    assert all(word in said["华东官网"] for word in ("Website", "浙江", "上海", "A1", "Mei"))

    at = f"{PAGE}rules/{rule.public_id}/"
    form = client.get(at).context["form"]
    assert form.initial["regions"] == ["浙江", "上海"]
    assert client.post(at, {"name": "Neu", "target": "round_robin"}).status_code == 302
    assert client.post(f"{at}move/", {"to": "up"}).status_code == 302
    assert client.post(f"{at}switch/", {"is_on": "0"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.conditions, rule.colleague, rule.position, rule.is_on) == ("Neu", {}, None, 1, False)
    assert client.post(f"{at}drop/").status_code == 302
    told = AuditEntry.objects.filter(action__startswith="routing.rule").order_by("pk")
    assert [one.action.removeprefix("routing.rule_") for one in told] == [
        "added",
        "changed",
        "moved",
        "switched",
        "dropped",
    ]


def test_of_two_who_change_a_rule_or_the_limits_the_second_is_told(manager: Staff) -> None:
    client = signed_in(manager)
    ensure_rules()
    rule = AssignmentRule.objects.order_by("position").first()
    assert rule is not None
    at, given = f"{PAGE}rules/{rule.public_id}/", {"name": "One", "target": "round_robin"}
    seen = client.get(at).context["seen"]
    assert client.post(at, given | {"seen": seen}).status_code == 302
    refused = client.post(at, given | {"name": "Two", "seen": seen})
    assert (refused.status_code, b"Two" in refused.content) == (409, True)

    limits = {name: getattr(TimeLimits(), name) for name in TimeLimitsForm.Meta.fields}
    seen = client.get(PAGE).context["limits_seen"]
    assert client.post(f"{PAGE}time-limits/", limits | {"acceptance_hours": 16, "seen": seen}).status_code == 302
    assert client.post(f"{PAGE}time-limits/", limits | {"acceptance_hours": 8, "seen": seen}).status_code == 409
    rule.refresh_from_db()
    assert (rule.name, TimeLimits.objects.get().acceptance_hours) == ("One", 16)


def test_a_dry_run_says_who_would_have_got_what_and_changes_nothing(manager: Staff, mei: Staff, lin: Staff) -> None:
    ensure_rules()
    for _n in range(4):
        make_lead(at=LATELY)
    Duty.objects.create(staff=mei, is_on=False, changed_at=LATELY)  # today's absence says nothing about then
    page = signed_in(manager).get(f"{PAGE}trial/")
    trial = page.context["trial"]
    assert [(staff.full_name, n) for staff, n in trial.by_colleague] == [("Mei", 2), ("Lin", 2)]
    assert [n for _rule, n in trial.by_rule] == [0, 4]
    assert not Assignment.objects.exists()
    assert not Lead.objects.exclude(owner=None).exists()


def test_a_manager_sets_limits_and_a_chain_that_climbs(manager: Staff) -> None:
    client = signed_in(manager)
    limits = {
        "first_contact_minutes": 10,
        "owner_after_minutes": 10,
        "team_managers_after_minutes": 30,
        "managers_after_minutes": 90,
        "latest_hours": 3,
        "acceptance_hours": 16,
        "acceptance_warning_hours": 2,
        "event_hours": 20,
        "sql_silent_days": 45,
    }
    assert client.post(f"{PAGE}time-limits/", limits | {"event_hours": 0}).status_code == 422
    assert client.post(f"{PAGE}time-limits/", limits | {"managers_after_minutes": 20}).status_code == 422
    assert client.post(f"{PAGE}time-limits/", limits | {"latest_hours": 1}).status_code == 422
    assert client.post(f"{PAGE}time-limits/", limits | {"acceptance_warning_hours": 16}).status_code == 422
    assert client.post(f"{PAGE}time-limits/", limits).status_code == 302
    stored = TimeLimits.objects.get()
    assert (stored.managers_after_minutes, stored.latest_hours, stored.event_hours) == (90, 3, 20)
    assert AuditEntry.objects.get(action="routing.time_limits_changed").detail["acceptance_hours"] == [24, 16]


def test_a_colleague_goes_off_duty_at_home_and_a_manager_sets_what_may_wait(manager: Staff, mei: Staff) -> None:
    client = signed_in(mei)
    assert client.get("/").context["duty"]["is_on"]
    assert client.post("/me/duty/", {"is_on": "off", "until": "2099-01-01T09:00", "capacity": "900"}).status_code == 302
    duty = client.get("/").context["duty"]
    assert (duty["is_on"], duty["until"].year, duty["capacity"]) == (False, 2099, 30)
    assert client.post("/me/duty/", {"is_on": "off", "until": "2001-01-01T09:00"}).status_code == 409

    given = {"is_on": "on", "capacity": "5"}
    assert signed_in(manager).post(f"{PAGE}duty/{mei.public_id}/", given).status_code == 302
    assert (Duty.objects.get().is_on, Duty.objects.get().capacity) == (True, 5)


def test_a_manager_gives_a_lead_away_on_its_persons_page(manager: Staff, mei: Staff, zhou: Staff) -> None:
    lead = make_lead(person=make_person("周思远"))
    client = signed_in(manager)
    page = client.get(f"/people/{lead.person.public_id}/")
    assert mei in page.context["colleagues"]
    assert client.post("/leads/assign/", {"leads": str(lead.public_id), "to": mei.pk}).status_code == 302
    lead.refresh_from_db()
    assert lead.owner == mei
    assert "Wang" in client.get(f"/people/{lead.person.public_id}/").content.decode()
    assert client.post("/leads/assign/", {"leads": "no id", "to": mei.pk}).status_code == 404
    assert signed_in(zhou).post("/leads/assign/", {"leads": str(lead.public_id), "to": zhou.pk}).status_code == 403
