"""Where colleagues get in each other's way (撞单): one company in several hands, one group, names that are alike.

Shown, never silently resolved. A job looks through all open work every five minutes; a page looks afresh at what it
shows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from wutong.lifecycle.models import CLOSED_STAGES
from wutong.people.group import ids_below
from wutong.people.models import Account
from wutong.platform.keyset import slice_of
from wutong.platform.models import Staff
from wutong.platform.rows import execute
from wutong.platform.totals import Total, total_of
from wutong.sales.account_holders import Holder, holders_of
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.models import CLOSED, Collision

PARAMETERS = frozenset({"kind"})
"""What the address may say: what a saved view holds."""
_PAGE = 25
_MOST_OF_A_GROUP = 40
_REFRESH = """
WITH RECURSIVE held AS MATERIALIZED (
    SELECT account_id, owner_id FROM lifecycle_lead
    WHERE account_id IS NOT NULL AND owner_id IS NOT NULL AND NOT stage = ANY(%(closed_leads)s)
    UNION
    SELECT account_id, owner_id FROM sales_opportunity WHERE NOT stage = ANY(%(closed_deals)s)
    UNION
    SELECT account_id, owner_id FROM lifecycle_accountowner
), kin(top, id) AS (
    SELECT a.id, a.id FROM people_account a
    WHERE a.parent_id IS NULL AND a.merged_into_id IS NULL
      AND EXISTS (SELECT FROM people_account c WHERE c.parent_id = a.id AND c.merged_into_id IS NULL)
    UNION ALL
    SELECT kin.top, a.id FROM people_account a JOIN kin ON a.parent_id = kin.id WHERE a.merged_into_id IS NULL
), found(kind, account_id, other_id) AS (
    SELECT 'owners', account_id, NULL::bigint FROM held GROUP BY account_id HAVING count(*) > 1
    UNION
    SELECT 'group', kin.top, NULL FROM kin JOIN held ON held.account_id = kin.id
    GROUP BY kin.top HAVING count(DISTINCT held.owner_id) > 1 AND count(DISTINCT held.account_id) > 1
    UNION
    SELECT 'alike', c.account_id, c.other_id FROM people_accountcandidate c
    JOIN held one ON one.account_id = c.account_id JOIN held other ON other.account_id = c.other_id
    WHERE one.owner_id <> other.owner_id
), gone AS (
    DELETE FROM sales_collision c WHERE NOT EXISTS (
        SELECT FROM found f
        WHERE f.kind = c.kind AND f.account_id = c.account_id AND f.other_id IS NOT DISTINCT FROM c.other_id
    )
)
INSERT INTO sales_collision (kind, account_id, other_id, found_at)
SELECT kind, account_id, other_id, %(at)s FROM found ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Party:
    """A company of a collision, with who holds it; its name is not for whoever does not see it."""

    account: Account
    holders: list[Holder]
    is_seen: bool


@dataclass(frozen=True)
class Clash:
    """A collision as it is now."""

    collision: Collision
    parties: list[Party]

    @property
    def colleagues(self) -> int:
        return len({one.staff.pk for party in self.parties for one in party.holders})


@dataclass(frozen=True)
class Clashes:
    """A page of collisions."""

    rows: list[Clash]
    total: Total
    next: str | None


def refresh_collisions(*, at: datetime) -> None:
    """Find all collisions there are now. Opens no transaction."""
    execute(_REFRESH, closed_leads=[*CLOSED_STAGES], closed_deals=[*CLOSED], at=at)


def collisions_for(staff: Staff, *, kind: str = "", after: str = "") -> Clashes:
    """The collisions of companies in the sight of ``staff``, the latest found first; a page with a dozen queries."""
    seen = accounts_visible_to(staff).order_by().values("pk")
    found = Collision.objects.filter(Q(account__in=seen) | Q(other__in=seen))
    if kind in Collision.Kind.values:
        found = found.filter(kind=kind)
    lean = found.select_related("account", "other").defer(
        "account__search_keys", "account__name_grams", "other__search_keys", "other__name_grams"
    )
    page = slice_of(lean, by="found_at", after=after, size=_PAGE, is_down=True)
    shown = _as_they_are(page.rows, staff)
    is_all = page.next is None and not after
    return Clashes(shown, Total(len(shown)) if is_all else total_of(found), page.next)


def clashes_of(account: Account) -> list[Holder]:
    """Who holds a company, where these are several colleagues; nobody otherwise."""
    held = holders_of([account])[account.pk]
    return held if len({one.staff.pk for one in held}) > 1 else []


def _as_they_are(collisions: list[Collision], staff: Staff) -> list[Clash]:
    """``collisions`` that still are some, each with its companies."""
    groups = {
        one.pk: ids_below([one.account], most=_MOST_OF_A_GROUP)
        for one in collisions
        if one.kind == Collision.Kind.GROUP
    }
    wanted = {pk for ids in groups.values() for pk in ids}
    accounts = Account.objects.defer("search_keys", "name_grams").in_bulk(wanted)
    for one in collisions:
        accounts |= {account.pk: account for account in (one.account, one.other) if account is not None}
    held = holders_of(accounts.values())
    seen = set(accounts_visible_to(staff).filter(pk__in=accounts).values_list("pk", flat=True))
    clashes = []
    for one in collisions:
        ids = groups.get(one.pk) or [pk for pk in (one.account_id, one.other_id) if pk is not None]
        parties = [
            Party(accounts[pk], held[pk], pk in seen) for pk in ids if held[pk] or one.kind != Collision.Kind.GROUP
        ]
        clash = Clash(one, parties)
        if clash.colleagues > 1:
            clashes.append(clash)
    return clashes


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="refresh_collisions")
def refresh_collisions_later(timestamp: int) -> None:
    """Look for collisions among all open work."""
    with transaction.atomic():
        refresh_collisions(at=datetime.fromtimestamp(timestamp, UTC))
