"""What waits for a colleague's word, in three lists. Whoever is asked sees both sides, or is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Account, AccountCandidate, Person, ProbableMatch, PutAside, RefusedLink
from wutong.platform.keyset import slice_of
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.totals import Total, total_of
from wutong.sales.accounts import accounts_visible_to

PAGE = 10
LOOKED_AT = 500
"""So many pairs of each list are looked at for the menu's count."""
MOST_TOLD = 99
_REMEMBERED_S = 60


class Tab(StrEnum):
    """The three lists."""

    PEOPLE = "people"
    LINKS = "links"
    COMPANIES = "companies"


@dataclass(frozen=True)
class Pair:
    """Two people, or two companies, that may be one; ``row`` is what says so."""

    one: Any
    other: Any
    row: ProbableMatch | RefusedLink | AccountCandidate


@dataclass(frozen=True)
class Waiting:
    """A page of a list."""

    pairs: Sequence[Pair]
    total: Total
    next: str | None


def waiting_for(staff: Staff, tab: Tab, *, after: str = "", at: datetime) -> Waiting:
    """A page of what waits for ``staff``."""
    return page_of(tab, rows_for(staff, tab, at=at), after=after)


def page_of(tab: Tab, rows: QuerySet[Any], *, after: str = "", size: int = PAGE) -> Waiting:
    """The pairs of these rows, the likeliest first; of refused links the latest."""
    match tab:
        case Tab.PEOPLE:
            joined, by = rows.select_related("one", "other"), "probability"
        case Tab.LINKS:
            joined, by = rows.select_related("low__person", "high__person"), "opened_at"
        case Tab.COMPANIES:
            joined, by = rows.select_related("account", "other"), "score"
    page = slice_of(joined, by=by, after=after, is_down=True, size=size)
    return Waiting(_pairs(page.rows), total_of(rows), page.next)


def rows_for(staff: Staff, tab: Tab, *, at: datetime) -> QuerySet[Any]:
    """The rows of a list, both of whose sides ``staff`` sees and that nobody has put aside."""
    return doubts_between(tab, people_visible_to(staff), accounts_visible_to(staff), at=at)


def doubts_between(tab: Tab, people: QuerySet[Person], accounts: QuerySet[Account], *, at: datetime) -> QuerySet[Any]:
    """The rows of a list, both of whose sides are among these and that nobody has put aside."""
    if tab is Tab.COMPANIES:
        return _companies(accounts.filter(merged_into=None), at=at)
    if tab is Tab.PEOPLE:
        rows = ProbableMatch.objects.filter(one__in=people.values("pk"), other__in=people.values("pk"))
        return rows.exclude(Exists(_aside(PutAside.Kind.PEOPLE, "one_id", "other_id", at=at)))
    links = _links().filter(low__person__in=people.values("pk"), high__person__in=people.values("pk"))
    links = links.annotate(
        smaller=Least("low__person_id", "high__person_id"), greater=Greatest("low__person_id", "high__person_id")
    )
    return links.exclude(Exists(_aside(PutAside.Kind.PEOPLE, "smaller", "greater", at=at)))


def counts_for(staff: Staff, *, at: datetime) -> dict[Tab, Total]:
    """How many pairs wait in each list."""
    return {tab: total_of(rows_for(staff, tab, at=at)) for tab in Tab}


def waiting_count(staff: Staff) -> str | None:
    """How many pairs wait for ``staff``, for the menu; as it was at most a minute ago.

    The menu stands on every page, so that only the latest pairs of each list are looked at, however many there are; a
    plus tells that these were not all.
    """
    if not may(staff, "people.merge"):
        return None
    key = f"review:{staff.pk}"
    told: str | None = cache.get(key)
    if told is None:
        told = _waiting_among_latest(staff, at=timezone.now())
        cache.set(key, told, _REMEMBERED_S)
    return told or None


def _waiting_among_latest(staff: Staff, *, at: datetime) -> str:
    n, is_more = 0, False
    for tab in Tab:
        pairs = list(_latest(tab, at=at))
        sides = {side for pair in pairs for side in pair}
        visible = (
            accounts_visible_to(staff, among=sides)
            if tab is Tab.COMPANIES
            else people_visible_to(staff).filter(pk__in=sides)
        )
        seen = set(visible.values_list("pk", flat=True)) if sides else set()
        n += len({frozenset(pair) for pair in pairs if seen.issuperset(pair)})
        is_more |= len(pairs) == LOOKED_AT
    if not n:
        return ""
    return f"{min(n, MOST_TOLD)}+" if is_more or n > MOST_TOLD else str(n)


def _latest(tab: Tab, *, at: datetime) -> QuerySet[Any, tuple[int, int]]:
    """The latest pairs of a list that nobody has put aside, by the ids of both sides."""
    rows: QuerySet[Any]
    match tab:
        case Tab.PEOPLE:
            rows, kind, sides = ProbableMatch.objects.all(), PutAside.Kind.PEOPLE, ("one_id", "other_id")
        case Tab.LINKS:
            rows, kind, sides = _links(), PutAside.Kind.PEOPLE, ("low__person_id", "high__person_id")
        case Tab.COMPANIES:
            rows, kind, sides = AccountCandidate.objects.all(), PutAside.Kind.COMPANIES, ("account_id", "other_id")
    ordered = rows.annotate(smaller=Least(*sides), greater=Greatest(*sides)).filter(smaller__lt=F("greater"))
    open_ones = ordered.exclude(Exists(_aside(kind, "smaller", "greater", at=at)))
    return open_ones.order_by("-pk").values_list("smaller", "greater")[:LOOKED_AT]


def recount(staff: Staff) -> None:
    """Forget the menu's count: ``staff`` has just said something."""
    cache.delete(f"review:{staff.pk}")


def pair_in_sight(staff: Staff, one: Any, other: Any) -> tuple[Person, Person] | None:
    """Two people by their public ids, as they are now; None where one of them is out of sight, or both are one."""
    found = {person.public_id: person for person in people_visible_to(staff).filter(public_id__in=[one, other])}
    return (found[one], found[other]) if one != other and one in found and other in found else None


def companies_in_sight(staff: Staff, one: Any, other: Any) -> tuple[Account, Account] | None:
    """As :func:`pair_in_sight`, of two companies."""
    found = {row.public_id: row for row in accounts_visible_to(staff).filter(public_id__in=[one, other])}
    return (found[one], found[other]) if one != other and one in found and other in found else None


def _companies(seen: QuerySet[Account], *, at: datetime) -> QuerySet[AccountCandidate]:
    rows = AccountCandidate.objects.filter(account__in=seen.values("pk"), other__in=seen.values("pk"))
    turned = AccountCandidate.objects.filter(account=OuterRef("other"), other=OuterRef("account"))
    rows = rows.filter(Q(account__lt=F("other")) | ~Exists(turned))  # found from both sides, it is one doubt
    rows = rows.annotate(smaller=Least("account_id", "other_id"), greater=Greatest("account_id", "other_id"))
    return rows.exclude(Exists(_aside(PutAside.Kind.COMPANIES, "smaller", "greater", at=at)))


def _links() -> QuerySet[RefusedLink]:
    """Links between two people that nobody has refused by hand."""
    return RefusedLink.objects.exclude(why=RefusedLink.Why.KEPT_APART).exclude(low__person=F("high__person"))


def _aside(kind: PutAside.Kind, low: str, high: str, *, at: datetime) -> QuerySet[PutAside]:
    still = Q(until=None) | Q(until__gt=at)
    return PutAside.objects.filter(still, kind=kind, low=OuterRef(low), high=OuterRef(high))


def _pairs(rows: Sequence[ProbableMatch | RefusedLink | AccountCandidate]) -> list[Pair]:
    """Two people with several refused links between them are one doubt."""
    pairs: dict[tuple[int, int], Pair] = {}
    for row in rows:
        one, other = sorted(_sides_of(row), key=lambda side: side.pk)
        pairs.setdefault((one.pk, other.pk), Pair(one, other, row))
    return list(pairs.values())


def _sides_of(row: ProbableMatch | RefusedLink | AccountCandidate) -> tuple[Any, Any]:
    match row:
        case ProbableMatch():
            return row.one, row.other
        case RefusedLink():
            return row.low.person, row.high.person
        case AccountCandidate():
            return row.account, row.other
