"""Who may work on a deal, how it is held for a change, and what its amount and its ending may be."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.lead import is_let_in_anywhere
from wutong.platform.models import Role, Staff
from wutong.platform.once_a_page import once_a_page
from wutong.platform.refusal import Refusal
from wutong.sales.models import CLOSED, Opportunity, OpportunityCollaborator, OpportunityStage

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


class AmountImpossible(Refusal):
    """An amount below zero, or above what can be stored."""

    code = "deal_amount_impossible"
    message = _("The amount must lie between 0 and 999,999,999,999.99.")


def may_change(opportunity: Opportunity, *, by: Staff) -> bool:
    """Whether ``by`` may work on ``opportunity`` as it is."""
    if by.role not in _SELLERS or opportunity.stage in CLOSED:
        return False
    is_theirs = opportunity.owner_id == by.pk or by.role == Role.MANAGER
    return is_theirs or (is_let_in_anywhere(by) and opportunity.pk in _deals_shared_with(by.pk))


@once_a_page
def _deals_shared_with(staff: int) -> frozenset[int]:
    """The ids of the deals to which a colleague was let in."""
    return frozenset(OpportunityCollaborator.objects.filter(staff=staff).values_list("opportunity", flat=True))


def locked_deal(opportunity: Opportunity, *, by: Staff) -> Opportunity:
    # The row comes alone: joined to whoever changed it before we waited for it, it would not be found at all.
    now = Opportunity.objects.select_for_update(no_key=True).get(pk=opportunity.pk)
    if now.version != opportunity.version:
        raise DealEditedMeanwhile(name=now.changed_by.full_name)
    if now.stage in CLOSED:
        raise DealClosed
    if not may_change(now, by=by):
        raise NotYourDeal(name=now.owner.full_name)
    return now


def save_deal(deal: Opportunity, *, by: Staff, at: datetime) -> None:
    deal.changed_at, deal.changed_by = at, by
    deal.version += 1
    deal.save()


def check_amount(amount: Decimal | None) -> None:
    if amount is not None and not Decimal(0) <= amount < Decimal(10) ** 12:
        raise AmountImpossible
