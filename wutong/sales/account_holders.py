"""Who of us works on a company: its owners, and whoever has open leads or deals of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from wutong.lifecycle.models import AccountOwner, Lead, ProductLine
from wutong.people.models import Account
from wutong.platform.models import Staff
from wutong.sales.models import Opportunity


@dataclass
class Holder:
    """A colleague's hold on a company for one product line. ``since``: the earliest of what is open, or given."""

    staff: Staff
    product_line: ProductLine
    since: datetime
    last_at: datetime | None = None
    leads: int = 0
    deals: int = 0
    is_owner: bool = False


def holders_of(accounts: Iterable[Account]) -> dict[int, list[Holder]]:
    """Who holds each of ``accounts``, by id; owners first, then the longest. Five queries for any number of them."""
    wanted = [account.pk for account in accounts]
    found: dict[tuple[int, int, int], Holder] = {}
    staff: dict[int, Staff] = {}
    lines = ProductLine.objects.in_bulk()
    owned = AccountOwner.objects.filter(account__in=wanted).values_list("account", "owner", "product_line", "since")
    leads = Lead.objects.open().filter(account__in=wanted, owner__isnull=False).order_by()
    of_leads = leads.values_list("account", "owner", "product_line").annotate(
        n=Count("pk"), since=Min("created_at"), last_at=Max("last_touch_at")
    )
    of_deals = (
        Opportunity.objects.open()
        .filter(account__in=wanted)
        .order_by()
        .values_list("account", "owner", "product_line")
        .annotate(n=Count("pk"), since=Min("created_at"), last_at=Max("changed_at"))
    )
    rows = [(*row[:3], "", 0, row[3], None) for row in owned]
    rows += [(*row[:3], "leads", *row[3:]) for row in of_leads]
    rows += [(*row[:3], "deals", *row[3:]) for row in of_deals]
    staff = Staff.objects.select_related("team").in_bulk({row[1] for row in rows})
    for account, owner, line, what, n, since, last_at in rows:
        one = found.setdefault((account, owner, line), Holder(staff[owner], lines[line], since))
        one.since = min(one.since, since)
        one.last_at = max(filter(None, (one.last_at, last_at)), default=None)
        if what:
            setattr(one, what, n)
        else:
            one.is_owner = True
    by_account: dict[int, list[Holder]] = {pk: [] for pk in wanted}
    for (account, _owner, _line), one in found.items():
        by_account[account].append(one)
    for held in by_account.values():
        held.sort(key=lambda one: (not one.is_owner, one.since, one.staff.pk))
    return by_account
