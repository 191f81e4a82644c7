"""Companies change hands, one or many at once, with the open work on them if wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.account_team import CannotLookAfter, give_many
from wutong.lifecycle.giving import give_leads
from wutong.lifecycle.models import Accountable, AccountOwner, Contract, Lead, ProductLine
from wutong.people.models import Account
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.sales.deal_team import now_its_owners
from wutong.sales.models import Opportunity

AT_ONCE = 200
"""The most companies that change hands in one act."""
_KEEPERS = (Role.SUCCESS, Role.SALES, Role.MANAGER)


class TooManyCompanies(Refusal):
    code = "too_many_companies"
    message = _("At most %(most)d companies change hands at once. Choose fewer.")


class NothingChosen(Refusal):
    code = "nothing_chosen"
    message = _("Choose at least one company.")


@dataclass(frozen=True, kw_only=True)
class Transferred:
    """How much has changed hands."""

    accounts: int = 0
    leads: int = 0
    deals: int = 0
    contracts: int = 0


def transfer_accounts(
    *,
    accounts: Sequence[Account],
    to: Staff,
    by: Staff,
    at: datetime,
    product_line: ProductLine | None = None,
    with_work: bool = False,
) -> Transferred:
    """Make ``to`` the owner of ``accounts``.

    Args:
        product_line: for this line; None: for each in which a company has an owner, and the first where it has none.
        with_work: what their owners so far have open there goes along: sales' leads, deals, running contracts.

    Raises:
        NothingChosen, TooManyCompanies, NotYourCompany, CannotLookAfter, CannotTakeIt: nothing is changed then.
    """
    if not accounts:
        raise NothingChosen
    if len(accounts) > AT_ONCE:
        raise TooManyCompanies(most=AT_ONCE)
    with transaction.atomic(durable=True):
        given: list[tuple[Account, Staff | None, ProductLine]] = []
        for line, of_line in _by_line(accounts, product_line).items():
            changed = give_many(of_line, product_line=line, to=to, by=by, at=at)
            given += [(account, before, line) for account, before in changed]
        n = Transferred(accounts=len({account.pk for account, _before, _line in given}))
        return _with_work(given, n, to=to, by=by, at=at) if with_work else n


def _by_line(accounts: Sequence[Account], only: ProductLine | None) -> dict[ProductLine, list[Account]]:
    if only is not None:
        return {only: list(accounts)}
    by_line: dict[ProductLine, list[Account]] = {}
    held: dict[int, list[ProductLine]] = {}
    for one in AccountOwner.objects.filter(account__in=accounts).select_related("product_line"):
        held.setdefault(one.account_id, []).append(one.product_line)
    first = ProductLine.objects.on_offer().in_order()[:1]
    for account in accounts:
        for line in held.get(account.pk) or first:
            by_line.setdefault(line, []).append(account)
    return by_line


def _with_work(
    given: Sequence[tuple[Account, Staff | None, ProductLine]], n: Transferred, *, to: Staff, by: Staff, at: datetime
) -> Transferred:
    """Move what the owners so far have open; what nobody owned so far stays with whoever works on it."""
    leads: list[int] = []
    deals: list[int] = []
    contracts: list[int] = []
    for account, before, line in given:
        if before is None:
            continue
        theirs = {"account": account, "owner": before, "product_line": line}
        leads += Lead.objects.open().filter(**theirs, accountable=Accountable.SALES).values_list("pk", flat=True)
        deals += Opportunity.objects.open().filter(**theirs).values_list("pk", flat=True)
        contracts += Contract.objects.running().filter(**theirs).values_list("pk", flat=True)
    if deals and not may(to, "deals.work"):
        raise CannotLookAfter(name=to.full_name)
    if contracts and to.role not in _KEEPERS:
        raise CannotLookAfter(name=to.full_name)
    return Transferred(
        accounts=n.accounts,
        leads=give_leads(leads, to=to, by=by, at=at),
        deals=_give_deals(deals, to=to, by=by, at=at),
        contracts=_give_contracts(contracts, to=to, by=by, at=at),
    )


def _give_deals(ids: Sequence[int], *, to: Staff, by: Staff, at: datetime) -> int:
    deals = list(Opportunity.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    for deal in deals:
        deal.owner = to
        deal.team_id = to.team_id or deal.team_id
        deal.changed_at, deal.changed_by = at, by
        deal.version += 1
        record("sales.opportunity_handed", actor=by, subject=deal, at=at, to=str(to.public_id))
    Opportunity.objects.bulk_update(deals, ["owner", "team", "changed_at", "changed_by", "version"])
    now_its_owners(deals)
    return len(deals)


def _give_contracts(ids: Sequence[int], *, to: Staff, by: Staff, at: datetime) -> int:
    contracts = list(Contract.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    for contract in contracts:
        contract.owner = to
        contract.team_id = to.team_id or contract.team_id
        contract.version += 1
        record("lifecycle.contract_handed", actor=by, subject=contract, at=at, to=str(to.public_id))
    Contract.objects.bulk_update(contracts, ["owner", "team", "version"])
    return len(contracts)
