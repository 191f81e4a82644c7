"""What the page of one deal tells of it, to one colleague."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from wutong.lifecycle.models import Contract, Lead, Stage
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Affiliation, Person
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made
from wutong.sales.models import Opportunity, OpportunityLead, OpportunityPerson, OpportunityStay
from wutong.sales.risks import SILENT_AFTER, marked

CANDIDATES = 8


def deal_in_sight(public_id: UUID, staff: Staff, *, at: datetime, zone: ZoneInfo) -> Opportunity | None:
    """The deal with its risks, if ``staff`` may see it."""
    found = _in_sight(
        viewer_of(staff), public_id, at=at, silent_since=at - SILENT_AFTER, today=at.astimezone(zone).date()
    )
    return found[0] if found else None


@ready_made
def _in_sight(
    viewer: Viewer, public_id: UUID, *, at: datetime, silent_since: datetime, today: date
) -> QuerySet[Opportunity]:
    deals = Opportunity.objects.visible_to(viewer.staff).filter(public_id=public_id)
    joined = deals.for_list("owner", "product_line", "team", "changed_by").defer("account__name_grams")
    return marked(joined, at=at, silent_since=silent_since, today=today)


@ready_made
def parts_of(deal: int) -> QuerySet[OpportunityPerson]:
    """Who has a part in a deal, the main contact first."""
    parts = OpportunityPerson.objects.filter(opportunity=deal).select_related("person")
    return parts.defer("person__search_keys").order_by("-is_main", "pk")


@ready_made
def people_in_sight(viewer: Viewer, people: list[int]) -> QuerySet[Person]:
    """Those of ``people`` whom the colleague may see."""
    return people_visible_to(viewer.staff).filter(pk__among=people).defer("search_keys").order_by("pk")


@ready_made
def candidates_for(viewer: Viewer, deal: int, account: int) -> QuerySet[Affiliation]:
    """Places in the company whose people are in sight and have no part in the deal yet, one a person."""
    return places_of(people_visible_to(viewer.staff), deal, account)


def places_of(people: QuerySet[Person], deal: int, account: int) -> QuerySet[Affiliation]:
    """The same, of ``people``."""
    taken = OpportunityPerson.objects.filter(opportunity=deal).order_by().values("person")
    places = Affiliation.objects.filter(account=account, person__in=people).exclude(person__in=taken)
    newest = places.select_related("person").defer("person__search_keys").order_by("person", "-created_at")
    return newest.distinct("person")[:CANDIDATES]


@ready_made
def fed_by(deal: int) -> QuerySet[OpportunityLead]:
    """The leads that feed a deal, the first first."""
    feeding = OpportunityLead.objects.filter(opportunity=deal).select_related("lead__person", "lead__owner")
    return feeding.defer("lead__person__search_keys").order_by("at")


@ready_made
def feedable(viewer: Viewer, account: int, product_line: int) -> QuerySet[Lead]:
    """Leads of its company that could feed a deal, the latest touched first."""
    leads = Lead.objects.visible_to(viewer.staff).filter(stage=Stage.SQL, account=account, product_line=product_line)
    joined = leads.select_related("person", "owner").defer("person__search_keys")
    return joined.order_by("-last_touch_at")[:10]


@ready_made
def stays_of(deal: int) -> QuerySet[OpportunityStay]:
    """Where a deal has been, the latest first."""
    stays = OpportunityStay.objects.filter(opportunity=deal).select_related("entered_by")
    return stays.order_by("-entered_at", "-pk")[:20]


@ready_made
def contract_of(viewer: Viewer, deal: int) -> QuerySet[Contract]:
    """What a deal has become, if that is in sight."""
    return Contract.objects.visible_to(viewer.staff).filter(opportunity=deal)[:1]
