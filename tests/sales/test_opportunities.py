"""A deal from its opening to a contract."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tests.cast import at_once, cookie, make_account, make_person, make_staff, phone
from tests.sales.cast import LATER, deal_of, qualified, sql_of
from wutong.events.models import Event
from wutong.lifecycle.models import Contract, Lead, ProductLine, Stage, StageVisit
from wutong.lifecycle.stages import move_lead
from wutong.lifecycle.timeline import timeline_of
from wutong.people.models import Identifier
from wutong.sales.deal_opening import AnotherCompany, AnotherLine, feed_opportunity
from wutong.sales.deal_parts import MainContactStays, NobodyToName, name_person, remove_person
from wutong.sales.deal_rules import DealClosed, DealEditedMeanwhile, NotYourDeal
from wutong.sales.from_lead import deals_of
from wutong.sales.models import Opportunity, OpportunityStage, OpportunityStay
from wutong.sales.opportunities import (
    AmountNeeded,
    DealReasonNeeded,
    NoSuchDealStep,
    Term,
    close_opportunity,
    move_opportunity,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_sql_opens_a_deal_and_its_person_is_the_main_contact(xu) -> None:
    deal = deal_of(xu)
    lead = Lead.objects.get()
    assert (lead.stage, lead.account, lead.deals.get().opportunity) == ("opportunity", deal.account, deal)
    assert (deal.stage, deal.owner, deal.currency, deal.probability) == ("discover", xu, "CNY", Decimal("0.2"))
    assert deal.people.get(is_main=True).person == lead.person
    assert Event.objects.filter(name="opportunity_opened", person_id=lead.person_id).exists()


@pytest.mark.parametrize(("to", "reason", "words"), [("lost", "price", "Price"), ("invalid", "mistake", "Opened by")])
def test_the_timeline_says_why_a_deal_and_its_lead_ended(xu, to: str, reason: str, words: str) -> None:
    deal = deal_of(xu)
    close_opportunity(opportunity=deal, to=OpportunityStage(to), by=xu, at=LATER, reason=reason)
    with translation.override("en"):
        seen = timeline_of(Lead.objects.get().person, viewer=xu, language="en", zone=ZoneInfo("Asia/Shanghai"))
    told = {act.title: act.body for day in seen.days for act in day.acts}
    assert words in told["Lead stage: Lost"]
    assert words in told["Closed an opportunity"]


def test_a_lead_that_is_recalled_after_its_deal_can_feed_another(xu) -> None:
    lost = deal_of(xu)
    close_opportunity(opportunity=lost, to=OpportunityStage.LOST, by=xu, at=LATER, reason="price")
    lead = Lead.objects.get()
    move_lead(lead=lead, to=Stage.NURTURE, by=xu, at=LATER, reason="recalled")
    won = deal_of(xu, lead=qualified(Lead.objects.get(), at=LATER), account=lost.account)
    close_opportunity(opportunity=won, to=OpportunityStage.WON, by=xu, at=LATER, reason="price")
    lead.refresh_from_db()
    assert (lead.stage, {one.opportunity for one in lead.deals.all()}) == ("won", {lost, won})
    assert Opportunity.objects.get(pk=lost.pk).stage == "lost"


def test_a_won_deal_wins_its_leads_and_becomes_a_contract(xu) -> None:
    deal = deal_of(xu)
    second = sql_of(xu)
    feed_opportunity(opportunity=deal, lead=second, by=xu, at=LATER)
    contract = close_opportunity(
        opportunity=deal,
        to=OpportunityStage.WON,
        by=xu,
        at=LATER,
        reason="product",
        amount=Decimal("260000.50"),
        term=Term(starts_on=date(2026, 12, 1), months=12),
    )
    assert set(Lead.objects.values_list("stage", flat=True)) == {"won"}
    assert contract == Contract.objects.get()
    assert (contract.amount, contract.ends_on, contract.stage) == (Decimal("260000.50"), date(2027, 11, 30), "signed")
    assert StageVisit.objects.get(machine="contract").contract == contract
    deal.refresh_from_db()
    assert (deal.stage, deal.closed_at, deal.contract) == ("won", LATER, contract)
    assert list(OpportunityStay.objects.order_by("id").values_list("stage", flat=True)) == ["discover", "won"]


def test_a_lost_deal_loses_its_leads_with_the_reason(xu) -> None:
    deal = deal_of(xu)
    close_opportunity(opportunity=deal, to=OpportunityStage.LOST, by=xu, at=LATER, reason="price", competitor="Acme")
    assert Lead.objects.get().stage == "lost"
    assert StageVisit.objects.get(machine="lead", left_at=None).reason == "price"
    assert not Contract.objects.exists()
    deal.refresh_from_db()
    with pytest.raises(DealClosed):
        move_opportunity(opportunity=deal, to=OpportunityStage.PROPOSE, by=xu, at=LATER)


def test_what_cannot_be_is_refused_and_changes_nothing(xu, lin) -> None:
    deal = deal_of(xu, amount=None)
    other = sql_of(xu, account=make_account("Southwind"))
    for refusal, act in (
        (
            AmountNeeded,
            lambda: close_opportunity(opportunity=deal, to=OpportunityStage.WON, by=xu, at=LATER, reason="product"),
        ),
        (
            DealReasonNeeded,
            lambda: close_opportunity(opportunity=deal, to=OpportunityStage.LOST, by=xu, at=LATER, reason="product"),
        ),
        (NoSuchDealStep, lambda: move_opportunity(opportunity=deal, to=OpportunityStage.WON, by=xu, at=LATER)),
        (NotYourDeal, lambda: move_opportunity(opportunity=deal, to=OpportunityStage.PROPOSE, by=lin, at=LATER)),
        (AnotherCompany, lambda: feed_opportunity(opportunity=deal, lead=other, by=xu, at=LATER)),
    ):
        with pytest.raises(refusal):
            act()
    deal.refresh_from_db()
    assert (deal.stage, deal.version) == ("discover", 1)


def test_a_lead_feeds_neither_a_colleagues_deal_nor_one_of_another_product_line(xu, wang, sales_team) -> None:
    deal = deal_of(xu)
    colleague = make_staff("Tan", role="sales", team=sales_team, data_scope="team")
    theirs = sql_of(colleague, account=deal.account)
    other = sql_of(xu, account=deal.account, product_line=ProductLine.objects.create(code="mes", own_name="MES"))
    assert deals_of(theirs, by=colleague) == deals_of(other, by=xu) == []
    with pytest.raises(NotYourDeal):
        feed_opportunity(opportunity=deal, lead=theirs, by=colleague, at=LATER)
    with pytest.raises(AnotherLine):
        feed_opportunity(opportunity=deal, lead=other, by=xu, at=LATER)
    feed_opportunity(opportunity=deal, lead=theirs, by=wang, at=LATER)
    assert deal.leads.count() == 2


def test_of_two_who_change_a_deal_at_once_the_second_is_told_who(xu, wang) -> None:
    deal = deal_of(xu)
    outcomes = at_once(
        lambda: move_opportunity(opportunity=deal, to=OpportunityStage.PROPOSE, by=xu, at=LATER),
        lambda: move_opportunity(opportunity=deal, to=OpportunityStage.NEGOTIATE, by=wang, at=LATER),
    )
    (no,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(no, DealEditedMeanwhile)
    deal.refresh_from_db()
    assert no.params["name"] == deal.changed_by.full_name


def test_a_part_hangs_on_the_strongest_identifier_and_the_main_contact_stays(xu) -> None:
    deal = deal_of(xu)
    colleague = make_person("何若曦", keys=[cookie("c1"), phone("+8613900001234")])
    name_person(opportunity=deal, person=colleague, by=xu, at=LATER, role="finance")
    assert deal.people.get(person=colleague).subject.kind == "phone"

    deal.refresh_from_db()
    with pytest.raises(MainContactStays):
        remove_person(opportunity=deal, person=deal.people.get(is_main=True).person, by=xu, at=LATER)
    name_person(opportunity=deal, person=colleague, by=xu, at=LATER, role="finance", is_main=True)
    assert deal.people.get(is_main=True).person == colleague

    deal.refresh_from_db()
    browser = make_person("", keys=[cookie("c2")])
    with pytest.raises(NobodyToName):
        name_person(opportunity=deal, person=browser, by=xu, at=LATER, role="")
    assert Identifier.objects.filter(person=browser).count() == 1
