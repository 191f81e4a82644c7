"""The life of a deal: opened from an SQL, moved on, changed, won or lost. What is won becomes a contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.contracts import start_contracts
from wutong.lifecycle.models import Contract, Lead, Stage
from wutong.lifecycle.stages import Through, locked, step_many
from wutong.people.accounts import Employment, employ_many
from wutong.people.models import Account, Affiliation, Assurance, Identifier, IdentifierKind, Person
from wutong.platform.audit import record
from wutong.platform.calendar import months_later
from wutong.platform.chinese import search_keys
from wutong.platform.models import Organisation, Role, Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal
from wutong.sales.models import (
    CLOSED,
    Opportunity,
    OpportunityLead,
    OpportunityPerson,
    OpportunityStage,
    OpportunityStay,
)

REASONS: Mapping[OpportunityStage, Mapping[str, str | Promise]] = {
    OpportunityStage.WON: {
        "product": pgettext_lazy("win reason", "The product fits best"),
        "price": pgettext_lazy("win reason", "Price"),
        "trust": pgettext_lazy("win reason", "Trust and references"),
        "service": pgettext_lazy("win reason", "Service"),
    },
    OpportunityStage.LOST: {
        "price": pgettext_lazy("loss reason", "Price"),
        "competitor": pgettext_lazy("loss reason", "A competitor won"),
        "no_budget": pgettext_lazy("loss reason", "Budget was cut"),
        "no_decision": pgettext_lazy("loss reason", "No decision"),
        "missing_function": pgettext_lazy("loss reason", "A function is missing"),
    },
    OpportunityStage.INVALID: {
        "duplicate": pgettext_lazy("reason", "Duplicate"),
        "no_need": pgettext_lazy("reason", "No real need"),
        "mistake": pgettext_lazy("reason", "Opened by mistake"),
    },
}
"""Why a deal ends so; closing needs one."""
IN_ORDER = (
    OpportunityStage.DISCOVER,
    OpportunityStage.CONFIRM,
    OpportunityStage.PROPOSE,
    OpportunityStage.NEGOTIATE,
)
_SELLERS = frozenset({Role.SALES, Role.MANAGER})


class DealEditedMeanwhile(Refusal):
    """Somebody changed the opportunity since the page was drawn."""

    code = "deal_edited"
    message = _("%(name)s has changed this opportunity in the meantime. Nothing was saved; look at what is new first.")


class NotYourDeal(Refusal):
    """The opportunity is a colleague's."""

    code = "not_your_deal"
    message = _("This opportunity belongs to %(name)s. Ask for it, or ask a manager.")


class DealClosed(Refusal):
    """The opportunity is won, lost or invalid."""

    code = "deal_closed"
    message = _("This opportunity is closed. Open a new one for the next deal.")


class NoSuchDealStep(Refusal):
    """Not one of the stages that an open deal can be in."""

    code = "no_such_deal_step"
    message = _("An open opportunity cannot go there. To end it, close it as won, lost or invalid.")


class DealReasonNeeded(Refusal):
    """A deal is closed without saying why."""

    code = "deal_reason_needed"
    message = _("Choose why the opportunity ends so.")


class AmountNeeded(Refusal):
    """A deal is won for nothing."""

    code = "deal_amount_needed"
    message = _("Enter the amount: a won opportunity becomes a contract about it.")


class AmountImpossible(Refusal):
    """An amount below zero, or above what can be stored."""

    code = "deal_amount_impossible"
    message = _("The amount must lie between 0 and 999,999,999,999.99.")


class AnotherCompany(Refusal):
    """The lead and the deal belong to different companies."""

    code = "deal_of_another_company"
    message = _("This lead is with %(lead)s, the opportunity with %(deal)s. Choose an opportunity of the same company.")


class AnotherLine(Refusal):
    """The lead and the deal are about different product lines."""

    code = "deal_of_another_line"
    message = _("This lead is about “%(lead)s”, the opportunity about “%(deal)s”. Open an opportunity of its own.")


class MainContactStays(Refusal):
    """A deal without anybody to talk to: its contract would have no main contact either."""

    code = "main_contact_stays"
    message = _("This is the main contact. Make somebody else the main contact first.")


class NobodyToName(Refusal):
    """Somebody of whom no telephone, e-mail address or the like is known."""

    code = "nobody_to_name"
    message = _("Nothing is known by which this person could be recognised again. Add a way to reach them first.")


@dataclass(frozen=True, kw_only=True)
class Term:
    """When the contract of a won deal holds."""

    starts_on: date
    months: int = 12


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
    _check_amount(amount)
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
        _happened("opportunity_opened", deal, at=at)
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


def change_opportunity(
    *,
    opportunity: Opportunity,
    by: Staff,
    at: datetime,
    name: str,
    amount: Decimal | None,
    close_on: date,
    next_step: str = "",
    next_step_at: datetime | None = None,
    competitor: str = "",
) -> None:
    """Change what is known of an open deal.

    Args:
        opportunity: as the page showed it; its version is what the changer saw.

    Raises:
        DealEditedMeanwhile, DealClosed, NotYourDeal, AmountImpossible: see there.
    """
    _check_amount(amount)
    with transaction.atomic(durable=True):
        now = _locked(opportunity, by=by)
        fields = {
            "name": name,
            "amount": amount,
            "close_on": close_on,
            "next_step": next_step,
            "next_step_at": next_step_at,
            "competitor": competitor,
        }
        changed = sorted(field for field, value in fields.items() if getattr(now, field) != value)
        figures = {
            field: [_told(getattr(now, field)), _told(fields[field])]
            for field in changed
            if field in ("amount", "close_on")
        }
        for field, value in fields.items():
            setattr(now, field, value)
        now.search_keys = search_keys([name, now.account.name])
        _save(now, by=by, at=at)
        record("sales.opportunity_changed", actor=by, subject=now, at=at, fields=changed, figures=figures)


def move_opportunity(*, opportunity: Opportunity, to: OpportunityStage, by: Staff, at: datetime) -> None:
    """Move an open deal to another open stage, on or back.

    Raises:
        NoSuchDealStep: ``to`` is a closed stage; :func:`close_opportunity` asks what that needs.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    if to not in IN_ORDER:
        raise NoSuchDealStep
    with transaction.atomic(durable=True):
        now = _locked(opportunity, by=by)
        before = now.stage
        if before == to:
            return
        _enter(now, to, by=by, at=at)
        _happened("opportunity_moved", now, at=at)
        record("sales.opportunity_moved", actor=by, subject=now, at=at, before=before, after=to.value)


def close_opportunity(
    *,
    opportunity: Opportunity,
    to: OpportunityStage,
    by: Staff,
    at: datetime,
    reason: str,
    amount: Decimal | None = None,
    competitor: str = "",
    term: Term | None = None,
) -> Contract | None:
    """End a deal, and with it the leads that feed it; a won one becomes a contract.

    Args:
        amount: what was agreed; the deal's own by default.
        term: of the contract; a year from tomorrow by default.

    Returns:
        the contract of a won deal.

    Raises:
        NoSuchDealStep, DealReasonNeeded, AmountNeeded, AmountImpossible, TermImpossible: see there.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    if to not in CLOSED:
        raise NoSuchDealStep
    if reason not in REASONS[to]:
        raise DealReasonNeeded
    _check_amount(amount)
    with transaction.atomic(durable=True):
        now = _locked(opportunity, by=by)
        now.amount = now.amount if amount is None else amount
        now.competitor = competitor or now.competitor
        if to == OpportunityStage.WON and now.amount is None:
            raise AmountNeeded
        leads = list(Lead.objects.select_for_update(no_key=True).filter(deals__opportunity=now).order_by("pk"))
        contract = None
        if to == OpportunityStage.WON:
            contract = _contract(now, term or Term(starts_on=_today(at) + timedelta(days=1)), at=at)
            start_contracts([contract], by=by, at=at)
            now.contract = contract
        now.closed_at, now.next_step, now.next_step_at = at, "", None
        _enter(now, to, by=by, at=at, reason=reason)
        step_many(
            [lead for lead in leads if lead.stage == Stage.OPPORTUNITY],
            to=Stage.WON if to == OpportunityStage.WON else Stage.LOST,
            by=by,
            at=at,
            reason=reason,
            through=Through.CLOSING,
        )
        _happened("opportunity_closed", now, at=at, reason=reason)
        record("sales.opportunity_closed", actor=by, subject=now, at=at, after=to.value, reason=reason)
        announce([(0, 0, "lead_changed", ["inbox"])])
    return contract


def name_person(
    *, opportunity: Opportunity, person: Person, by: Staff, at: datetime, role: str, is_main: bool = False
) -> None:
    """Say which part somebody has in the deal; again to change it.

    Raises:
        NobodyToName: the person has no identifier that names a human.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(opportunity, by=by)
        known = OpportunityPerson.objects.filter(opportunity=now, person=person).order_by("pk").first()
        if is_main:
            OpportunityPerson.objects.filter(opportunity=now).update(is_main=False)
        if known is not None:
            known.role, known.is_main = role, is_main or known.is_main
            known.save(update_fields=["role", "is_main"])
        else:
            OpportunityPerson.objects.create(
                opportunity=now, subject=subject_of(person), person=person, role=role, is_main=is_main
            )
        _save(now, by=by, at=at)
        record("sales.person_named", actor=by, subject=now, at=at, person=str(person.public_id), role=role)


def remove_person(*, opportunity: Opportunity, person: Person, by: Staff, at: datetime) -> None:
    """Take somebody out of the deal.

    Raises:
        MainContactStays: a deal keeps somebody to talk to.
        DealEditedMeanwhile, DealClosed, NotYourDeal: see there.
    """
    with transaction.atomic(durable=True):
        now = _locked(opportunity, by=by)
        parts = OpportunityPerson.objects.filter(opportunity=now, person=person)
        if parts.filter(is_main=True).exists():
            raise MainContactStays
        parts.delete()
        _save(now, by=by, at=at)
        record("sales.person_removed", actor=by, subject=now, at=at, person=str(person.public_id))


def may_change(opportunity: Opportunity, *, by: Staff) -> bool:
    """Whether ``by`` may work on ``opportunity`` as it is."""
    is_theirs = opportunity.owner_id == by.pk or by.role == Role.MANAGER
    return by.role in _SELLERS and is_theirs and opportunity.stage not in CLOSED


def _locked(opportunity: Opportunity, *, by: Staff) -> Opportunity:
    # The row comes alone: joined to whoever changed it before we waited for it, it would not be found at all.
    now = Opportunity.objects.select_for_update(no_key=True).get(pk=opportunity.pk)
    if now.version != opportunity.version:
        raise DealEditedMeanwhile(name=now.changed_by.full_name)
    if now.stage in CLOSED:
        raise DealClosed
    if not may_change(now, by=by):
        raise NotYourDeal(name=now.owner.full_name)
    return now


def _enter(deal: Opportunity, to: OpportunityStage, *, by: Staff, at: datetime, reason: str = "") -> None:
    OpportunityStay.objects.filter(opportunity=deal, left_at=None).update(left_at=Greatest(at, F("entered_at")))
    OpportunityStay.objects.create(
        opportunity=deal, stage=to, entered_at=at, entered_by=by, reason=reason, amount=deal.amount
    )
    deal.stage, deal.reason = to, reason
    _save(deal, by=by, at=at)


def _save(deal: Opportunity, *, by: Staff, at: datetime) -> None:
    deal.changed_at, deal.changed_by = at, by
    deal.version += 1
    deal.save()


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


def _contract(deal: Opportunity, term: Term, *, at: datetime) -> Contract:
    main = OpportunityPerson.objects.filter(opportunity=deal).order_by("-is_main", "pk").first()
    if main is None or deal.amount is None:
        raise AmountNeeded
    return Contract(
        account_id=deal.account_id,
        subject_id=main.subject_id,
        person_id=main.person_id,
        product_line=deal.product_line,
        scope_id=deal.scope_id,
        team_id=deal.team_id,
        owner_id=deal.owner_id,
        amount=deal.amount,
        currency=deal.currency,
        signed_at=at,
        starts_on=term.starts_on,
        ends_on=months_later(term.starts_on, term.months) - timedelta(days=1),
    )


def subject_of(person: Person) -> Identifier:
    """The strongest identifier of ``person``: a browser may turn out to be shared, and would take the part along."""
    strongest = min(
        (one for one in person.identifiers.all() if not IdentifierKind(one.kind).is_weak),
        key=lambda one: (IdentifierKind(one.kind).rank, one.pk),
        default=None,
    )
    if strongest is None:
        raise NobodyToName
    return strongest


def _today(at: datetime) -> date:
    return at.astimezone(ZoneInfo(Organisation.objects.get().zone)).date()


def _told(value: Any) -> str | None:
    return None if value is None else str(value)


def _check_amount(amount: Decimal | None) -> None:
    if amount is not None and not Decimal(0) <= amount < Decimal(10) ** 12:
        raise AmountImpossible


def _happened(name: str, deal: Opportunity, *, at: datetime, reason: str = "") -> None:
    """One event for each person who feeds the deal or has a part in it, so that each timeline tells of it."""
    parts = dict(OpportunityPerson.objects.filter(opportunity=deal).values_list("subject_id", "person_id"))
    insert_many(happening(name, deal, parts, at=at, reason=reason))


def happening(
    name: str, deal: Opportunity, parts: Mapping[int, int], *, at: datetime, reason: str = ""
) -> list[HotRow]:
    """The events of a deal as it is now, one for each of ``parts`` (subject: person), not yet stored."""
    return [
        HotRow(
            id=new_id(at),
            name=name,
            occurred_at=at,
            received_at=at,
            source="staff",
            subject_id=subject_id,
            person_id=person_id,
            props={"opportunity": str(deal.public_id), "stage": deal.stage, "reason": reason},
            digest=digest_of(name, str(deal.public_id), deal.stage, subject_id, at.isoformat()),
        )
        for subject_id, person_id in sorted(parts.items())
    ]
