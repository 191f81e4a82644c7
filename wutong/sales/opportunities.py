"""The life of an open deal: changed, moved on, won or lost. What is won becomes a contract."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.contracts import start_contracts
from wutong.lifecycle.models import Contract, Lead, Stage
from wutong.lifecycle.stages import Through, step_many
from wutong.platform.audit import record
from wutong.platform.calendar import months_later
from wutong.platform.chinese import search_keys
from wutong.platform.models import Organisation, Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal
from wutong.sales.deal_events import happened
from wutong.sales.deal_rules import IN_ORDER, REASONS, check_amount, locked_deal, save_deal
from wutong.sales.models import CLOSED, Opportunity, OpportunityPerson, OpportunityStage, OpportunityStay


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


@dataclass(frozen=True, kw_only=True)
class Term:
    """When the contract of a won deal holds."""

    starts_on: date
    months: int = 12


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
    check_amount(amount)
    with transaction.atomic(durable=True):
        now = locked_deal(opportunity, by=by)
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
        save_deal(now, by=by, at=at)
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
        now = locked_deal(opportunity, by=by)
        before = now.stage
        if before == to:
            return
        _enter(now, to, by=by, at=at)
        happened("opportunity_moved", now, at=at)
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
    check_amount(amount)
    with transaction.atomic(durable=True):
        now = locked_deal(opportunity, by=by)
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
        happened("opportunity_closed", now, at=at, reason=reason)
        record("sales.opportunity_closed", actor=by, subject=now, at=at, after=to.value, reason=reason)
        announce([(0, 0, "lead_changed", ["inbox"])])
    return contract


def _enter(deal: Opportunity, to: OpportunityStage, *, by: Staff, at: datetime, reason: str = "") -> None:
    OpportunityStay.objects.filter(opportunity=deal, left_at=None).update(left_at=Greatest(at, F("entered_at")))
    OpportunityStay.objects.create(
        opportunity=deal, stage=to, entered_at=at, entered_by=by, reason=reason, amount=deal.amount
    )
    deal.stage, deal.reason = to, reason
    save_deal(deal, by=by, at=at)


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


def _today(at: datetime) -> date:
    return at.astimezone(ZoneInfo(Organisation.objects.get().zone)).date()


def _told(value: Any) -> str | None:
    return None if value is None else str(value)
