"""Which lists can be written to files, which columns each has, and what stands in a row."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from wutong.events.touch import CHANNELS
from wutong.exchange.writing import Cell, Row
from wutong.lifecycle import people_list
from wutong.lifecycle.contracts import REASONS
from wutong.lifecycle.models import Contract, ContractStage, Lead, Stage
from wutong.lifecycle.person_facts import masked
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import SIGN
from wutong.people.custom_values import in_words, values_of_accounts, values_of_people
from wutong.people.models import (
    Account,
    AccountFact,
    AccountTag,
    CustomField,
    FieldValue,
    Identifier,
    Person,
    PersonTag,
)
from wutong.platform.format import credit_code_masked
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone
from wutong.platform.permissions import may
from wutong.sales import accounts as companies
from wutong.sales import contract_list, deal_list
from wutong.sales.models import Opportunity
from wutong.sales.risks import risks_of, with_risks

Conditions = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One column of a file. ``code`` is what the list's page calls it; several may go by one."""

    code: str
    heading: str | Promise
    is_masked: bool = False
    right: str = ""
    """Without it, where there is one, a file has no such column."""


NAME = "name"
"""The code of what a row is called by: it stands in every file."""


@dataclass(frozen=True, kw_only=True)
class List:
    """A list that can be written to a file."""

    name: str | Promise
    right: str
    """What its page asks for."""
    columns: tuple[Column, ...]
    found: Callable[[Staff, Conditions], QuerySet[Any]]
    loaded: Callable[[Sequence[int]], QuerySet[Any]]
    """Objects by their keys, with what :attr:`rows` reads of them."""
    rows: Callable[[Sequence[Any], Staff, bool], list[Row]]
    """Of a batch of objects, the reader, and whether numbers are in full."""
    about: str = ""
    """Whose fields of the company's own follow the columns: those that the colleague may see."""
    narrowed_by: str = ""
    """Whose fields narrow it besides."""
    tags: Callable[[Sequence[Any]], list[str]] | None = None
    """Of a batch of objects the tags of each, where they carry any."""


@dataclass(frozen=True)
class Layout:
    """Which columns a file has."""

    one: List
    places: list[int]
    """Of the columns of its list, those that it has."""
    own: list[CustomField]
    has_tags: bool

    @property
    def has_masked(self) -> bool:
        return any(self.one.columns[place].is_masked for place in self.places)

    @property
    def codes(self) -> list[str]:
        """Its columns by the codes of the list's page."""
        usual = [self.one.columns[place].code for place in self.places]
        return [*dict.fromkeys(usual), *(SIGN + field.code for field in self.own)]

    def headings(self) -> list[str]:
        usual = [str(self.one.columns[place].heading) for place in self.places]
        tags = [str(pgettext("column", "Tags"))] if self.has_tags else []
        return [*usual, *(field.name for field in self.own), *tags]

    def rows(self, batch: Sequence[Any], reader: Staff, *, in_full: bool) -> list[Row]:
        """A batch of objects as rows of the file."""
        rows = [[row[place] for place in self.places] for row in self.one.rows(batch, reader, in_full)]
        if self.own:
            rows = [row + more for row, more in zip(rows, _own_cells(self.one, batch, self.own), strict=True)]
        if self.has_tags and self.one.tags is not None:
            rows = [[*row, tags] for row, tags in zip(rows, self.one.tags(batch), strict=True)]
        return rows


def layout_of(one: List, *, reader: Staff, chosen: Sequence[str], has_tags: bool) -> Layout:
    """What a file of ``one`` shows ``reader``: the columns ``chosen`` on its page, or all where none is."""
    named = set(chosen)
    own = list(readable_by(reader, one.about)) if one.about else []
    known = {column.code for column in one.columns} | {SIGN + field.code for field in own}
    is_all = not named & known
    return Layout(
        one,
        [
            place
            for place, column in enumerate(one.columns)
            if (is_all or column.code in {NAME, *named}) and (not column.right or may(reader, column.right))
        ],
        [field for field in own if is_all or SIGN + field.code in named],
        has_tags and one.tags is not None,
    )


def _own_cells(one: List, batch: Sequence[Any], own: Sequence[CustomField]) -> list[Row]:
    """What is in the company's own fields of each, in the order of ``own``."""
    keys = [row.pk for row in batch]
    said: Mapping[int, Mapping[str, FieldValue | AccountFact]] = (
        values_of_people(keys, own) if one.about == CustomField.About.PERSON else values_of_accounts(keys, own)
    )
    return [
        [_own_cell(field, said[key][field.code].value) if field.code in said[key] else "" for field in own]
        for key in keys
    ]


def _own_cell(field: CustomField, value: str) -> Cell:
    return Decimal(value) if field.is_counted and value else in_words(field, value)


def _people(staff: Staff, wanted: Conditions) -> QuerySet[Person]:
    asked = people_list.Wanted.read(wanted, readable_by(staff, CustomField.About.PERSON))
    return people_list.people_wanted(staff, asked)


def _loaded_people(keys: Sequence[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=keys).defer("search_keys").annotate(score_value=F("score__value"))


def _people_rows(people: Sequence[Any], staff: Staff, in_full: bool) -> list[Row]:
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
                None if person.score_value is None else math.floor(person.score_value + 0.5),  # as the list shows it
                lead_or_none.next_step if lead_or_none else "",
            ]
        )
    return rows


_OF_PEOPLE = ("q", "reach", "tag")
"""Conditions on a lead's person."""


def _leads(staff: Staff, wanted: Conditions) -> QuerySet[Lead]:
    of_people = {name: value for name, value in wanted.items() if name in _OF_PEOPLE or name.startswith(SIGN)}
    people = _people(staff, of_people)
    leads = Lead.objects.visible_to(staff)
    if any(value.strip() for value in of_people.values()):
        leads = leads.filter(person__in=people.order_by().values("pk"))
    if wanted.get("stage") in Stage.values:
        leads = leads.filter(stage=wanted["stage"])
    if wanted.get("owner") == "me":
        leads = leads.filter(owner=staff)
    return leads


def _loaded_leads(keys: Sequence[int]) -> QuerySet[Lead]:
    joined = Lead.objects.filter(pk__in=keys).select_related("person", "account", "owner", "team", "product_line")
    return joined.defer("person__search_keys", "account__search_keys", "account__name_grams")


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
    return companies.accounts_wanted(staff, asked)


def _loaded_accounts(keys: Sequence[int]) -> QuerySet[Account]:
    return Account.objects.filter(pk__in=keys).defer("search_keys", "name_grams")


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
    return deal_list.deals_wanted(staff, asked, at=at or datetime.now(UTC), zone=our_zone())


def _loaded_deals(keys: Sequence[int]) -> QuerySet[Opportunity]:
    joined = Opportunity.objects.filter(pk__in=keys).for_list("owner", "product_line").defer("account__name_grams")
    return with_risks(joined, at=datetime.now(UTC), zone=our_zone())


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
            deal.weighted,
            "; ".join(str(risk.label) for risk in risks_of(deal)),
        ]
        for deal in deals
    ]


def _contracts(staff: Staff, wanted: Conditions) -> QuerySet[Contract]:
    today = datetime.now(UTC).astimezone(our_zone()).date()
    return contract_list.contracts_wanted(staff, contract_list.Wanted.read(wanted), today=today)


def _loaded_contracts(keys: Sequence[int]) -> QuerySet[Contract]:
    joined = Contract.objects.filter(pk__in=keys).select_related("account", "owner", "team", "product_line", "person")
    return joined.defer("person__search_keys", "account__search_keys", "account__name_grams")


def _contract_rows(contracts: Sequence[Contract], staff: Staff, in_full: bool) -> list[Row]:  # noqa: ARG001  # as the others
    return [
        [
            contract.account.name,
            contract.product_line.name,
            str(contract.get_stage_display()),
            contract.amount,
            contract.currency,
            contract.starts_on,
            contract.ends_on,
            contract.owner.full_name if contract.owner else "",
            contract.team.name,
            contract.person.full_name,
            contract.signed_at,
            str(REASONS.get(ContractStage(contract.stage), {}).get(contract.reason, "")),
        ]
        for contract in contracts
    ]


def _tags_of_people(people: Sequence[Person]) -> list[str]:
    return _tags_of([one.pk for one in people])


def _tags_of_leads(leads: Sequence[Lead]) -> list[str]:
    return _tags_of([one.person_id for one in leads])


def _tags_of(people: Sequence[int]) -> list[str]:
    return _tags(people, PersonTag.objects.filter(person__in=people).values_list("person", "tag__name"))


def _tags_of_accounts(accounts: Sequence[Account]) -> list[str]:
    carried = AccountTag.objects.filter(account__in=accounts).values_list("account", "tag__name")
    return _tags([one.pk for one in accounts], carried)


def _tags(keys: Sequence[int], carried: QuerySet[Any, tuple[int, str]]) -> list[str]:
    """Of each key its tags by name, each once however many identifiers brought it along."""
    found: dict[int, list[str]] = {key: [] for key in keys}
    for key, name in carried.order_by("tag__name").distinct():
        found[key].append(name)
    return ["; ".join(found[key]) for key in keys]


LISTS: dict[str, List] = {
    "people": List(
        name=pgettext_lazy("list", "People"),
        right="people.read",
        columns=(
            Column(NAME, pgettext_lazy("column", "Name")),
            Column("title", pgettext_lazy("column", "Title")),
            Column("company", pgettext_lazy("column", "Company")),
            Column("phone", pgettext_lazy("column", "Phone"), is_masked=True),
            Column("email", pgettext_lazy("column", "E-mail"), is_masked=True),
            Column("stage", pgettext_lazy("column", "Reach")),
            Column("stage", pgettext_lazy("column", "Stage")),
            Column("owner", pgettext_lazy("column", "Owner")),
            Column("first", pgettext_lazy("column", "First seen")),
            Column("seen", pgettext_lazy("column", "Last seen")),
            Column("score", pgettext_lazy("column", "Score")),
            Column("next", pgettext_lazy("column", "Next step")),
        ),
        found=_people,
        loaded=_loaded_people,
        rows=_people_rows,
        tags=_tags_of_people,
        about=CustomField.About.PERSON.value,
    ),
    "leads": List(
        name=pgettext_lazy("list", "Leads"),
        right="people.read",
        columns=(
            Column(NAME, pgettext_lazy("column", "Name")),
            Column("title", pgettext_lazy("column", "Title")),
            Column("company", pgettext_lazy("column", "Company")),
            Column("phone", pgettext_lazy("column", "Phone"), is_masked=True),
            Column("email", pgettext_lazy("column", "E-mail"), is_masked=True),
            Column("stage", pgettext_lazy("column", "Stage")),
            Column("line", pgettext_lazy("column", "Product line")),
            Column("owner", pgettext_lazy("column", "Owner")),
            Column("team", pgettext_lazy("column", "Team")),
            Column("channel", pgettext_lazy("column", "Channel")),
            Column("campaign", pgettext_lazy("column", "Campaign")),
            Column("created", pgettext_lazy("column", "Created")),
            Column("seen", pgettext_lazy("column", "Last touch")),
            Column("next", pgettext_lazy("column", "Next step")),
        ),
        found=_leads,
        loaded=_loaded_leads,
        rows=_lead_rows,
        tags=_tags_of_leads,
        narrowed_by=CustomField.About.PERSON.value,
    ),
    "accounts": List(
        name=pgettext_lazy("list", "Accounts"),
        right="people.read",
        columns=(
            Column(NAME, pgettext_lazy("column", "Company")),
            Column("code", pgettext_lazy("column", "Credit code of the company"), is_masked=True),
            Column("domain", pgettext_lazy("column", "Domain")),
            Column("confirmed", pgettext_lazy("column", "Confirmed")),
            Column("people", pgettext_lazy("column", "People in sight")),
            Column("leads", pgettext_lazy("column", "Open leads")),
            Column("open", pgettext_lazy("column", "Open amount"), right="deals.read"),
            Column("won", pgettext_lazy("column", "Won amount"), right="deals.read"),
            Column("owner", pgettext_lazy("column", "Owners")),
            Column("touch", pgettext_lazy("column", "Last touch")),
            Column("created", pgettext_lazy("column", "Created")),
        ),
        found=_accounts,
        loaded=_loaded_accounts,
        rows=_account_rows,
        tags=_tags_of_accounts,
        about=CustomField.About.ACCOUNT.value,
    ),
    "opportunities": List(
        name=pgettext_lazy("list", "Opportunities"),
        right="deals.read",
        columns=(
            Column(NAME, pgettext_lazy("column", "Opportunity")),
            Column("company", pgettext_lazy("column", "Company")),
            Column("stage", pgettext_lazy("column", "Stage")),
            Column("amount", pgettext_lazy("column", "Amount")),
            Column("amount", pgettext_lazy("column", "Currency")),
            Column("close", pgettext_lazy("column", "Close date")),
            Column("owner", pgettext_lazy("column", "Owner")),
            Column("line", pgettext_lazy("column", "Product line")),
            Column("next", pgettext_lazy("column", "Next step")),
            Column("created", pgettext_lazy("column", "Created")),
            Column("closed", pgettext_lazy("column", "Closed")),
            Column("weighted", pgettext_lazy("column", "Weighted amount")),
            Column("risk", pgettext_lazy("column", "Risk")),
        ),
        found=_deals,
        loaded=_loaded_deals,
        rows=_deal_rows,
    ),
    "contracts": List(
        name=pgettext_lazy("list", "Contracts"),
        right="contracts.work",
        columns=(
            Column(NAME, pgettext_lazy("column", "Company")),
            Column("line", pgettext_lazy("column", "Product line")),
            Column("stage", pgettext_lazy("column", "Stage")),
            Column("amount", pgettext_lazy("column", "Amount")),
            Column("amount", pgettext_lazy("column", "Currency")),
            Column("starts", pgettext_lazy("column", "Starts on")),
            Column("ends", pgettext_lazy("column", "Ends on")),
            Column("owner", pgettext_lazy("column", "Owner")),
            Column("team", pgettext_lazy("column", "Team")),
            Column("contact", pgettext_lazy("column", "Main contact")),
            Column("signed", pgettext_lazy("column", "Signed")),
            Column("reason", pgettext_lazy("column", "Reason")),
        ),
        found=_contracts,
        loaded=_loaded_contracts,
        rows=_contract_rows,
    ),
}
"""By the code in an address."""
