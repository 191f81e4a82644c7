"""What the page of one company tells: who is in sight, who of us knows them, figures, leads, deals and contracts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from wutong.lifecycle.models import CLOSED_STAGES, AccountOwner, Contract, FollowUp, Lead
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.sales.accounts import Row, accounts_visible_to
from wutong.sales.models import Opportunity, OpportunityPerson, OpportunityStage

_MOST_PEOPLE = 200
_SHOWN = 50


@dataclass(frozen=True)
class Acquaintance:
    """A colleague who knows people of the company. ``closeness`` is 0 to 3; ``people``: how many were reached."""

    staff: Staff
    contacts: int
    last_at: datetime | None
    people: int = 0
    closeness: int = 0


def account_in_sight(public_id: UUID, staff: Staff) -> Account | None:
    """The company that ``staff`` may see; of an entry that was merged the one that remains."""
    named = next(iter(_named(public_id)), None)
    while named is not None and named.merged_into is not None:
        named = named.merged_into
    return named if named is not None and _in_sight(viewer_of(staff), named.pk) else None


@ready_made
def _named(public_id: UUID) -> QuerySet[Account]:
    return Account.objects.filter(public_id=public_id).defer("search_keys", "name_grams")


@ready_made
def _in_sight(viewer: Viewer, account: int) -> QuerySet[Account, int]:
    return accounts_visible_to(viewer.staff, among=[account]).values_list("pk", flat=True)


def row_of(account: Account, staff: Staff, *, places: Sequence[Affiliation], owners: Sequence[AccountOwner]) -> Row:
    """A company's figures as the list of companies tells them.

    Args:
        places: of :func:`people_of`.
        owners: of :func:`owners_of`.
    """
    viewer, row = viewer_of(staff), Row(account, people=len(places))
    if len(places) == _MOST_PEOPLE:
        (row.people,) = _count_people(viewer, account.pk)
    names = set()
    for name, n, at in _leads_by_owner(viewer, account.pk):
        names.add(name)
        row.open_leads += n
        row.last_touch_at = max(filter(None, (row.last_touch_at, at)), default=None)
    if may(staff, "deals.read"):
        for name, is_open, is_won in _deals_by_owner(viewer, account.pk):
            names.add(name)
            row.open_amount, row.won_amount = _plus(row.open_amount, is_open), _plus(row.won_amount, is_won)
    row.owners = list(dict.fromkeys([*(one.owner.full_name for one in owners), *sorted(filter(None, names))]))
    return row


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one + (other or 0)


@ready_made
def _count_people(viewer: Viewer, account: int) -> QuerySet[Affiliation, int]:
    places = Affiliation.objects.filter(account=account, person__in=people_visible_to(viewer.staff)).order_by()
    return places.values("account").annotate(n=Count("person", distinct=True)).values_list("n", flat=True)


@ready_made
def _leads_by_owner(viewer: Viewer, account: int) -> QuerySet[Lead, tuple[str | None, int, datetime | None]]:
    leads = Lead.objects.visible_to(viewer.staff).filter(account=account).order_by().values_list("owner__full_name")
    is_open = ~Q(stage__in=CLOSED_STAGES)
    return leads.annotate(n=Count("pk", filter=is_open), at=Max("last_touch_at", filter=is_open))


@ready_made
def _deals_by_owner(
    viewer: Viewer, account: int
) -> QuerySet[Opportunity, tuple[str | None, Decimal | None, Decimal | None]]:
    deals = Opportunity.objects.visible_to(viewer.staff).filter(account=account).order_by()
    is_open, is_won = Q(closed_at=None), Q(stage=OpportunityStage.WON)
    return deals.values_list("owner__full_name").annotate(
        is_open=Sum("amount", filter=is_open), is_won=Sum("amount", filter=is_won)
    )


@ready_made
def owners_of(account: int) -> QuerySet[AccountOwner]:
    """Who looks after a company, by product line."""
    owners = AccountOwner.objects.filter(account=account).select_related("owner", "product_line")
    return owners.order_by("product_line__position", "product_line")


def people_of(account: Account, staff: Staff) -> list[Affiliation]:
    """Who of the company is in sight, one place a person; those whose part is known first.

    A part that is not known of the place is taken from the deal in sight that changed last.
    """
    viewer = viewer_of(staff)
    newest = _newest_places(viewer, account.pk)
    if may(staff, "deals.read"):
        in_deals = dict(_parts(viewer, account.pk))
        for place in newest:
            place.buying_role = place.buying_role or in_deals.get(place.person_id, "")
    return sorted(newest, key=lambda place: (not place.buying_role, place.person.sort_key))


@ready_made
def _newest_places(viewer: Viewer, account: int) -> QuerySet[Affiliation]:
    places = Affiliation.objects.filter(account=account, person__in=people_visible_to(viewer.staff))
    newest = places.select_related("person").defer("person__search_keys").order_by("person", "-created_at")
    return newest.distinct("person")[:_MOST_PEOPLE]


@ready_made
def _parts(viewer: Viewer, account: int) -> QuerySet[OpportunityPerson, tuple[int, str]]:
    deals = Opportunity.objects.visible_to(viewer.staff).filter(account=account)
    parts = OpportunityPerson.objects.filter(opportunity__in=deals).exclude(role="")
    return parts.order_by("opportunity__changed_at").values_list("person", "role")


def acquaintances(people: Sequence[Person], account: Account, staff: Staff, *, at: datetime) -> list[Acquaintance]:
    """Who of us knows ``people``: by contacts on leads in sight, the closest first, and by owning such a lead."""
    viewer, ids = viewer_of(staff), [person.pk for person in people]
    counted = {pk: (n, last, known) for pk, n, last, known in _contacts_by(viewer, ids, account.pk)}
    owners = _owners_of_leads(viewer, ids, account.pk)
    found = []
    for one in _colleagues([*{*owners, *counted}]):
        n, last, known = counted.get(one.pk, (0, None, 0))
        found.append(Acquaintance(one, n, last, known, _closeness(n, last, at=at)))
    return sorted(found, key=lambda one: (-one.closeness, -one.contacts, one.staff.sort_key))


@ready_made
def _contacts_by(
    viewer: Viewer, people: list[int], account: int
) -> QuerySet[FollowUp, tuple[int, int, datetime | None, int]]:
    contacts = FollowUp.objects.filter(lead__in=_leads_among(viewer, people, account)).exclude(kind=FollowUp.Kind.NOTE)
    reached = Count("person", distinct=True, filter=Q(outcome=FollowUp.Outcome.REACHED))
    return contacts.order_by().values_list("by").annotate(n=Count("pk"), last=Max("at"), known=reached)


@ready_made
def _owners_of_leads(viewer: Viewer, people: list[int], account: int) -> QuerySet[Lead, int]:
    owned = _leads_among(viewer, people, account).filter(owner__isnull=False)
    return owned.order_by().values_list("owner", flat=True).distinct()


def _leads_among(viewer: Viewer, people: list[int], account: int) -> QuerySet[Lead]:
    return Lead.objects.visible_to(viewer.staff).filter(Q(person__among=people) | Q(account=account))


@ready_made
def _colleagues(ids: list[int]) -> QuerySet[Staff]:
    found: QuerySet[Staff] = Staff.objects.filter(pk__among=ids)
    return found.only("public_id", "full_name", "sort_key")


def _closeness(contacts: int, last_at: datetime | None, *, at: datetime) -> int:
    """0 to 3: how well a colleague knows a company, by the number of contacts and how long ago the last was.

    Convention of this project: a contact counts half after 90 days; 3 from the worth of five fresh ones, 2 from two.
    """
    if last_at is None:
        return 0
    worth = contacts * 0.5 ** (max((at - last_at).days, 0) / 90)
    return 3 if worth >= 5 else 2 if worth >= 2 else 1


@ready_made
def leads_of(viewer: Viewer, account: int) -> QuerySet[Lead]:
    """The leads of a company, the latest touched first."""
    leads = Lead.objects.visible_to(viewer.staff).filter(account=account)
    joined = leads.select_related("person", "owner", "product_line").defer("person__search_keys")
    return joined.order_by("-last_touch_at")[:_SHOWN]


@ready_made
def deals_of(viewer: Viewer, account: int) -> QuerySet[Opportunity]:
    """Its deals, the latest changed first."""
    deals = Opportunity.objects.visible_to(viewer.staff).filter(account=account)
    return deals.select_related("owner").defer("search_keys").order_by("-changed_at")[:_SHOWN]


@ready_made
def contracts_of(viewer: Viewer, account: int) -> QuerySet[Contract]:
    """Its contracts, those that end last first."""
    contracts = Contract.objects.visible_to(viewer.staff).filter(account=account)
    return contracts.select_related("owner", "product_line").order_by("-ends_on")[:_SHOWN]
