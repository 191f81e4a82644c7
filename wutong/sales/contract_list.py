"""The contracts a colleague looks after: by stage, by when they end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from wutong.lifecycle.models import ENDED_STAGES, Contract, ContractStage
from wutong.lifecycle.models.contract import ContractQuerySet
from wutong.platform.chinese import query_keys
from wutong.platform.keyset import slice_of
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none

DUE_WITHIN = (30, 60, 90)
"""Days ahead in which renewals are looked for. Source: ``product.md`` 4.15."""
SORTS = ("ends", "-ends")
PARAMETERS = frozenset({"q", "stage", "due", "owner", "sort", "col"})
"""What the address may say: what a saved view holds."""
_SHOWN = (
    "public_id",
    "stage",
    "amount",
    "currency",
    "starts_on",
    "ends_on",
    "account__name",
    "owner__full_name",
    "product_line__code",
    "product_line__own_name",
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for. An unknown value counts as none."""

    search: str = ""
    stage: str = ""
    """One of the stages, "all", or nothing: those that run."""
    due: str = ""
    """One of :data:`DUE_WITHIN`: they run and end within so many days, or have ended without an answer."""
    owner: str = ""
    sort: str = SORTS[0]
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """What an address's query asks for."""
        return cls(
            search=given.get("q", "")[:80],
            stage=given.get("stage", ""),
            due=given.get("due", ""),
            owner=given.get("owner", ""),
            sort=given.get("sort", SORTS[0]),
            after=given.get("after", ""),
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.stage or self.due or self.owner)


@dataclass(frozen=True)
class Contracts:
    """A page of contracts, with what all of them come to."""

    contracts: list[Contract]
    n: int
    amount: Decimal
    next: str | None


def contracts_for(staff: Staff, wanted: Wanted, *, today: date) -> Contracts:
    """The contracts in the sight of ``staff`` that fit, those that end first on top."""
    found = contracts_wanted(staff, wanted, today=today)
    sums = found.order_by().aggregate(n=Count("pk"), amount=Coalesce(Sum("amount"), Decimal(0)))
    shown = found.select_related("account", "owner", "product_line").only(*_SHOWN)
    page = slice_of(shown, by="ends_on", after=wanted.after, is_down=wanted.sort == "-ends")
    return Contracts(page.rows, sums["n"], sums["amount"], page.next)


def contracts_wanted(staff: Staff, wanted: Wanted, *, today: date) -> ContractQuerySet:
    """The same, in no order and on no page."""
    return _filtered(Contract.objects.visible_to(staff), staff, wanted, today=today)


def renewals_due(staff: Staff, *, today: date) -> dict[int, int]:
    """How many running contracts end within each of :data:`DUE_WITHIN` days."""
    running = Contract.objects.visible_to(staff).running().order_by()
    counts = {f"within_{days}": Count("pk", filter=Q(ends_on__lte=today + timedelta(days=days))) for days in DUE_WITHIN}
    found = running.aggregate(**counts)
    return {days: found[f"within_{days}"] for days in DUE_WITHIN}


def _filtered(contracts: ContractQuerySet, staff: Staff, wanted: Wanted, *, today: date) -> ContractQuerySet:
    if wanted.search.strip():
        keys = query_keys(wanted.search)
        contracts = contracts.filter(account__search_keys__contains=keys) if keys else contracts.none()
    if wanted.stage in ContractStage.values:
        contracts = contracts.filter(stage=wanted.stage)
    elif wanted.stage != "all":
        contracts = contracts.exclude(stage__in=ENDED_STAGES)
    if wanted.due in map(str, DUE_WITHIN):
        contracts = contracts.running().filter(ends_on__lte=today + timedelta(days=int(wanted.due)))
    if wanted.owner == "me":
        contracts = contracts.filter(owner=staff)
    elif owner := uuid_or_none(wanted.owner):
        contracts = contracts.filter(owner__public_id=owner)
    return contracts
