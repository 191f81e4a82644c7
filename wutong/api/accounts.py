"""Companies: searching them, reading one."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.custom import Custom, custom_of_accounts
from wutong.api.in_full import InFullQuery, Masked, may_read_in_full, read_in_full
from wutong.api.operations import Answer, Call, Operation
from wutong.api.paging import read_cursor, written_cursor
from wutong.api.problems import Problem
from wutong.api.shapes import Named
from wutong.config import config
from wutong.lifecycle.models import AccountOwner, Lead
from wutong.lifecycle.visibility import accounts_visible_to_key
from wutong.people.account_names import other_names
from wutong.people.accounts import standing
from wutong.people.companies.places import division_name
from wutong.people.credit_code import NotACreditCode, credit_code
from wutong.people.models import Account, AccountDomain
from wutong.platform.chinese import query_keys
from wutong.platform.format import credit_code_masked as masked
from wutong.platform.models import ApiRight

LEADS_MAX = 100


class AccountOwnerOut(Struct, frozen=True, kw_only=True):
    """Who looks after a company for a product line."""

    product_line: str
    owner: Named


class AccountOut(Struct, frozen=True, kw_only=True):
    """A company."""

    id: Annotated[
        UUID, Meta(description=gettext_noop("Of an entry that was merged with another: the one that remains."))
    ]
    name: str
    other_names: list[str]
    credit_code: Annotated[
        str | None,
        Meta(
            description=gettext_noop("Masked unless the key holds people:reveal; such a read is counted and recorded.")
        ),
    ]
    domains: Annotated[list[str], Meta(description=gettext_noop("Whoever has an address there works there."))]
    industry: Annotated[str, Meta(description=gettext_noop("Section of GB/T 4754, such as C for manufacturing."))]
    size_band: Annotated[str, Meta(description=gettext_noop("The least number of people of its size band."))]
    region: Annotated[str, Meta(description=gettext_noop("Administrative division, GB/T 2260: 2, 4 or 6 digits."))]
    region_name: str
    is_confirmed: bool
    parent: Annotated[UUID | None, Meta(description=gettext_noop("The company above it, if the key sees that."))]
    owners: list[AccountOwnerOut]
    custom: Annotated[Custom, Meta(description=gettext_noop("The company's own fields that keys may read, by code."))]
    leads: Annotated[list[UUID], Meta(description=gettext_noop("Those that the key sees, the latest first."))]
    page: str


class AccountPage(Struct, frozen=True, kw_only=True):
    """Companies, the newest first."""

    items: list[AccountOut]
    has_more: bool
    cursor: Annotated[str | None, Meta(description=gettext_noop("Send it as cursor to get the next page."))]


class AccountQuery(Struct, frozen=True, kw_only=True):
    """Which companies are wanted."""

    search: Annotated[
        str, Meta(max_length=80, description=gettext_noop("A name, its beginning, its pinyin, or a credit code."))
    ] = ""
    cursor: Annotated[str, Meta(max_length=200, description=gettext_noop("Where an earlier page ended."))] = ""
    limit: Annotated[int, Meta(ge=1, le=100, description=gettext_noop("At most so many companies."))] = 50
    masked: Masked = False


def list_accounts(call: Call) -> Answer:
    """A page of the companies that the key sees, the newest first."""
    wanted: AccountQuery = call.query
    found = accounts_visible_to_key(call.key)
    if wanted.search.strip():
        keys = query_keys(wanted.search)
        fits = Q(search_keys__contains=keys) if keys else Q(pk__in=[])
        with suppress(NotACreditCode):
            fits |= Q(credit_code=credit_code(wanted.search))
        found = found.filter(fits)
    if wanted.cursor:
        _created_at, pk = read_cursor(wanted.cursor)
        found = found.filter(pk__lt=pk)
    rows = list(found.order_by("-pk").defer("search_keys", "name_grams")[: wanted.limit + 1])
    page = rows[: wanted.limit]
    has_more = len(rows) > wanted.limit
    cursor = written_cursor(page[-1].created_at, page[-1].pk) if has_more else None
    return Answer(status=200, content=AccountPage(items=_told(page, call), has_more=has_more, cursor=cursor))


def read_account(call: Call) -> Answer:
    """One company."""
    asked = list(Account.objects.filter(public_id=call.id_of_object))
    today = [one.pk for one in standing(asked).values()]
    found = list(accounts_visible_to_key(call.key).filter(pk__in=today).defer("search_keys", "name_grams"))
    if not found:
        raise Problem("not_found", "There is no such company, or the key does not see it.")
    return Answer(status=200, content=_told(found, call)[0])


def _told(accounts: list[Account], call: Call) -> list[AccountOut]:
    """``accounts`` as they are sent: five queries for any number of them, and two more where codes are in full."""
    key, in_full = call.key, may_read_in_full(call)
    if in_full:
        coded = [account for account in accounts if account.credit_code]
        only = coded[0] if len(accounts) == len(coded) == 1 else None
        read_in_full(call, "api.credit_codes_revealed", n=len(coded), subject=only)
    names = other_names(accounts)
    domains = {account.pk: [account.domain] if account.domain else [] for account in accounts}
    for pk, domain in (
        AccountDomain.objects.filter(account__in=accounts).order_by("pk").values_list("account", "domain")
    ):
        domains[pk].append(domain)
    owners: dict[int, list[AccountOwnerOut]] = {account.pk: [] for account in accounts}
    held = AccountOwner.objects.filter(account__in=accounts).select_related("owner", "product_line").order_by("pk")
    for one in held:
        named = Named(id=one.owner.public_id, name=one.owner.full_name)
        owners[one.account_id].append(AccountOwnerOut(product_line=one.product_line.code, owner=named))
    leads: dict[int, list[UUID]] = {account.pk: [] for account in accounts}
    seen = Lead.objects.visible_to_key(key).filter(account__in=accounts).order_by("-created_at", "-pk")
    for account_id, lead in seen.values_list("account", "public_id")[: LEADS_MAX * max(len(accounts), 1)]:
        if account_id is not None and len(leads[account_id]) < LEADS_MAX:
            leads[account_id].append(lead)
    above = [account.parent_id for account in accounts if account.parent_id is not None]
    parents = dict(accounts_visible_to_key(key).filter(pk__in=above).values_list("pk", "public_id"))
    custom = custom_of_accounts([account.pk for account in accounts])
    return [
        AccountOut(
            id=account.public_id,
            name=account.name,
            other_names=names[account.pk],
            credit_code=account.credit_code if in_full or not account.credit_code else masked(account.credit_code),
            domains=domains[account.pk],
            industry=account.industry,
            size_band=account.size_band,
            region=account.region,
            region_name=division_name(account.region),
            is_confirmed=account.is_confirmed,
            parent=parents.get(account.parent_id or 0),
            owners=owners[account.pk],
            custom=custom[account.pk],
            leads=leads[account.pk],
            page=f"{config().web_origin}/accounts/{account.public_id}/",
        )
        for account in accounts
    ]


LIST = Operation(
    id="listAccounts",
    method="GET",
    path="/accounts",
    right=ApiRight.PEOPLE_READ,
    summary=_("List or search companies"),
    text=_("Companies with a lead that the key sees, the newest first."),
    query=AccountQuery,
    answers={200: AccountPage},
    problems=("enough_read",),
    handle=list_accounts,
)
READ = Operation(
    id="readAccount",
    method="GET",
    path="/accounts/{id}",
    right=ApiRight.PEOPLE_READ,
    summary=_("Read a company"),
    text=_("A company with a lead that the key sees: its names, facts, group and owners."),
    query=InFullQuery,
    answers={200: AccountOut},
    problems=("enough_read",),
    handle=read_account,
)
