"""The deals a colleague works with: one set, chosen by the address, shown as a table or as a board."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from wutong.platform.calendar import months_later
from wutong.platform.chinese import query_keys
from wutong.platform.keyset import slice_of
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.ready_made import ready_made
from wutong.sales.models import CLOSED, PROBABILITY, Opportunity, OpportunityQuerySet, OpportunityStage
from wutong.sales.risks import SILENT_AFTER, Risk, marked, with_risks

SORTS = ("close", "-close", "amount", "-amount", "changed", "-changed")
PARAMETERS = frozenset({"q", "owner", "team", "line", "stage", "month", "risk", "sort", "view", "col"})
"""What the address may say: what a saved view holds."""
CARDS = 20
"""So many cards a column draws; the table has the rest."""
SHOWN_AFTER_CLOSING = timedelta(days=90)
"""Won deals stay among the open ones for so long. Lost and invalid ones are there when asked for."""
_SHOWN = (
    "public_id",
    "name",
    "stage",
    "amount",
    "currency",
    "close_on",
    "closed_at",
    "next_step",
    "version",
    "owner",
    "account__name",
    "owner__full_name",
)
_YEARS = range(1990, 2200)
_S = OpportunityStage
_ON_BOARD = (_S.DISCOVER, _S.CONFIRM, _S.PROPOSE, _S.NEGOTIATE, _S.WON)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for. An unknown value counts as none."""

    search: str = ""
    owner: str = ""
    """"me", or the public id of a colleague."""
    team: str = ""
    line: str = ""
    stage: str = ""
    """One of the stages, "all", or nothing: open, and won lately."""
    month: str = ""
    """2026-12: to be closed then, or closed then."""
    risk: str = ""
    sort: str = SORTS[0]
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """What an address's query asks for: of the page, and of whatever else shows the same deals."""
        return cls(
            search=given.get("q", "")[:80],
            owner=given.get("owner", ""),
            team=given.get("team", ""),
            line=given.get("line", "")[:40],
            stage=given.get("stage", ""),
            month=given.get("month", ""),
            risk=given.get("risk", ""),
            sort=given.get("sort", ""),
            after=given.get("after", ""),
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.owner or self.team or self.line or self.stage or self.month or self.risk)


@dataclass(frozen=True)
class Sums:
    """Figures of one stage, or of all. ``weighted``: by the stage's :data:`PROBABILITY`."""

    n: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)


@dataclass(frozen=True)
class Column:
    """A stage on the board. ``hidden``: so many more deals than cards."""

    stage: OpportunityStage
    sums: Sums
    deals: list[Opportunity]
    hidden: int


@dataclass(frozen=True)
class Table:
    """A page of deals, and what all of them add up to."""

    deals: list[Opportunity]
    sums: Sums
    next: str | None


def deals_wanted(staff: Staff, wanted: Wanted, *, at: datetime, zone: ZoneInfo) -> OpportunityQuerySet:
    """The deals in the sight of ``staff`` that fit, in no order."""
    deals = _in_stage(Opportunity.objects.visible_to(staff), wanted.stage, at=at)
    if wanted.search.strip():
        keys = query_keys(wanted.search)
        deals = deals.filter(search_keys__contains=keys) if keys else deals.none()
    if wanted.owner == "me":
        deals = deals.filter(owner=staff)
    elif owner := uuid_or_none(wanted.owner):
        deals = deals.filter(owner__public_id=owner)
    if team := uuid_or_none(wanted.team):
        deals = deals.filter(team__public_id=team)
    if wanted.line:
        deals = deals.filter(product_line__code=wanted.line)
    if first := month_of(wanted.month):
        deals = deals.filter(_closes_in(first, zone=zone))
    if wanted.risk in Risk.values:
        marked = with_risks(deals, at=at, zone=zone).filter(**{f"is_{wanted.risk}": True})
        deals = Opportunity.objects.filter(pk__in=marked.values("pk"))
    return deals


def sums_by_stage(deals: OpportunityQuerySet) -> dict[str, Sums]:
    """What ``deals`` add up to in each stage that has some. A deal without an amount counts as a deal alone."""
    found = deals.order_by().values("stage").annotate(n=Count("*"), amount=Coalesce(Sum("amount"), Decimal(0)))
    return {row["stage"]: Sums(row["n"], row["amount"], row["amount"] * PROBABILITY[row["stage"]]) for row in found}


def total_of_sums(sums: Iterable[Sums]) -> Sums:
    held = list(sums)
    return Sums(
        sum(one.n for one in held),
        sum((one.amount for one in held), Decimal(0)),
        sum((one.weighted for one in held), Decimal(0)),
    )


def table_of(deals: OpportunityQuerySet, wanted: Wanted, *, at: datetime, zone: ZoneInfo) -> Table:
    """One page of ``deals`` in the order wanted, by default what is to be decided first."""
    sort = wanted.sort if wanted.sort in SORTS else SORTS[0]
    column = {"close": "close_on", "amount": "known_amount", "changed": "changed_at"}[sort.removeprefix("-")]
    rows = deals.annotate(known_amount=Coalesce("amount", Value(0), output_field=DecimalField()))
    # Which deals first, then what belongs to them and their risks: else all that fit are joined for a page of fifty.
    page = slice_of(
        rows.only("close_on", "changed_at"),
        by=column,
        column=column.replace("known_", ""),
        after=wanted.after,
        is_down=sort.startswith("-"),
    )
    ids = [deal.pk for deal in page.rows]
    found = {deal.pk: deal for deal in _shown(ids, at=at, zone=zone)}
    held = [found[pk] for pk in ids if pk in found]
    return Table(held, total_of_sums(sums_by_stage(deals).values()), page.next)


def board_of(deals: OpportunityQuerySet, wanted: Wanted, *, at: datetime, zone: ZoneInfo) -> list[Column]:
    """``deals`` by stage: what is to be decided first stands on top, of the closed ones what was closed last."""
    sums = sums_by_stage(deals)
    columns = columns_for(wanted)
    # Which cards first, their risks after: the other way round every deal's contacts would be looked up.
    first, *others = (_on_top(deals, stage) for stage in columns)
    on_top = [pk for (pk,) in first.union(*others, all=True)]
    cards: dict[str, list[Opportunity]] = {}
    for deal in _shown(on_top, at=at, zone=zone):
        cards.setdefault(deal.stage, []).append(deal)
    return [
        Column(stage, held, cards.get(stage, []), max(held.n - CARDS, 0))
        for stage in columns
        for held in [sums.get(stage, Sums())]
    ]


def _on_top(deals: OpportunityQuerySet, stage: OpportunityStage) -> QuerySet[Opportunity, tuple[int]]:
    """The keys of a stage's cards, by an index of its own: to number all deals takes ten times as long."""
    order = ("-closed_at", "close_on", "pk") if stage in CLOSED else ("close_on", "pk")
    return deals.filter(stage=stage).order_by(*order).values_list("pk")[:CARDS]


def _shown(ids: Collection[int], *, at: datetime, zone: ZoneInfo) -> list[Opportunity]:
    """The deals of these ids with what a row or a card of them tells, and their risks, as a column orders them."""
    return _told(list(ids), at=at, silent_since=at - SILENT_AFTER, today=at.astimezone(zone).date())


@ready_made
def _told(ids: list[int], *, at: datetime, silent_since: datetime, today: date) -> QuerySet[Opportunity]:
    deals = Opportunity.objects.filter(pk__among=ids).select_related("account", "owner").only(*_SHOWN)
    order = (F("closed_at").desc(nulls_first=True), F("close_on").asc(), F("pk").asc())
    return marked(deals, at=at, silent_since=silent_since, today=today).order_by(*order)


def columns_for(wanted: Wanted) -> list[OpportunityStage]:
    """The columns of the board. "Lost" and "invalid" are there when asked for."""
    if wanted.stage == "all":
        return list(_S)
    return [_S(wanted.stage)] if wanted.stage in _S.values else list(_ON_BOARD)


def month_of(text: str) -> date | None:
    """The first day of a month written as 2026-12."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if first.year in _YEARS else None


def _in_stage(deals: OpportunityQuerySet, stage: str, *, at: datetime) -> OpportunityQuerySet:
    if stage == "all":
        return deals
    if stage in OpportunityStage.values:
        return deals.filter(stage=stage)
    return deals.filter(~Q(stage__in=[*CLOSED]) | Q(stage=_S.WON, closed_at__gte=at - SHOWN_AFTER_CLOSING))


def _closes_in(first: date, *, zone: ZoneInfo) -> Q:
    following = months_later(first, 1)
    start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, following))
    return Q(closed_at=None, close_on__gte=first, close_on__lt=following) | Q(closed_at__gte=start, closed_at__lt=end)
