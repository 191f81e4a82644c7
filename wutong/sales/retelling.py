"""Deals with all that has become of them, as another system tells it; written set-wise.

Their leads are told before (:mod:`wutong.lifecycle.retelling`), up to the stage that the deal gives them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from wutong.events.hot import HotRow, insert_many
from wutong.lifecycle.contracts_retold import ContractStep, ToldContract, retell_contracts
from wutong.lifecycle.models import Contract, Lead, Stage
from wutong.people.models import Account
from wutong.platform.chinese import search_keys
from wutong.platform.models import Organisation, Staff
from wutong.sales.deal_events import happening
from wutong.sales.deal_rules import IN_ORDER, REASONS
from wutong.sales.models import (
    CLOSED,
    Opportunity,
    OpportunityLead,
    OpportunityPerson,
    OpportunityStage,
    OpportunityStay,
)
from wutong.sales.opportunities import DealReasonNeeded, NoSuchDealStep


@dataclass(frozen=True, kw_only=True)
class Part:
    """Somebody who has a say in a deal, and which."""

    subject_id: int
    person_id: int
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class DealStep:
    """The deal entered a stage, open or closed."""

    at: datetime
    to: OpportunityStage
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The contract that a won deal became: its term, and its steps since."""

    starts_on: date
    ends_on: date
    owner: Staff
    steps: Sequence[ContractStep] = ()


@dataclass(frozen=True, kw_only=True)
class ToldDeal:
    """A deal from its opening to the present day. The first of its ``people`` is the main contact."""

    lead: Lead
    account: Account
    name: str
    by: Staff
    opened_at: datetime
    close_on: date
    amount: Decimal
    people: Sequence[Part]
    steps: Sequence[DealStep] = ()
    competitor: str = ""
    next_step: str = ""
    next_step_at: datetime | None = None
    signed: Signed | None = None


_LEAD_OF = {OpportunityStage.WON: Stage.WON, OpportunityStage.LOST: Stage.LOST, OpportunityStage.INVALID: Stage.LOST}


def retell_deals(told: Sequence[ToldDeal]) -> None:
    """Store deals with their stays, people, leads, events and contracts. Opens no transaction.

    Raises:
        NoSuchDealStep, DealReasonNeeded: nothing is stored then.
    """
    currency = Organisation.objects.get().currency
    deals, stays, events = [], [], []
    contracts: list[ToldContract] = []
    for one in told:
        deal = _opened(one, currency)
        stays.append(_stay(deal, one, at=one.opened_at))
        events += happening("opportunity_opened", deal, _parts(one), at=one.opened_at)
        for step in one.steps:
            _check(deal, step)
            deal.stage, deal.reason, deal.changed_at = step.to, step.reason, step.at
            deal.version += 1
            stays[-1].left_at = step.at
            stays.append(_stay(deal, one, at=step.at, reason=step.reason))
            events += _moved(deal, one, step)
        if deal.stage in CLOSED:
            deal.closed_at = deal.changed_at
        if one.lead.stage != _LEAD_OF.get(OpportunityStage(deal.stage), Stage.OPPORTUNITY):
            raise NoSuchDealStep
        if one.signed is not None:
            contracts.append(_contract(deal, one, one.signed))
            deal.contract = contracts[-1].contract
        deals.append(deal)
    retell_contracts(contracts)
    for deal in deals:
        deal.contract_id = deal.contract.pk if deal.contract is not None else None
    Opportunity.objects.bulk_create(deals)
    OpportunityStay.objects.bulk_create(_known(stays))
    OpportunityLead.objects.bulk_create(
        [
            OpportunityLead(opportunity=deal, lead=one.lead, at=one.opened_at)
            for deal, one in zip(deals, told, strict=True)
        ]
    )
    OpportunityPerson.objects.bulk_create(
        [
            OpportunityPerson(
                opportunity=deal,
                subject_id=part.subject_id,
                person_id=part.person_id,
                role=part.role,
                is_main=part is one.people[0],
            )
            for deal, one in zip(deals, told, strict=True)
            for part in one.people
        ]
    )
    insert_many(events)


def _known(stays: list[OpportunityStay]) -> list[OpportunityStay]:
    """``stays`` with the ids that their deals have by now."""
    for stay in stays:
        stay.opportunity_id = stay.opportunity.pk
    return stays


def _opened(one: ToldDeal, currency: str) -> Opportunity:
    lead = one.lead
    return Opportunity(
        name=one.name,
        account=one.account,
        product_line_id=lead.product_line_id,
        scope_id=lead.scope_id,
        team_id=lead.team_id,
        owner=one.by,
        stage=OpportunityStage.DISCOVER,
        search_keys=search_keys([one.name, one.account.name]),
        amount=one.amount,
        currency=currency,
        close_on=one.close_on,
        competitor=one.competitor,
        next_step=one.next_step,
        next_step_at=one.next_step_at,
        created_at=one.opened_at,
        changed_at=one.opened_at,
        changed_by=one.by,
    )


def _check(deal: Opportunity, step: DealStep) -> None:
    if deal.stage in CLOSED or step.to not in (*IN_ORDER, *CLOSED):
        raise NoSuchDealStep
    if step.to in CLOSED and step.reason not in REASONS[step.to]:
        raise DealReasonNeeded


def _stay(deal: Opportunity, one: ToldDeal, *, at: datetime, reason: str = "") -> OpportunityStay:
    return OpportunityStay(
        opportunity=deal, stage=deal.stage, entered_at=at, entered_by=one.by, reason=reason, amount=one.amount
    )


def _moved(deal: Opportunity, one: ToldDeal, step: DealStep) -> list[HotRow]:
    name = "opportunity_closed" if step.to in CLOSED else "opportunity_moved"
    return happening(name, deal, _parts(one), at=step.at, reason=step.reason)


def _parts(one: ToldDeal) -> dict[int, int]:
    return {part.subject_id: part.person_id for part in one.people}


def _contract(deal: Opportunity, one: ToldDeal, signed: Signed) -> ToldContract:
    contract = Contract(
        account=one.account,
        subject_id=one.people[0].subject_id,
        person_id=one.people[0].person_id,
        product_line=one.lead.product_line,
        scope_id=deal.scope_id,
        team_id=signed.owner.team_id or deal.team_id,
        owner=signed.owner,
        amount=one.amount,
        currency=deal.currency,
        signed_at=deal.changed_at,
        starts_on=signed.starts_on,
        ends_on=signed.ends_on,
    )
    return ToldContract(contract=contract, by=one.by, steps=signed.steps)
