"""What deals show on pages that know nothing of deals: the day's page, a person's page, a lead's."""

from typing import Any

from django.db.models import Count, QuerySet

from wutong.lifecycle.models import Contract, Lead, Stage
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.people.models import Person
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.sales.models import Opportunity, OpportunityPerson

_SHOWN = 8
_OF_STEP = ("public_id", "name", "stage", "amount", "currency", "next_step", "next_step_at", "account__name")


def next_steps_of(staff: Staff) -> dict[str, Any] | None:
    """The open deals of a salesperson by their planned step, those without a plan first: they are at risk."""
    if staff.role != Role.SALES:
        return None
    viewer = viewer_of(staff)
    planless = _by_next_step(viewer, owner=staff.pk, has_one=False)
    planned = _by_next_step(viewer, owner=staff.pk, has_one=True) if len(planless) < _SHOWN else []
    deals = [*planless, *planned][:_SHOWN]
    n = next(iter(_counted(viewer, owner=staff.pk)), 0) if len(deals) == _SHOWN else len(deals)
    return {"deals": deals, "n": n}


@ready_made
def _by_next_step(viewer: Viewer, *, owner: int, has_one: bool) -> QuerySet[Opportunity]:
    own = _open_of(viewer, owner).filter(next_step_at__isnull=not has_one).select_related("account").only(*_OF_STEP)
    return own.order_by("next_step_at" if has_one else "close_on", "pk")[:_SHOWN]


@ready_made
def _counted(viewer: Viewer, *, owner: int) -> QuerySet[Opportunity, int]:
    """How many; no row for none."""
    own = _open_of(viewer, owner).order_by().values("owner")
    return own.annotate(n=Count("pk")).values_list("n", flat=True)


def _open_of(viewer: Viewer, owner: int) -> QuerySet[Opportunity]:
    return Opportunity.objects.visible_to(viewer.staff).open().filter(owner=owner)


def deals_of_lead(staff: Staff, lead: Lead) -> dict[str, Any] | None:
    """The deals that a lead feeds, as far as seen: from the inbox on to where the work goes on."""
    if lead.stage not in (Stage.OPPORTUNITY, Stage.WON, Stage.LOST) or not may(staff, "deals.read"):
        return None
    deals = list(
        Opportunity.objects.visible_to(staff).filter(leads__lead=lead).for_list("owner").order_by("-created_at")
    )
    return {"deals": deals} if deals else None


def deals_of_person(staff: Staff, person: Person) -> dict[str, Any] | None:
    """The deals in which a person has a part and the contracts whose main contact they are, as far as seen."""
    viewer = viewer_of(staff)
    deals = _deals_of(viewer, person.pk) if may(staff, "deals.read") else []
    contracts = _contracts_of(viewer, person.pk) if may(staff, "contracts.work") else []
    return {"deals": deals, "contracts": contracts} if deals or contracts else None


@ready_made
def _deals_of(viewer: Viewer, person: int) -> QuerySet[Opportunity]:
    parts = OpportunityPerson.objects.filter(person=person).order_by().values("opportunity")
    deals = Opportunity.objects.visible_to(viewer.staff).filter(pk__in=parts).for_list("owner")
    return deals.order_by("-changed_at")[:20]


@ready_made
def _contracts_of(viewer: Viewer, person: int) -> QuerySet[Contract]:
    contracts = Contract.objects.visible_to(viewer.staff).filter(person=person)
    joined = contracts.select_related("account", "product_line").defer("account__search_keys", "account__name_grams")
    return joined.order_by("-signed_at")[:20]
