"""Who can see a company, and why: the same rules as the doors to leads, deals and contracts, told for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models import AccountCollaborator, AccountOwner, Contract, Lead
from wutong.people.models import Account
from wutong.platform.models import DataScope, Staff
from wutong.sales.models import Opportunity

MOST_ROWS = 2_000
_LEAD = pgettext_lazy("why somebody sees a company", "Owner of a lead")
_SENT = pgettext_lazy("why somebody sees a company", "Handed a lead over")
_DEAL = pgettext_lazy("why somebody sees a company", "Owner of an opportunity")
_CONTRACT = pgettext_lazy("why somebody sees a company", "Owner of a contract")
_OWNER = pgettext_lazy("why somebody sees a company", "Owner of the company")
_SHARED = pgettext_lazy("why somebody sees a company", "It is shared with them")
_TEAM = pgettext_lazy("why somebody sees a company", "Their team works on it")
_WAITING = pgettext_lazy("why somebody sees a company", "Work waits in their team")
_ALL = pgettext_lazy("why somebody sees a company", "Sees everything")


@dataclass(frozen=True)
class Access:
    """A colleague who sees a company, with every reason."""

    staff: Staff
    reasons: list[str | Promise] = field(default_factory=list)


@dataclass(frozen=True)
class _Held:
    """Something of the company with an owner in a team: what a door looks at."""

    owner_id: int | None
    team_path: str
    team_id: int | None
    scope_id: int | None
    called: str | Promise
    sent_by_id: int | None = None


def who_sees(account: Account) -> list[Access]:
    """Every active colleague who sees ``account``, by name, with the reasons. Nine queries, whatever there is."""
    held = [*_rows_of(account)]
    owners = list(
        AccountOwner.objects.filter(account=account).select_related("owner__team").prefetch_related("owner__scopes")
    )
    shared = set(AccountCollaborator.objects.filter(account=account).values_list("staff", flat=True))
    everybody = Staff.objects.active().select_related("team").prefetch_related("scopes").order_by("sort_key", "pk")
    found = [Access(one, _reasons(one, held, owners, shared)) for one in everybody]
    return [one for one in found if one.reasons]


def _rows_of(account: Account) -> Iterable[_Held]:
    columns = ("owner", "team__path", "team", "scope")
    leads = Lead.objects.filter(account=account).order_by().values_list(*columns, "sent_by").distinct()
    for owner, path, team, scope, sent_by in leads[:MOST_ROWS]:
        yield _Held(owner, path, team, scope, _LEAD, sent_by)
    deals = Opportunity.objects.filter(account=account).order_by().values_list(*columns).distinct()
    for owner, path, team, scope in deals[:MOST_ROWS]:
        yield _Held(owner, path, team, scope, _DEAL)
    contracts = Contract.objects.filter(account=account).order_by().values_list(*columns).distinct()
    for owner, path, team, scope in contracts[:MOST_ROWS]:
        yield _Held(owner, path, team, scope, _CONTRACT)


def _reasons(staff: Staff, held: list[_Held], owners: list[AccountOwner], shared: set[int]) -> list[str | Promise]:
    scopes = {scope.pk for scope in staff.scopes.all()}
    reasons: dict[str | Promise, None] = {}
    if staff.data_scope == DataScope.ALL and not scopes:
        reasons[_ALL] = None
    for one in owners:
        if one.owner_id == staff.pk:
            reasons[_OWNER] = None
        elif _is_theirs(staff, one.owner.team_id, one.owner.team.path if one.owner.team else ""):
            others = {scope.pk for scope in one.owner.scopes.all()}
            if not scopes or not others or scopes & others:
                reasons[_TEAM if staff.data_scope != DataScope.ALL else _ALL] = None
    if staff.pk in shared:
        reasons[_SHARED] = None
    for row in held:
        if scopes and row.scope_id not in scopes:
            continue
        if row.owner_id == staff.pk:
            reasons[row.called] = None
        elif row.sent_by_id == staff.pk:
            reasons[_SENT] = None
        elif _is_theirs(staff, row.team_id, row.team_path):
            reasons[_TEAM if staff.data_scope != DataScope.ALL else _ALL] = None
        elif row.owner_id is None and staff.team_id is not None and row.team_id == staff.team_id:
            reasons[_WAITING] = None
    return list(reasons)


def _is_theirs(staff: Staff, team_id: int | None, path: str) -> bool:
    """Whether work of a team is in the sight of ``staff`` by how far they see."""
    match staff.data_scope:
        case DataScope.ALL:
            return True
        case DataScope.TEAM:
            return staff.team_id is not None and team_id == staff.team_id
        case DataScope.TREE:
            return staff.team is not None and path.startswith(staff.team.path)
    return False
