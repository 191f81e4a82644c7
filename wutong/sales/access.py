"""Who can see a company, a deal or a contract, and why: their doors in the terms of :mod:`wutong.lifecycle.access`."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wutong.lifecycle.access import (
    MOST_ROWS,
    OF_PEOPLE,
    Access,
    Held,
    KeyAccess,
    held_by_leads,
    keys_that_see,
    rows_held,
    who_sees,
)
from wutong.lifecycle.models import AccountCollaborator, AccountOwner, Contract, Lead
from wutong.lifecycle.visibility import accounts_visible_to_key
from wutong.people.models import Account
from wutong.platform.models import DataScope, Staff
from wutong.sales.models import Opportunity, OpportunityCollaborator

_OWNS_A_DEAL = gettext_lazy("owns an opportunity")
_OWNS_A_CONTRACT = gettext_lazy("looks after a contract")


def who_sees_deal(deal: Opportunity) -> list[Access]:
    """Who sees one deal."""
    return who_sees(_held_by_deals(Opportunity.objects.filter(pk=deal.pk)), right="deals.read")


def who_sees_contract(contract: Contract) -> list[Access]:
    """Who sees one contract."""
    return who_sees(_held_by_contracts(Contract.objects.filter(pk=contract.pk)), right="contracts.work")


def who_sees_account(account: Account) -> list[Access]:
    """Who sees a company: by its leads, deals and contracts, and by who looks after it. As many queries whatever there
    is.
    """
    owners = list(
        AccountOwner.objects.filter(account=account).select_related("owner__team").prefetch_related("owner__scopes")
    )
    shared = set(AccountCollaborator.objects.filter(account=account).values_list("staff", flat=True))

    def further(staff: Staff) -> Iterable[str]:
        if staff.data_scope == DataScope.ALL and not staff.scopes.all():
            yield _("sees everything")
        for one in owners:
            if one.owner_id == staff.pk:
                yield _("looks after it")
            elif _is_above(staff, one.owner):
                yield _("sees what %(name)s looks after") % {"name": one.owner.full_name}
        if staff.pk in shared:
            yield _("it is shared with them")

    held = [
        *held_by_leads(Lead.objects.filter(account=account)),
        *_held_by_deals(Opportunity.objects.filter(account=account)),
        *_held_by_contracts(Contract.objects.filter(account=account)),
    ]
    return who_sees(held, right="people.read", further=further)


def keys_that_see_account(account: Account, *, at: datetime) -> list[KeyAccess]:
    """Which keys of the API see a company."""
    return keys_that_see(lambda key: accounts_visible_to_key(key).filter(pk=account.pk), rights=OF_PEOPLE, at=at)


def _held_by_deals(deals: QuerySet[Opportunity]) -> list[Held]:
    let_in: dict[int, dict[int, str]] = {}
    shared = OpportunityCollaborator.objects.filter(opportunity__in=deals).order_by("pk")
    for deal, staff, name in shared.values_list("opportunity", "staff", "by__full_name")[:MOST_ROWS]:
        let_in.setdefault(deal, {})[staff] = name
    rows = rows_held(deals, "pk")
    return [Held(owns=_OWNS_A_DEAL, let_in=let_in.get(deal, {}), **given) for deal, given in rows]


def _held_by_contracts(contracts: QuerySet[Contract]) -> list[Held]:
    return [Held(owns=_OWNS_A_CONTRACT, **given) for _none, given in rows_held(contracts, "owner")]


def _is_above(staff: Staff, owner: Staff) -> bool:
    """Whether what ``owner`` looks after is in the sight of ``staff``: see :meth:`AccountOwnerQuerySet.visible_to`."""
    scopes, others = ({scope.pk for scope in one.scopes.all()} for one in (staff, owner))
    if scopes and others and not scopes & others:
        return False
    match staff.data_scope:
        case DataScope.ALL:
            return bool(scopes)  # who is kept to none sees everything, which is said already
        case DataScope.TEAM:
            return staff.team_id is not None and owner.team_id == staff.team_id
        case DataScope.TREE:
            return staff.team is not None and owner.team is not None and owner.team.path.startswith(staff.team.path)
    return False
