"""Deals told at once, with the contracts that some became."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.cast import NINE, make_account, make_lead
from tests.lifecycle.test_retelling import BANT, CALL, FACTS, REACHED
from wutong.events.models import Event
from wutong.lifecycle.contracts_retold import ContractStep
from wutong.lifecycle.models import ContractStage, Lead, Stage, StageVisit
from wutong.lifecycle.retelling import Answered, Contacted, HandedOver, Moved, Qualified, retell_many
from wutong.lifecycle.stages import Through
from wutong.sales.models import Opportunity, OpportunityStage, OpportunityStay
from wutong.sales.opportunities import DealReasonNeeded, NoSuchDealStep
from wutong.sales.retelling import DealStep, Part, Signed, ToldDeal, retell_deals

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def sold(mei, xu, *, to: Stage = Stage.WON) -> Lead:
    lead = Lead.objects.select_related("person", "product_line").get(pk=make_lead().pk)
    acts = [
        Contacted(at=NINE, by=mei, kind=CALL, outcome=REACHED),
        HandedOver(at=NINE, by=mei, to=xu, facts=FACTS),
        Answered(at=NINE, by=xu, is_accepted=True),
        Qualified(at=NINE + DAY, by=xu, bant=BANT),
        Moved(at=NINE + 2 * DAY, by=xu, to=Stage.OPPORTUNITY, through=Through.OPPORTUNITY),
        Moved(at=NINE + 9 * DAY, by=xu, to=to, reason="price", through=Through.CLOSING),
    ]
    retell_many([(lead, acts)])
    return lead


def deal_of(lead: Lead, xu, **given) -> ToldDeal:
    values = {
        "lead": lead,
        "account": make_account(),
        "name": "Quality on three lines",
        "by": xu,
        "opened_at": NINE + 2 * DAY,
        "close_on": date(2026, 12, 24),
        "amount": Decimal(280_000),
        "people": [Part(subject_id=lead.subject_id, person_id=lead.person_id, role="champion")],
        "steps": [
            DealStep(at=NINE + 5 * DAY, to=OpportunityStage.PROPOSE),
            DealStep(at=NINE + 9 * DAY, to=OpportunityStage.WON, reason="price"),
        ],
    }
    return ToldDeal(**(values | given))


def test_a_won_deal_is_told_with_its_stays_and_its_contract(mei, xu) -> None:
    lead = sold(mei, xu)
    starts_on = (NINE + 10 * DAY).date()
    entered = ContractStep(at=NINE + 10 * DAY, to=ContractStage.ONBOARDING, reason="by_date")
    signed = Signed(starts_on=starts_on, ends_on=starts_on + 364 * DAY, owner=xu, steps=[entered])

    retell_deals([deal_of(lead, xu, signed=signed)])

    deal = Opportunity.objects.get()
    stays = OpportunityStay.objects.order_by("entered_at")
    assert list(stays.values_list("stage", "left_at")) == [
        ("discover", NINE + 5 * DAY),
        ("propose", NINE + 9 * DAY),
        ("won", None),
    ]
    assert (deal.stage, deal.closed_at, deal.version) == ("won", NINE + 9 * DAY, 3)
    assert deal.contract is not None
    assert (deal.contract.stage, deal.contract.signed_at) == (ContractStage.ONBOARDING, NINE + 9 * DAY)
    assert StageVisit.objects.filter(contract=deal.contract).count() == 2
    assert set(
        Event.objects.filter(person=lead.person_id, name__startswith="opportunity").values_list("name", flat=True)
    ) == {
        "opportunity_opened",
        "opportunity_moved",
        "opportunity_closed",
    }


def test_a_deal_and_its_lead_end_alike(mei, xu) -> None:
    with pytest.raises(NoSuchDealStep):
        retell_deals([deal_of(sold(mei, xu, to=Stage.LOST), xu)])


def test_a_deal_ends_for_a_reason(mei, xu) -> None:
    with pytest.raises(DealReasonNeeded):
        retell_deals([deal_of(sold(mei, xu), xu, steps=[DealStep(at=NINE + 9 * DAY, to=OpportunityStage.WON)])])
