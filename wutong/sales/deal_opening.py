"""How an SQL becomes a deal, or feeds one that is open already."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.stages import Through, locked, step_many
from wutong.people.accounts import Employment, employ_many
from wutong.people.models import Account, Affiliation, Assurance
from wutong.platform.audit import record
from wutong.platform.chinese import search_keys
from wutong.platform.models import Organisation, Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal
from wutong.sales.deal_events import happened
from wutong.sales.deal_rules import DealClosed, NotYourDeal, check_amount, may_change
from wutong.sales.models import CLOSED, Opportunity, OpportunityLead, OpportunityPerson, OpportunityStay


class AnotherCompany(Refusal):
    """The lead and the deal belong to different companies."""

    code = "deal_of_another_company"
    message = _("This lead is with %(lead)s, the opportunity with %(deal)s. Choose an opportunity of the same company.")


class AnotherLine(Refusal):
    """The lead and the deal are about different product lines."""

    code = "deal_of_another_line"
    message = _("This lead is about “%(lead)s”, the opportunity about “%(deal)s”. Open an opportunity of its own.")


def open_opportunity(
    *,
    lead: Lead,
    by: Staff,
    at: datetime,
    account: Account | str,
    name: str,
    close_on: date,
    amount: Decimal | None = None,
    next_step: str = "",
    next_step_at: datetime | None = None,
    role: str = "",
) -> Opportunity:
    """Open a deal from an SQL; the lead's person is its main contact, and the lead goes to the deal's company.

    Args:
        account: the company, or the name of one (with letters): found or added, and the lead's person works there.

    Raises:
        MovedMeanwhile, NoSuchStep, NotYourStep: the lead's machine says no.
        AmountImpossible: see there.
    """
    check_amount(amount)
    with transaction.atomic(durable=True):
        now = locked(lead)
        step_many([now], to=Stage.OPPORTUNITY, by=by, at=at, through=Through.OPPORTUNITY)
        company = account if isinstance(account, Account) else _named(now, account, by=by, at=at)
        organisation = Organisation.objects.get()
        deal = Opportunity.objects.create(
            name=name,
            account=company,
            product_line_id=now.product_line_id,
            scope_id=now.scope_id,
            team_id=now.team_id,
            owner=now.owner or by,
            amount=amount,
            currency=organisation.currency,
            close_on=close_on,
            next_step=next_step,
            next_step_at=next_step_at,
            created_at=at,
            changed_at=at,
            changed_by=by,
            search_keys=search_keys([name, company.name]),
        )
        OpportunityStay.objects.create(opportunity=deal, stage=deal.stage, entered_at=at, entered_by=by, amount=amount)
        _feed(deal, now, at=at, role=role, is_main=True)
        happened("opportunity_opened", deal, at=at)
        record("sales.opportunity_opened", actor=by, subject=deal, at=at)
        announce([(0, 0, "lead_changed", ["inbox"])])
    return deal


def feed_opportunity(*, opportunity: Opportunity, lead: Lead, by: Staff, at: datetime, role: str = "") -> None:
    """Let an SQL feed a deal that is open already.

    Raises:
        AnotherCompany: the lead is known to be with another account.
        AnotherLine: the lead is about another product line.
        NotYourDeal: a colleague's, whose closing would close the lead.
        DealClosed, MovedMeanwhile, NoSuchStep, NotYourStep: see there.
    """
    with transaction.atomic(durable=True):
        deal = Opportunity.objects.select_for_update(no_key=True).get(pk=opportunity.pk)
        if deal.stage in CLOSED:
            raise DealClosed
        if not may_change(deal, by=by):
            raise NotYourDeal(name=deal.owner.full_name)
        now = locked(lead)
        if now.product_line_id != deal.product_line_id:
            raise AnotherLine(lead=now.product_line.name, deal=deal.product_line.name)
        if now.account is not None and now.account != deal.account:
            raise AnotherCompany(lead=now.account.name, deal=deal.account.name)
        step_many([now], to=Stage.OPPORTUNITY, by=by, at=at, through=Through.OPPORTUNITY)
        _feed(deal, now, at=at, role=role, is_main=False)
        record("sales.lead_joined_opportunity", actor=by, subject=deal, at=at)
        announce([(0, 0, "lead_changed", ["inbox"])])


def _named(lead: Lead, company: str, *, by: Staff, at: datetime) -> Account:
    """The company that a colleague names, found or added; the person works there from now on."""
    named = Employment(
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        company=company,
        title=lead.person.title,
        source="staff",
        assurance=Assurance.STAFF,
    )
    account = employ_many([named], at=at)[lead.subject_id]
    record("sales.company_named", actor=by, subject=account, at=at, person=str(lead.person.public_id))
    return account


def _feed(deal: Opportunity, lead: Lead, *, at: datetime, role: str, is_main: bool) -> None:
    OpportunityLead.objects.create(opportunity=deal, lead=lead, at=at)
    if lead.account_id != deal.account_id:
        lead.account_id = deal.account_id
        lead.save(update_fields=["account"])
    if OpportunityPerson.objects.filter(opportunity=deal, person=lead.person_id).exists():
        return
    known = Affiliation.objects.filter(person=lead.person_id, account=deal.account_id).first()
    OpportunityPerson.objects.create(
        opportunity=deal,
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        role=role or (known.buying_role if known is not None else ""),
        is_main=is_main,
    )
