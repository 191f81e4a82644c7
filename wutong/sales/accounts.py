"""Companies as one colleague may see them: the list, one of them whole, and what a colleague corrects about it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Self
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.lifecycle.models import CLOSED_STAGES, AccountCollaborator, AccountOwner, Contract, Lead
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.lifecycle.viewer import Viewer
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.account_facts import Word, call_also, describe, hold_domains, note, set_parent
from wutong.people.account_merge import CompanyGone
from wutong.people.companies.places import division_named
from wutong.people.company_facts import correct_company
from wutong.people.credit_code import NotACreditCode, credit_code
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import Condition, accounts_that_fit, conditions_in, parameters_of
from wutong.people.custom_order import Order, order_in, page_of
from wutong.people.models import (
    Account,
    AccountCandidate,
    AccountFact,
    AccountTag,
    Affiliation,
    CustomField,
    Industry,
    SizeBand,
)
from wutong.platform.audit import record
from wutong.platform.chinese import query_keys, search_keys
from wutong.platform.keyset import PAGE, slice_of
from wutong.platform.models import DataScope, Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import may
from wutong.platform.ready_made import ready_made
from wutong.platform.totals import EXACT_UP_TO, LONG_BY_FAR, Total, is_long_by_far, keys_in_order
from wutong.sales.models import Opportunity, OpportunityStage

PARAMETERS = frozenset({"q", "owner", "state", "industry", "size", "region", "tag", "sort", "col"})
"""What the address may say, beside conditions on the company's own fields: what a saved view holds."""
_MANY = 8 * EXACT_UP_TO
"""Beyond this a list is walked. The planner counts a company once for each lead, deal and contract that shows it."""
_KNOWN_FOR_S = 900
STATES = ("customer", "open", "confirmed", "unconfirmed")
"""customer: with a running contract; open: with an open deal; the others: whether a colleague has confirmed it."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for. An unknown value counts as none."""

    search: str = ""
    owner: str = ""
    state: str = ""
    industry: str = ""
    size: str = ""
    region: str = ""
    tag: UUID | None = None
    own: tuple[Condition, ...] = ()
    """Conditions on the company's own fields, of those that the reader may see."""
    order: Order | None = None
    """By which of these; by name otherwise."""
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any], fields: Sequence[CustomField] = ()) -> Self:
        """What an address's query asks for: of the page, and of whatever else shows the same companies.

        Args:
            fields: the company's own that the reader may see; others are no condition.
        """
        return cls(
            search=given.get("q", "")[:80],
            owner=given.get("owner", ""),
            state=given.get("state", ""),
            industry=given.get("industry", ""),
            size=given.get("size", ""),
            region=given.get("region", "")[:40].strip(),
            tag=uuid_or_none(given.get("tag")),
            own=conditions_in(given, fields),
            order=order_in(given.get("sort", ""), fields),
            after=given.get("after", ""),
        )

    @property
    def is_narrow(self) -> bool:
        facts = self.industry or self.size or self.region or self.tag or self.own
        return bool(self.search or self.owner or self.state or facts)


@dataclass
class Row:
    """A company in the list, with what the reader may see of it. Amounts are None where deals are not for them."""

    account: Account
    people: int = 0
    open_leads: int = 0
    last_touch_at: datetime | None = None
    open_amount: Decimal | None = None
    won_amount: Decimal | None = None
    owners: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Accounts:
    """A page of companies."""

    rows: list[Row]
    total: Total
    next: str | None


def states() -> list[tuple[str, str]]:
    """The states that can be asked for, each as people read it."""
    names = {
        "customer": _("Customers: with a running contract"),
        "open": _("With an open opportunity"),
        "confirmed": pgettext("company", "Confirmed"),
        "unconfirmed": _("Typed, not confirmed"),
    }
    return [(state, names[state]) for state in STATES]


def accounts_visible_to(
    staff: Staff, *, among: Collection[int] | None = None, is_walked: bool = False, is_gathered: bool = False
) -> QuerySet[Account]:
    """The only door to companies for code that answers a person.

    A company is seen by whoever may see a lead, a deal or a contract of it, by its owners, those above them in their
    teams and those it is shared with, and by those who see everything. Why exactly: :mod:`wutong.sales.access`.

    Args:
        among: only of these, by id: then nothing else is looked at.
        is_walked: whether companies are looked at one after the other, for those who see most of them, rather than
            all in sight gathered first.
        is_gathered: whether all in sight are looked up as soon as they are gathered, for those who see some thousands:
            in half of the time, and without a guess of the planner's how many there are.
    """
    accounts = Account.objects.current() if among is None else Account.objects.current().filter(pk__in=among)
    if not staff.is_active:
        return accounts.none()
    if staff.data_scope == DataScope.ALL and not staff.own_scopes():
        return accounts
    of = Q(account__isnull=False) if among is None else Q(account__in=among)
    if is_walked:
        of = Q(account=OuterRef("pk"))
    leads = Lead.objects.visible_to(staff).filter(of).order_by().values("account")
    deals = Opportunity.objects.visible_to(staff).filter(of).order_by().values("account")
    contracts = Contract.objects.visible_to(staff).filter(of).order_by().values("account")
    owned = AccountOwner.objects.visible_to(staff).filter(of).order_by().values("account")
    shared = AccountCollaborator.objects.filter(of, staff=staff).order_by().values("account")
    if is_walked:
        return accounts.filter(Exists(leads.union(deals, contracts, owned, shared, all=True)))
    # One set of keys rather than three conditions: the planner can begin with it, however many companies there are.
    return accounts.filter(pk__in=leads.union(deals, contracts, owned, shared, all=is_gathered))


def parameters_for(staff: Staff) -> frozenset[str]:
    """What an address of the list may say to ``staff``."""
    return PARAMETERS | parameters_of(readable_by(staff, CustomField.About.ACCOUNT))


def accounts_for(staff: Staff, wanted: Wanted) -> Accounts:
    """The companies in the sight of ``staff`` that fit, by name or by one of their own fields."""
    found, far = accounts_wanted(staff, wanted), LONG_BY_FAR if _sees_most(staff) else _MANY
    if wanted.order is not None:
        ordered = page_of(found, wanted.order, after=wanted.after, size=PAGE, otherwise="sort_key", far=far)
        lean = Account.objects.filter(pk__among=ordered.keys).defer("search_keys", "name_grams")
        known = {one.pk: one for one in lean}
        shown = [known[pk] for pk in ordered.keys if pk in known]
        return Accounts(rows_of(shown, staff), ordered.total, ordered.next)
    is_gathered = staff.data_scope == DataScope.OWN
    gathered = partial(accounts_wanted, staff, wanted, is_gathered=True) if is_gathered else None
    listed = keys_in_order(found, "sort_key", far=far, gathered=gathered)
    keys, total = (None, listed) if isinstance(listed, Total) else (listed, Total(len(listed)))
    among = (found if keys is None else Account.objects.all()).defer("search_keys", "name_grams")
    page = slice_of(among, by="sort_key", after=wanted.after, keys=keys)
    if page.next is None and not wanted.after:
        total = Total(len(page.rows))  # the planner may have expected many where there are few
    return Accounts(rows_of(page.rows, staff), total, page.next)


def accounts_wanted(staff: Staff, wanted: Wanted, *, is_gathered: bool = False) -> QuerySet[Account]:
    """The same, in no order and on no page; ``is_gathered``: see :func:`accounts_visible_to`."""
    seen = accounts_visible_to(staff, is_walked=_sees_most(staff), is_gathered=is_gathered)
    if wanted.owner == "me":
        seen = seen.filter(pk__in=_owned_by(staff))
    return _that_fit(seen, wanted, staff)


def all_accounts_wanted(wanted: Wanted) -> QuerySet[Account]:
    """The same for the machine, which sees every company and owns none."""
    return _that_fit(Account.objects.current(), wanted)


def _sees_most(staff: Staff) -> bool:
    """Whether companies are better walked for ``staff`` than gathered; asked once a quarter of an hour."""
    key = f"sees_most_companies:{staff.pk}:{staff.data_scope}:{staff.team_id}"
    return bool(cache.get_or_set(key, lambda: is_long_by_far(accounts_visible_to(staff), far=_MANY), _KNOWN_FOR_S))


def rows_of(accounts: Sequence[Account], staff: Staff) -> list[Row]:
    """``accounts`` with their figures, by as many queries for fifty as for one."""
    rows = {account.pk: Row(account) for account in accounts}
    viewer, ids = Viewer(staff), list(rows)
    for pk, n in _people_of(viewer, ids):
        rows[pk].people = n
    for pk, name in _owners_of(ids):
        rows[pk].owners += [] if name in rows[pk].owners else [name]
    pairs = set()
    for pk, name, n, at in _leads_of(viewer, ids):
        rows[pk].open_leads += n
        rows[pk].last_touch_at = max(filter(None, (rows[pk].last_touch_at, at)), default=None)
        pairs.add((pk, name))
    if may(staff, "deals.read"):
        for pk, name, open_amount, won_amount in _deals_of(viewer, ids):
            rows[pk].open_amount = _plus(rows[pk].open_amount, open_amount)
            rows[pk].won_amount = _plus(rows[pk].won_amount, won_amount)
            pairs.add((pk, name))
    for pk, name in sorted(pair for pair in pairs if pair[1] is not None):
        rows[pk].owners += [] if name in rows[pk].owners else [name]
    return list(rows.values())


@ready_made
def _people_of(viewer: Viewer, accounts: list[int]) -> QuerySet[Affiliation, Any]:
    people = people_visible_to(viewer.staff).values("pk")
    places = Affiliation.objects.filter(account__among=accounts, person__in=people)
    return places.values_list("account").annotate(n=Count("person", distinct=True))


@ready_made
def _owners_of(accounts: list[int]) -> QuerySet[AccountOwner, Any]:
    held = AccountOwner.objects.filter(account__among=accounts).order_by("product_line__position", "product_line")
    return held.values_list("account", "owner__full_name")


@ready_made
def _leads_of(viewer: Viewer, accounts: list[int]) -> QuerySet[Lead, Any]:
    """How many are open of each company and owner, and when one of them was touched last."""
    leads = Lead.objects.visible_to(viewer.staff).filter(account__among=accounts).order_by()
    is_open = ~Q(stage__in=CLOSED_STAGES)
    by_owner = leads.values_list("account", "owner__full_name")
    return by_owner.annotate(n=Count("pk", filter=is_open), at=Max("last_touch_at", filter=is_open))


@ready_made
def _deals_of(viewer: Viewer, accounts: list[int]) -> QuerySet[Opportunity, Any]:
    """What is open of each company and owner, and what was won."""
    deals = Opportunity.objects.visible_to(viewer.staff).filter(account__among=accounts).order_by()
    by_owner = deals.values_list("account", "owner__full_name")
    return by_owner.annotate(
        open=Sum("amount", filter=Q(closed_at=None)), won=Sum("amount", filter=Q(stage=OpportunityStage.WON))
    )


def summed(rows: Sequence[Row]) -> Row | None:
    """The figures of several companies as one, such as those of a group; None for none. Its company is the first."""
    if not rows:
        return None
    total = Row(rows[0].account)
    for row in rows:
        total.people += row.people
        total.open_leads += row.open_leads
        total.open_amount = _plus(total.open_amount, row.open_amount)
        total.won_amount = _plus(total.won_amount, row.won_amount)
        total.last_touch_at = max(filter(None, (total.last_touch_at, row.last_touch_at)), default=None)
        total.owners += [name for name in row.owners if name not in total.owners]
    return total


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return (one or Decimal(0)) + other if other is not None else one


def mark_of_account(account: Account) -> str:
    """Changes with what the form of a company shows; see :mod:`wutong.lifecycle.seen`."""
    aliases = sorted(account.aliases.values_list("name", flat=True))
    domains = sorted(account.further_domains.values_list("domain", flat=True))
    facts = (account.industry, account.size_band, account.region, aliases, domains)
    return mark_of(account.name, account.credit_code, account.domain, *facts)


def change_account(
    *,
    account: Account,
    by: Staff,
    at: datetime,
    name: str,
    credit_code: str | None,
    domain: str,
    facts: Mapping[str, str] | None = None,
    aliases: Sequence[str] | None = None,
    further_domains: Sequence[str] | None = None,
    source: str = AccountFact.Source.COLLEAGUE,
    seen: str = "",
) -> None:
    """Correct what is known of a company; its deals are found by the new name from then on.

    Args:
        credit_code: in normal form, or None.
        facts: industry, size_band and region (a code), as far as they are told.
        aliases, further_domains: all there are from now on; None leaves them as they are.
        source: where it was read: see :class:`wutong.people.models.AccountFact`.
        seen: the mark of the company that the form showed.

    Raises:
        ChangedMeanwhile: somebody else has corrected it since.
        CompanyGone: it was merged with another.
        NamelessCompany, CompanyNameTaken, CreditCodeTaken: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        now = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if now.merged_into_id is not None:
            raise CompanyGone
        refuse_unseen(seen, mark_of_account(now))
        word = Word(by=by, source=source, at=at)
        changed = correct_company(now, name=name, credit_code=credit_code, domain=domain)
        note(now, changed, word=word)
        changed += describe(now, facts or {}, word=word)
        if aliases is not None and call_also(now, aliases, word=word):
            changed.append("aliases")
        if further_domains is not None and hold_domains(now, further_domains, word=word):
            changed.append("domains")
        if "name" in changed:
            redo_names_of_deals([now], at)
        record("people.account_changed", actor=by, subject=now, at=at, fields=changed)


def put_into_group(*, account: Account, parent: Account | None, by: Staff, at: datetime) -> None:
    """Say whose subsidiary a company is; None takes it out of its group.

    Raises:
        CircleOfParents: the parent stands below it already.
        CompanyGone: one of the two was merged with another.
    """
    pair = [account.pk] if parent is None else [account.pk, parent.pk]
    with transaction.atomic(durable=True):
        is_changed = set_parent(account, parent, word=Word(by=by, at=at))
        if Account.objects.filter(pk__in=pair, merged_into__isnull=False).exists():  # merges wait for us from here on
            raise CompanyGone
        # One that stands below the other is not the same, and nobody need be asked.
        AccountCandidate.objects.filter(account__in=pair, other__in=pair).delete()
        if is_changed:
            under = str(parent.public_id) if parent is not None else None
            record("people.account_parent_set", actor=by, subject=account, at=at, parent=under)


def redo_names_of_deals(accounts: Sequence[Account], _at: datetime) -> None:
    """Let the deals of ``accounts`` be found by the names that these have now. Opens no transaction."""
    names = {account.pk: account.name for account in accounts}
    deals = list(Opportunity.objects.select_for_update(no_key=True).filter(account__in=names).order_by("pk"))
    for deal in deals:
        deal.search_keys = search_keys([deal.name, names[deal.account_id]])
    Opportunity.objects.bulk_update(deals, ["search_keys"])


def confirm_account(*, account: Account, by: Staff, at: datetime) -> None:
    """Say that a company which somebody typed is one."""
    with transaction.atomic(durable=True):
        Account.objects.filter(pk=account.pk).update(is_confirmed=True)
        record("people.account_confirmed", actor=by, subject=account, at=at)


def _owned_by(staff: Staff) -> QuerySet[Any]:
    leads = Lead.objects.visible_to(staff).filter(owner=staff, account__isnull=False).order_by().values("account")
    deals = Opportunity.objects.visible_to(staff).filter(owner=staff).order_by().values("account")
    contracts = Contract.objects.visible_to(staff).filter(owner=staff).order_by().values("account")
    owned = AccountOwner.objects.filter(owner=staff).order_by().values("account")
    return leads.union(deals, contracts, owned)


def _that_fit(accounts: QuerySet[Account], wanted: Wanted, staff: Staff | None = None) -> QuerySet[Account]:
    """Of ``accounts`` those that are wanted, by contracts and deals in the sight of ``staff``, or by all there are."""
    search = wanted.search.strip()
    if search:
        keys = query_keys(search)
        fits = Q(search_keys__contains=keys) if keys else Q(pk__in=[])
        with suppress(NotACreditCode):
            fits |= Q(credit_code=credit_code(search))
        accounts = accounts.filter(fits)
    if wanted.industry in Industry.values:
        accounts = accounts.filter(industry=wanted.industry)
    if wanted.size in SizeBand.values:
        accounts = accounts.filter(size_band=wanted.size)
    if wanted.tag is not None:
        accounts = accounts.filter(pk__in=AccountTag.objects.filter(tag__public_id=wanted.tag).values("account"))
    if wanted.region:
        code = division_named(wanted.region)
        accounts = accounts.filter(region__startswith=code) if code else accounts.none()
    state = wanted.state
    if staff is not None and not may(staff, "deals.read") and not state.endswith("confirmed"):
        state = (
            ""  # who has an open deal, or bought, is not told to whoever sees no deals: their list has no such choice
        )
    match state:
        case "customer":
            contracts = Contract.objects.all() if staff is None else Contract.objects.visible_to(staff)
            accounts = accounts.filter(pk__in=contracts.running().order_by().values("account"))
        case "open":
            deals = Opportunity.objects.all() if staff is None else Opportunity.objects.visible_to(staff)
            accounts = accounts.filter(pk__in=deals.open().order_by().values("account"))
        case "confirmed" | "unconfirmed":
            accounts = accounts.filter(is_confirmed=state == "confirmed")
    return accounts_that_fit(accounts, wanted.own)
