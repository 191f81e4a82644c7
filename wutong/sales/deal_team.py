"""Colleagues who work on a deal together: let in by its owner or a manager, and taken off again.

Whoever was let in sees the deal, its company and the people who have a part in it; whose role works on deals works on
this one, too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.in_hand import is_within_scopes
from wutong.lifecycle.models.lead import forget_accounts_of
from wutong.lifecycle.models.let_in import LettingIn
from wutong.people.models import Person
from wutong.platform.audit import record
from wutong.platform.in_hand import Batch, InHand, in_turns, tally
from wutong.platform.models import Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.permissions import GRANTS, may
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal
from wutong.sales.deal_rules import NotYourDeal
from wutong.sales.models import Opportunity, OpportunityCollaborator


class CannotSeeDeals(Refusal):
    code = "cannot_see_deals"
    message = _("%(name)s has left, works with no opportunities, or in another part of the business. Choose another.")


class OnDealAlready(Refusal):
    code = "on_deal_already"
    message = _("%(name)s works on this opportunity already.")


class OnDealNoLonger(Refusal):
    code = "on_deal_no_longer"
    message = _("%(name)s no longer works on this opportunity. Reload the page.")


def may_let_in(deal: Opportunity, *, by: Staff) -> bool:
    """Whether ``by`` says who works on a deal: its owner and managers do."""
    return may(by, "deals.work") and (deal.owner_id == by.pk or may(by, "routing.manage"))


def let_in_to_deal(*, opportunity: Opportunity, staff: Staff, by: Staff, at: datetime, reason: str = "") -> None:
    """Let ``staff`` see a deal and work on it; they are told.

    Raises:
        NotYourDeal, CannotSeeDeals, OnDealAlready: see there.
    """
    with transaction.atomic(durable=True):
        deal = Opportunity.objects.select_for_update(no_key=True).get(pk=opportunity.pk)
        if not may_let_in(deal, by=by):
            raise NotYourDeal(name=deal.owner.full_name)
        if not may(staff, "deals.read") or not is_within_scopes(deal, staff):
            raise CannotSeeDeals(name=staff.full_name)
        given = {"reason": reason.strip()[:200], "by": by, "at": at}
        _row, is_new = OpportunityCollaborator.objects.get_or_create(opportunity=deal, staff=staff, defaults=given)
        if deal.owner_id == staff.pk or not is_new:
            raise OnDealAlready(name=staff.full_name)
        forget_accounts_of(staff)
        record("sales.opportunity_shared", actor=by, subject=deal, at=at, to=str(staff.public_id))
        if staff.pk != by.pk:
            notify_many([_notice(deal, to=staff, by=by)], at=at)


def take_off_deal(*, collaborator: OpportunityCollaborator, by: Staff, at: datetime) -> None:
    """Take it back, or give it back oneself. Whoever sees the deal for another reason goes on seeing it.

    Raises:
        NotYourDeal, OnDealNoLonger: see there.
    """
    with transaction.atomic(durable=True):
        deal, staff = collaborator.opportunity, collaborator.staff
        if by.pk not in (staff.pk, collaborator.by_id) and not may_let_in(deal, by=by):
            raise NotYourDeal(name=deal.owner.full_name)
        if not OpportunityCollaborator.objects.filter(pk=collaborator.pk).delete()[0]:
            raise OnDealNoLonger(name=staff.full_name)
        forget_accounts_of(staff)
        record("sales.opportunity_unshared", actor=by, subject=deal, at=at, to=str(staff.public_id))


def now_its_owners(deals: Sequence[Opportunity]) -> None:
    """Whoever has become the owner of one of ``deals`` is let in to it no longer: else they would go on seeing it once
    they give it away. Opens no transaction.
    """
    OpportunityCollaborator.objects.filter(opportunity__in=deals, staff=F("opportunity__owner")).delete()


@ready_made
def collaborators_of_deal(deal: int) -> QuerySet[OpportunityCollaborator]:
    """Who was let in, the first first."""
    rows = OpportunityCollaborator.objects.filter(opportunity=deal)
    return rows.select_related("staff", "by").order_by("at", "pk")


@ready_made
def who_may_be_let_in() -> QuerySet[Staff]:
    """Colleagues whose role works with deals, by name."""
    roles = [role for role, codes in GRANTS.items() if "deals.read" in codes]
    found: QuerySet[Staff] = Staff.objects.active().filter(role__in=roles)
    return found.order_by("sort_key", "pk")[:500]


def _why(person: Person) -> Mapping[int, str]:
    deals = OpportunityCollaborator.objects.filter(opportunity__people__person=person).select_related("opportunity")
    said = gettext("works on the opportunity “%(name)s”, in which this person has a part")
    return {one.staff_id: said % {"name": one.opportunity.name} for one in deals}


LETTING_IN = LettingIn(
    rows=lambda staff: OpportunityCollaborator.objects.filter(staff=staff),
    people="opportunity__people__person",
    who=_why,
)


def _move_shared_deals(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if may(one, "deals.read")]
    shared = OpportunityCollaborator.objects.select_for_update(of=("self",)).filter(staff=batch.source)
    rows = list(shared.select_related("opportunity").order_by("pk")[: batch.limit])
    fitting = [row for row in rows if any(is_within_scopes(row.opportunity, one) for one in able)]
    given = in_turns(fitting, able, lambda row, one: is_within_scopes(row.opportunity, one))
    OpportunityCollaborator.objects.bulk_create(
        [
            OpportunityCollaborator(opportunity=row.opportunity, staff=to, reason=row.reason, by=batch.by, at=batch.at)
            for row, to in given
            if row.opportunity.owner_id != to.pk
        ],
        ignore_conflicts=True,  # who works on it already stays so
    )
    shared.filter(pk__in=[row.pk for row in fitting]).delete()
    before = str(batch.source.public_id)
    for row, to in given:
        told = {"to": str(to.public_id), "before": before}
        record("sales.opportunity_shared", actor=batch.by, subject=row.opportunity, at=batch.at, **told)
    for one in (batch.source, *able):
        forget_accounts_of(one)
    return tally(given)


SHARED_DEALS = InHand(
    code="shared_opportunities",
    label=_("Opportunities they were let in to"),
    count=lambda staff: OpportunityCollaborator.objects.filter(staff=staff).count(),
    move=_move_shared_deals,
)


def _notice(deal: Opportunity, *, to: Staff, by: Staff) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind="deal_shared",
        group=f"opportunity:{deal.public_id}",
        params={"name": deal.name, "company": deal.account.name, "by": by.full_name},
        url=f"/opportunities/{deal.public_id}/",
    )
