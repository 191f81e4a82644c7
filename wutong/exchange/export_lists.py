"""Which lists can be written to files, which columns each has, and what stands in a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.events.touch import CHANNELS
from wutong.exchange.writing import Row
from wutong.lifecycle import people_list
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.person_facts import masked
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import SIGN
from wutong.people.models import Account, CustomField, Identifier, Person
from wutong.platform.format import credit_code_masked
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone
from wutong.sales import accounts as companies
from wutong.sales import deal_list
from wutong.sales.models import Opportunity

Conditions = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class List:
    """A list that can be written to a file."""

    name: str | Promise
    right: str
    """What its page asks for."""
    columns: tuple[str | Promise, ...]
    found: Callable[[Staff, Conditions], QuerySet[Any]]
    rows: Callable[[Sequence[Any], Staff, bool], list[Row]]
    """Of a batch of objects, the reader, and whether numbers are in full."""
    has_masked: bool = True
    """Whether any of its columns is masked."""
    about: str = ""
    """Whose fields of the company's own follow the columns: those that the colleague may see."""

    def headings(self, own: Sequence[CustomField]) -> list[str]:
        return [*map(str, self.columns), *(field.name for field in own)]


def _people(staff: Staff, wanted: Conditions) -> QuerySet[Person]:
    asked = people_list.Wanted.read(wanted, readable_by(staff, CustomField.About.PERSON))
    return people_list.people_wanted(staff, asked).defer("search_keys")


def _people_rows(people: Sequence[Person], staff: Staff, in_full: bool) -> list[Row]:
    held = _addresses([person.pk for person in people], in_full)
    leads: dict[int, Lead] = {}
    for lead in (
        Lead.objects.visible_to(staff).filter(person__in=people).select_related("owner").order_by("last_touch_at")
    ):
        leads[lead.person_id] = lead
    rows: list[Row] = []
    for person in people:
        lead_or_none = leads.get(person.pk)
        rows.append(
            [
                person.full_name,
                person.title,
                person.company_name,
                *held[person.pk],
                str(person.get_reach_display()),
                str(lead_or_none.get_stage_display()) if lead_or_none else "",
                lead_or_none.owner.full_name if lead_or_none and lead_or_none.owner else "",
                person.first_seen_at,
                person.last_seen_at,
            ]
        )
    return rows


_OF_PEOPLE = ("q", "reach", "tag")
"""Conditions on a lead's person."""


def _leads(staff: Staff, wanted: Conditions) -> QuerySet[Lead]:
    of_people = {name: value for name, value in wanted.items() if name in _OF_PEOPLE or name.startswith(SIGN)}
    people = _people(staff, of_people)
    leads = Lead.objects.visible_to(staff).select_related("person", "account", "owner", "team", "product_line")
    if any(value.strip() for value in of_people.values()):
        leads = leads.filter(person__in=people.order_by().values("pk"))
    if wanted.get("stage") in Stage.values:
        leads = leads.filter(stage=wanted["stage"])
    if wanted.get("owner") == "me":
        leads = leads.filter(owner=staff)
    return leads.defer("person__search_keys", "account__search_keys", "account__name_grams")


def _lead_rows(leads: Sequence[Lead], staff: Staff, in_full: bool) -> list[Row]:  # noqa: ARG001  # as the others
    held = _addresses([lead.person_id for lead in leads], in_full)
    return [
        [
            lead.person.full_name,
            lead.person.title,
            lead.account.name if lead.account else lead.person.company_name,
            *held[lead.person_id],
            str(lead.get_stage_display()),
            lead.product_line.name,
            lead.owner.full_name if lead.owner else "",
            lead.team.name,
            str(CHANNELS.get(lead.channel, lead.channel)),
            lead.campaign,
            lead.created_at,
            lead.last_touch_at,
            lead.next_step,
        ]
        for lead in leads
    ]


def _addresses(people: Sequence[int], in_full: bool) -> dict[int, tuple[str, str]]:
    """Telephone numbers and e-mail addresses of each, as the reader may see them."""
    found: dict[int, dict[str, list[str]]] = {person: {"phone": [], "email": []} for person in people}
    for one in Identifier.objects.filter(person__in=people, kind__in=["phone", "email"]).order_by("pk"):
        found[one.person_id][one.kind].append(one.value if in_full else masked(one))
    return {person: ("; ".join(kinds["phone"]), "; ".join(kinds["email"])) for person, kinds in found.items()}


def _accounts(staff: Staff, wanted: Conditions) -> QuerySet[Account]:
    asked = companies.Wanted.read(wanted, readable_by(staff, CustomField.About.ACCOUNT))
    return companies.accounts_wanted(staff, asked).defer("search_keys", "name_grams")


def _account_rows(accounts: Sequence[Account], staff: Staff, in_full: bool) -> list[Row]:
    return [
        [
            row.account.name,
            _code(row.account.credit_code, in_full=in_full),
            row.account.domain,
            _("yes") if row.account.is_confirmed else _("no"),
            row.people,
            row.open_leads,
            row.open_amount,
            row.won_amount,
            "; ".join(row.owners),
            row.last_touch_at,
            row.account.created_at,
        ]
        for row in companies.rows_of(accounts, staff)
    ]


def _code(code: str | None, *, in_full: bool) -> str:
    return "" if not code else code if in_full else credit_code_masked(code)


def _deals(staff: Staff, wanted: Conditions, *, at: datetime | None = None) -> QuerySet[Opportunity]:
    asked = deal_list.Wanted.read(wanted)
    found = deal_list.deals_wanted(staff, asked, at=at or datetime.now(UTC), zone=our_zone())
    return found.select_related("account", "owner", "product_line").defer("search_keys", "account__search_keys")


def _deal_rows(deals: Sequence[Opportunity], staff: Staff, in_full: bool) -> list[Row]:  # noqa: ARG001  # as the others
    return [
        [
            deal.name,
            deal.account.name,
            str(deal.get_stage_display()),
            deal.amount,
            deal.currency,
            deal.close_on,
            deal.owner.full_name,
            deal.product_line.name,
            deal.next_step,
            deal.created_at,
            deal.closed_at,
        ]
        for deal in deals
    ]


LISTS: dict[str, List] = {
    "people": List(
        name=pgettext_lazy("list", "People"),
        right="people.read",
        columns=(
            pgettext_lazy("column", "Name"),
            pgettext_lazy("column", "Title"),
            pgettext_lazy("column", "Company"),
            pgettext_lazy("column", "Phone"),
            pgettext_lazy("column", "E-mail"),
            pgettext_lazy("column", "Reach"),
            pgettext_lazy("column", "Stage"),
            pgettext_lazy("column", "Owner"),
            pgettext_lazy("column", "First seen"),
            pgettext_lazy("column", "Last seen"),
        ),
        found=_people,
        rows=_people_rows,
        about=CustomField.About.PERSON.value,
    ),
    "leads": List(
        name=pgettext_lazy("list", "Leads"),
        right="people.read",
        columns=(
            pgettext_lazy("column", "Name"),
            pgettext_lazy("column", "Title"),
            pgettext_lazy("column", "Company"),
            pgettext_lazy("column", "Phone"),
            pgettext_lazy("column", "E-mail"),
            pgettext_lazy("column", "Stage"),
            pgettext_lazy("column", "Product line"),
            pgettext_lazy("column", "Owner"),
            pgettext_lazy("column", "Team"),
            pgettext_lazy("column", "Channel"),
            pgettext_lazy("column", "Campaign"),
            pgettext_lazy("column", "Created"),
            pgettext_lazy("column", "Last touch"),
            pgettext_lazy("column", "Next step"),
        ),
        found=_leads,
        rows=_lead_rows,
    ),
    "accounts": List(
        name=pgettext_lazy("list", "Accounts"),
        right="people.read",
        columns=(
            pgettext_lazy("column", "Company"),
            pgettext_lazy("column", "Credit code of the company"),
            pgettext_lazy("column", "Domain"),
            pgettext_lazy("column", "Confirmed"),
            pgettext_lazy("column", "People in sight"),
            pgettext_lazy("column", "Open leads"),
            pgettext_lazy("column", "Open amount"),
            pgettext_lazy("column", "Won amount"),
            pgettext_lazy("column", "Owners"),
            pgettext_lazy("column", "Last touch"),
            pgettext_lazy("column", "Created"),
        ),
        found=_accounts,
        rows=_account_rows,
        about=CustomField.About.ACCOUNT.value,
    ),
    "opportunities": List(
        name=pgettext_lazy("list", "Opportunities"),
        right="deals.read",
        columns=(
            pgettext_lazy("column", "Opportunity"),
            pgettext_lazy("column", "Company"),
            pgettext_lazy("column", "Stage"),
            pgettext_lazy("column", "Amount"),
            pgettext_lazy("column", "Currency"),
            pgettext_lazy("column", "Close date"),
            pgettext_lazy("column", "Owner"),
            pgettext_lazy("column", "Product line"),
            pgettext_lazy("column", "Next step"),
            pgettext_lazy("column", "Created"),
            pgettext_lazy("column", "Closed"),
        ),
        found=_deals,
        rows=_deal_rows,
        has_masked=False,
    ),
}
"""By the code in an address."""
