"""Who gets a lead: by rules in their order, in turns, by duty and capacity, and by hand."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from tests.cast import (
    LATELY,
    NINE,
    arrive,
    at_once,
    make_account,
    make_lead,
    make_person,
    make_scope,
    make_staff,
    make_team,
    post_form,
)
from wutong.lifecycle.assignment import assign_many
from wutong.lifecycle.assignment_told import why
from wutong.lifecycle.capture import default_product_line
from wutong.lifecycle.duty import BackInThePast, NotYourDuty, switch_duty
from wutong.lifecycle.giving import AT_ONCE, CannotTakeIt, NotYoursToAssign, TooManyAtOnce, assign, assign_by_hand
from wutong.lifecycle.models import AccountOwner, Assignment, AssignmentRule, Clock, Lead, StageVisit
from wutong.lifecycle.routing_rules import (
    Conditions,
    LeadFacts,
    RuleDraft,
    add_rule,
    change_rule,
    ensure_rules,
    holds,
    move_rule,
)
from wutong.platform.models import AuditEntry, Notification, Staff, Team

pytestmark = pytest.mark.django_db

Target = AssignmentRule.Target


def rule(target: Target = Target.ROUND_ROBIN, *, position: int = 1, **given: Any) -> AssignmentRule:
    return AssignmentRule.objects.create(position=position, own_name=given.pop("name", "Rule"), target=target, **given)


def give(*leads: Lead, at=NINE) -> list[str]:
    """To whom each lead goes, in their order; a dash for nobody."""
    with transaction.atomic():
        assign_many(leads, at=at)
    owners = dict(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("pk", "owner__full_name"))
    return [owners[lead.pk] or "-" for lead in leads]


def said_of(given: Assignment) -> str:
    """Why the lead was given, as its timeline says it."""
    to = given.to.full_name if given.to else ""
    return why(given.reason, to=to, by="", is_own_act=False, rule=given.rule_name)


def leads(n: int, **given: Any) -> list[Lead]:
    return [make_lead(**given) for _n in range(n)]


@pytest.fixture
def manager(north: Team) -> Staff:
    return make_staff("Wang", role="manager", data_scope="all")


def test_a_team_takes_turns(mei: Staff, lin: Staff, north: Team) -> None:
    rule(team=north)
    assert give(*leads(5)) == ["Mei", "Lin", "Mei", "Lin", "Mei"]
    assert give(*leads(1)) == ["Lin"]  # the turn outlives the batch


def test_turns_without_a_team_are_taken_in_the_leads_own(mei, lin, zhou, north: Team, south: Team) -> None:
    rule()
    assert give(*leads(2, team=south), *leads(2, team=north)) == ["Zhou", "Zhou", "Mei", "Lin"]


def test_whoever_has_fewest_waiting_gets_the_next(mei: Staff, lin: Staff, north: Team) -> None:
    make_lead(owner=mei)
    make_lead(owner=mei)
    rule(Target.LEAST_LOAD, team=north)
    assert give(*leads(3)) == ["Lin", "Lin", "Mei"]


@pytest.mark.parametrize("reason", ["off duty", "hands full", "elsewhere in the business", "gone"])
def test_who_cannot_take_a_lead_is_passed_over(
    mei: Staff, lin: Staff, manager: Staff, north: Team, reason: str
) -> None:
    rule(team=north)
    match reason:
        case "off duty":
            switch_duty(staff=mei, is_on=False, by=mei, at=NINE)
        case "hands full":
            switch_duty(staff=mei, is_on=True, capacity=1, by=manager, at=NINE)
            make_lead(owner=mei)
        case "elsewhere in the business":
            mei.scopes.set([make_scope("brand")])
        case "gone":
            mei.is_active = False
            mei.save()
    assert give(*leads(2)) == ["Lin", "Lin"]


def test_who_was_off_until_a_moment_is_back_by_itself(mei: Staff, lin: Staff, north: Team) -> None:
    rule(team=north)
    switch_duty(staff=mei, is_on=False, until=NINE + timedelta(hours=1), by=mei, at=NINE)
    assert give(*leads(1)) == ["Lin"]
    assert give(*leads(1), at=NINE + timedelta(hours=1)) == ["Mei"]


def test_what_nobody_can_take_goes_to_the_next_rule_and_at_last_waits_in_the_team(
    mei: Staff, zhou: Staff, north: Team, south: Team
) -> None:
    rule(team=north, position=1, name="Local")
    helpers = rule(team=south, position=2, name="Helpers")
    switch_duty(staff=mei, is_on=False, by=mei, at=NINE)
    assert give(*leads(1)) == ["Zhou"]
    assert Assignment.objects.get().rule == helpers

    switch_duty(staff=zhou, is_on=False, by=zhou, at=NINE)
    (lead,) = leads(1)
    assert give(lead) == ["-"]
    last = Assignment.objects.latest("pk")
    assert (last.to, last.team, last.reason, last.rule_name) == (None, north, "nobody", "Local")


def test_the_first_rule_that_fits_decides(mei: Staff, lin: Staff, north: Team) -> None:
    rule(Target.COLLEAGUE, position=1, colleague=lin, conditions={"channels": ["search"]})
    rule(Target.COLLEAGUE, position=2, colleague=mei)
    assert give(make_lead(channel="search"), make_lead(channel="email")) == ["Lin", "Mei"]


def test_no_rule_that_fits_leaves_the_lead_in_its_team(mei: Staff, north: Team) -> None:
    rule(Target.COLLEAGUE, colleague=mei, conditions={"grades": ["A1"]})
    assert give(*leads(1)) == ["-"]
    assert Assignment.objects.get().reason == "no_rule"


def test_the_same_companys_people_go_to_the_same_colleague(mei: Staff, lin: Staff, north: Team) -> None:
    ensure_rules()
    account = make_account()
    make_lead(owner=lin, account=account)
    assert give(make_lead(account=account), make_lead(account=account)) == ["Lin", "Lin"]
    assert give(make_lead(account=make_account("Other"))) == ["Mei"]
    line = default_product_line()
    AccountOwner.objects.create(account=account, product_line=line, owner=mei, since=NINE)  # said counts before done
    theirs = make_account("Sold to")
    seller = make_staff("Seller", role="sales", team=north)
    AccountOwner.objects.create(account=theirs, product_line=line, owner=seller, since=NINE)
    make_lead(owner=mei, account=theirs)
    assert give(make_lead(account=account), make_lead(account=theirs)) == ["Mei", "Mei"]


@pytest.mark.parametrize(
    ("conditions", "facts", "expected"),
    [
        (Conditions(), LeadFacts(), True),
        (Conditions(campaigns=("webinar",)), LeadFacts(campaign="2026-Webinar-MES"), True),
        (Conditions(sites=(1,), forms=("demo",)), LeadFacts(site=1, form="contact"), False),
        (Conditions(regions=("浙江", "上海")), LeadFacts(region="浙江"), True),
        (Conditions(is_account_known=False), LeadFacts(is_account_known=True), False),
        (Conditions(grades=("A1", "A2")), LeadFacts(grade="A2"), True),
        (Conditions(product_lines=("mes",)), LeadFacts(product_line="qms"), False),
    ],
)
def test_all_that_a_rule_asks_for_must_hold(conditions: Conditions, facts: LeadFacts, expected: bool) -> None:
    assert holds(conditions, facts) is expected


def test_a_form_on_the_website_is_given_to_somebody_who_is_told_why(form, mei: Staff, lin: Staff, north: Team) -> None:
    rule(
        Target.COLLEAGUE,
        name="华东官网",
        colleague=lin,
        conditions={"sites": [form.site_id], "forms": [form.key], "regions": ["浙江"], "is_account_known": True},
    )
    arrive(post_form(form, answers={"name": "周思远", "company": "杭州云帆科技", "phone": "139 0000 0000"}))
    lead = Lead.objects.get()
    given = Assignment.objects.select_related("to", "by").get()
    assert (lead.owner, lead.team, lead.version) == (lin, north, 2)
    assert StageVisit.objects.filter(lead=lead).values_list("owner", flat=True).first() == lin.pk
    assert "华东官网" in said_of(given)
    assert "Lin" in said_of(given)
    assert list(Notification.objects.values_list("staff__full_name", "kind")) == [("Lin", "lead_arrived")]
    assert Clock.objects.get().stopped_at is None


@pytest.mark.parametrize("by_rule", [True, False])
def test_who_comes_back_to_somebody_who_has_left_is_heard_by_others(form, mei, lin, north, by_rule: bool) -> None:
    arrive(post_form(form))
    Lead.objects.update(owner=mei)
    Staff.objects.filter(pk=mei.pk).update(is_active=False)
    Notification.objects.all().delete()
    if by_rule:
        rule(team=north)
    arrive(post_form(form, at=LATELY + timedelta(minutes=30)))
    assert Lead.objects.get().owner == (lin if by_rule else mei)
    assert list(Notification.objects.values_list("staff__full_name", "kind")) == [("Lin", "lead_returned")]


@pytest.mark.django_db(transaction=True)
def test_two_processors_at_once_skip_nobody_and_serve_nobody_twice(mei: Staff, lin: Staff, north: Team) -> None:
    rule(team=north)
    batches = [leads(6), leads(6)]
    at_once(*[lambda batch=batch: give(*batch) for batch in batches])
    assert Counter(Lead.objects.values_list("owner__full_name", flat=True)) == {"Mei": 6, "Lin": 6}
    turns = list(Assignment.objects.order_by("pk").values_list("to__full_name", flat=True))
    assert all(one != following for one, following in pairwise(turns))


def test_a_manager_gives_a_lead_to_a_colleague(mei: Staff, lin: Staff, manager: Staff, north: Team) -> None:
    lead = make_lead(owner=mei)
    assign(lead=lead, to=lin, by=manager, at=NINE)
    lead.refresh_from_db()
    given = Assignment.objects.get()
    assert (lead.owner, given.by, given.reason) == (lin, manager, "hand")
    assert AuditEntry.objects.filter(action="lifecycle.lead_assigned", subject_id=str(lead.public_id)).exists()
    assert Notification.objects.get().staff == lin
    assert Clock.objects.get(lead=lead).stopped_at is None
    assert assign_by_hand([lead], to=lin, by=manager, at=NINE) == 0  # hers already


def test_leads_are_not_given_away_by_or_to_just_anybody(mei: Staff, lin: Staff, manager: Staff, north) -> None:
    lead = make_lead()
    content = make_staff("Ye", role="content", team=north, data_scope="team")
    with pytest.raises(NotYoursToAssign):
        assign(lead=lead, to=lin, by=mei, at=NINE)
    with pytest.raises(CannotTakeIt):
        assign(lead=lead, to=content, by=manager, at=NINE)
    with pytest.raises(TooManyAtOnce):
        assign_by_hand([lead] * (AT_ONCE + 1), to=lin, by=manager, at=NINE)
    assert not Assignment.objects.exists()


def test_duty_is_ones_own_to_switch_and_a_managers(mei: Staff, lin: Staff, manager: Staff) -> None:
    switch_duty(staff=mei, is_on=False, by=manager, at=NINE)
    with pytest.raises(NotYourDuty):
        switch_duty(staff=mei, is_on=True, by=lin, at=NINE)
    with pytest.raises(NotYourDuty):
        switch_duty(staff=mei, is_on=True, capacity=900, by=mei, at=NINE)
    with pytest.raises(BackInThePast):
        switch_duty(staff=mei, is_on=False, until=NINE, by=mei, at=NINE)


def test_rules_keep_one_order(manager: Staff, mei: Staff) -> None:
    ensure_rules()
    ensure_rules()
    names = lambda: [one.own_name or one.code for one in AssignmentRule.objects.order_by("position")]  # noqa: E731  # asked several times
    added = add_rule(
        RuleDraft(name="New", conditions=Conditions(channels=("search",)), target=Target.COLLEAGUE, colleague=mei),
        by=manager,
        at=NINE,
    )
    assert names() == ["same_company", "New", "turns_in_team"]
    move_rule(rule=added, up=True, by=manager, at=NINE)
    move_rule(rule=added, up=True, by=manager, at=NINE)  # the first stays the first
    assert names() == ["New", "same_company", "turns_in_team"]


def test_what_ships_is_read_in_each_language_until_somebody_renames_it(manager: Staff, mei: Staff) -> None:
    ensure_rules()
    lead = make_lead(at=LATELY)
    give(lead)
    company, turns = AssignmentRule.objects.order_by("position")
    with override("en"):
        assert (turns.name, lead.product_line.name) == ("In turns within the team", "General")
        assert "In turns within the team" in said_of(Assignment.objects.select_related("to").get())
        kept = RuleDraft(name=turns.name, conditions=Conditions(), target=Target.LEAST_LOAD)
        change_rule(rule=turns, draft=kept, by=manager, at=NINE)
        changed = RuleDraft(name="Key accounts", conditions=Conditions(), target=Target.ACCOUNT_OWNER)
        change_rule(rule=company, draft=changed, by=manager, at=NINE)
    with override("zh-hans"):
        assert [one.name for one in AssignmentRule.objects.order_by("position")] == ["Key accounts", "团队内轮流"]
        assert lead.product_line.name == "通用"


def test_a_team_without_sdrs_gives_to_its_salespeople_and_one_with_both_to_its_sdrs(mei: Staff, north: Team) -> None:
    sales = make_team("Sales")
    xu = make_staff("Xu", role="sales", team=sales, data_scope="team")
    make_staff("Tang", role="sales", team=north, data_scope="team")
    rule()
    assert give(make_lead(team=sales), make_lead(team=north)) == [xu.full_name, "Mei"]


def test_a_person_who_is_known_in_a_region_is_one_for_rules(mei: Staff, north: Team) -> None:
    rule(Target.COLLEAGUE, colleague=mei, conditions={"regions": ["广东"]})
    her = make_person(at=LATELY)
    subject = her.identifiers.get()
    her.field_values.create(
        subject=subject, field="region", value="广东省深圳市", source="form:x", assurance="typed", observed_at=NINE
    )
    assert give(make_lead(person=her)) == ["Mei"]
