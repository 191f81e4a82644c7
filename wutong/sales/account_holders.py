"""Who of us works on a company: its owners, and whoever has open leads or deals of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from wutong.lifecycle.models import CLOSED_STAGES, ProductLine
from wutong.people.models import Account
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made
from wutong.sales.models import CLOSED


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
    """Who holds each of ``accounts``, by id; owners first, then the longest. Three questions for any number of them."""
    wanted = [account.pk for account in accounts]
    found: dict[tuple[int, int, int], Holder] = {}
    rows = _held(wanted)
    lines = {one.pk: one for one in (_lines() if rows else ())}
    staff = {one.pk: one for one in (_colleagues([*{row[1] for row in rows}]) if rows else ())}
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


def _held(accounts: list[int]) -> list[tuple[Any, ...]]:
    """Of each company, colleague and product line: what is held, of that how much, since when, and its last touch."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account_id, owner_id, product_line_id, '', 0, since, NULL
            FROM lifecycle_accountowner WHERE account_id = ANY(%(accounts)s)
            UNION ALL
            SELECT account_id, owner_id, product_line_id, 'leads', count(*), min(created_at), max(last_touch_at)
            FROM lifecycle_lead
            WHERE account_id = ANY(%(accounts)s) AND owner_id IS NOT NULL AND stage <> ALL(%(closed)s) GROUP BY 1, 2, 3
            UNION ALL
            SELECT account_id, owner_id, product_line_id, 'deals', count(*), min(created_at), max(changed_at)
            FROM sales_opportunity
            WHERE account_id = ANY(%(accounts)s) AND stage <> ALL(%(ended)s) GROUP BY 1, 2, 3
            """,
            {"accounts": accounts, "closed": list(CLOSED_STAGES), "ended": list(CLOSED)},
        )
        held: list[tuple[Any, ...]] = cursor.fetchall()
        return held


@ready_made
def _lines() -> QuerySet[ProductLine]:
    return ProductLine.objects.all()


@ready_made
def _colleagues(ids: list[int]) -> QuerySet[Staff]:
    found: QuerySet[Staff] = Staff.objects.filter(pk__among=ids)
    return found.select_related("team")
