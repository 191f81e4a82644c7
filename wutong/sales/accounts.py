"""Companies as one colleague may see them: the list, one of them whole, and what a colleague corrects about it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from wutong.lifecycle.models import Contract, FollowUp, Lead
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.company_facts import correct_company
from wutong.people.credit_code import NotACreditCode, credit_code
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.audit import record
from wutong.platform.chinese import query_keys, search_keys
from wutong.platform.keyset import slice_of
from wutong.platform.models import DataScope, Staff
from wutong.platform.permissions import may
from wutong.platform.totals import Total, total_of
from wutong.sales.models import Opportunity, OpportunityPerson, OpportunityStage

STATES = ("customer", "open", "confirmed", "unconfirmed")
"""customer: with a running contract; open: with an open deal; the others: whether a colleague has confirmed it."""

_FEW = 2_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the address asks for. An unknown value counts as none."""

    search: str = ""
    owner: str = ""
    state: str = ""
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.search or self.owner or self.state)


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


@dataclass(frozen=True)
class Acquaintance:
    """A colleague who knows people of the company."""

    staff: Staff
    contacts: int
    last_at: datetime | None


def accounts_visible_to(staff: Staff) -> QuerySet[Account]:
    """The only door to companies for code that answers a person.

    A company is seen by whoever may see a lead, a deal or a contract of it, and by those who see everything.
    """
    if not staff.is_active:
        return Account.objects.none()
    if staff.data_scope == DataScope.ALL and not staff.own_scopes():
        return Account.objects.current()
    # One set of keys rather than three conditions: the planner can begin with it, however many companies there are.
    leads = Lead.objects.visible_to(staff).filter(account__isnull=False).order_by().values("account")
    deals = Opportunity.objects.visible_to(staff).order_by().values("account")
    contracts = Contract.objects.visible_to(staff).order_by().values("account")
    return Account.objects.current().filter(pk__in=leads.union(deals, contracts))


def accounts_for(staff: Staff, wanted: Wanted) -> Accounts:
    """The companies in the sight of ``staff`` that fit, by name."""
    found = _filtered(accounts_visible_to(staff), staff, wanted)
    # To find out who is in sight is most of the work: where they are few, that is done once for number and page.
    few = list(found.order_by().values_list("pk", flat=True)[: _FEW + 1])
    is_few = len(few) <= _FEW
    total = Total(len(few)) if is_few else total_of(found)
    listed = Account.objects.filter(pk__in=few) if is_few else found
    page = slice_of(listed.defer("search_keys"), by="sort_key", after=wanted.after)
    return Accounts(rows_of(page.rows, staff), total, page.next)


def rows_of(accounts: Sequence[Account], staff: Staff) -> list[Row]:
    """``accounts`` with their figures, by as many queries for fifty as for one."""
    rows = {account.pk: Row(account) for account in accounts}
    people = people_visible_to(staff).values("pk")
    affiliations = Affiliation.objects.filter(account__in=rows, person__in=people)
    for pk, n in affiliations.values_list("account").annotate(n=Count("person", distinct=True)):
        rows[pk].people = n
    leads = Lead.objects.visible_to(staff).filter(account__in=rows)
    for pk, n, at in leads.open().values_list("account").annotate(n=Count("pk"), at=Max("last_touch_at")):
        rows[pk].open_leads, rows[pk].last_touch_at = n, at
    owned = leads.filter(owner__isnull=False).values_list("account", "owner__full_name")
    pairs = set(owned.order_by())
    if may(staff, "deals.read"):
        deals = Opportunity.objects.visible_to(staff).filter(account__in=rows)
        for pk, is_open, is_won in deals.values_list("account").annotate(
            is_open=Sum("amount", filter=Q(closed_at=None)), is_won=Sum("amount", filter=Q(stage=OpportunityStage.WON))
        ):
            rows[pk].open_amount, rows[pk].won_amount = is_open, is_won
        pairs |= set(deals.order_by().values_list("account", "owner__full_name"))
    for pk, name in sorted(pairs):
        rows[pk].owners.append(name)
    return list(rows.values())


def people_of(account: Account, staff: Staff) -> list[Affiliation]:
    """Who of the company is in sight, one place a person; those whose part is known first.

    A part that is not known of the place is taken from the deal in sight that changed last.
    """
    places = Affiliation.objects.filter(account=account, person__in=people_visible_to(staff)).select_related("person")
    newest = list(places.order_by("person", "-created_at").distinct("person")[:200])
    if may(staff, "deals.read"):
        deals = Opportunity.objects.visible_to(staff).filter(account=account)
        parts = OpportunityPerson.objects.filter(opportunity__in=deals).exclude(role="")
        in_deals = dict(parts.order_by("opportunity__changed_at").values_list("person", "role"))
        for place in newest:
            place.buying_role = place.buying_role or in_deals.get(place.person_id, "")
    return sorted(newest, key=lambda place: (not place.buying_role, place.person.sort_key))


def acquaintances(people: Sequence[Person], account: Account, staff: Staff) -> list[Acquaintance]:
    """Who of us knows ``people``: by contacts on leads in sight, and by owning such a lead."""
    leads = Lead.objects.visible_to(staff).filter(Q(person__in=people) | Q(account=account))
    contacts = FollowUp.objects.filter(lead__in=leads).exclude(kind=FollowUp.Kind.NOTE)
    counted = {pk: (n, at) for pk, n, at in contacts.values_list("by").annotate(n=Count("pk"), at=Max("at"))}
    owners = set(leads.filter(owner__isnull=False).order_by().values_list("owner", flat=True))
    known = [
        Acquaintance(one, *counted.get(one.pk, (0, None))) for one in Staff.objects.filter(pk__in=owners | set(counted))
    ]
    return sorted(known, key=lambda one: (-one.contacts, one.staff.sort_key))


def mark_of_account(account: Account) -> str:
    """Changes with what the form of a company shows; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(account.name, account.credit_code, account.domain)


def change_account(
    *, account: Account, by: Staff, at: datetime, name: str, credit_code: str | None, domain: str, seen: str = ""
) -> None:
    """Correct what is known of a company; its deals are found by the new name from then on.

    Args:
        credit_code: in normal form, or None.
        seen: the mark of the company that the form showed.

    Raises:
        ChangedMeanwhile: somebody else has corrected it since.
        NamelessCompany, CompanyNameTaken, CreditCodeTaken: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        now = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        refuse_unseen(seen, mark_of_account(now))
        changed = correct_company(now, name=name, credit_code=credit_code, domain=domain)
        if "name" in changed:
            redo_names_of_deals([now], at)
        record("people.account_changed", actor=by, subject=now, at=at, fields=changed)


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


def _filtered(accounts: QuerySet[Account], staff: Staff, wanted: Wanted) -> QuerySet[Account]:
    search = wanted.search.strip()
    if search:
        keys = query_keys(search)
        fits = Q(search_keys__contains=keys) if keys else Q(pk__in=[])
        with suppress(NotACreditCode):
            fits |= Q(credit_code=credit_code(search))
        accounts = accounts.filter(fits)
    if wanted.owner == "me":
        leads = Lead.objects.visible_to(staff).filter(owner=staff, account__isnull=False).order_by().values("account")
        deals = Opportunity.objects.visible_to(staff).filter(owner=staff).order_by().values("account")
        contracts = Contract.objects.visible_to(staff).filter(owner=staff).order_by().values("account")
        accounts = accounts.filter(pk__in=leads.union(deals, contracts))
    match wanted.state:
        case "customer":
            running = Contract.objects.visible_to(staff).running().order_by().values("account")
            accounts = accounts.filter(pk__in=running)
        case "open":
            accounts = accounts.filter(pk__in=Opportunity.objects.visible_to(staff).open().order_by().values("account"))
        case "confirmed" | "unconfirmed":
            accounts = accounts.filter(is_confirmed=wanted.state == "confirmed")
    return accounts
