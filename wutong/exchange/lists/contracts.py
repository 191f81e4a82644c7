"""Contracts in a file."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from wutong.exchange.lists.layout import NAME, Column, Conditions, List
from wutong.lifecycle.contracts import REASONS
from wutong.lifecycle.models import Contract, ContractStage
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone
from wutong.sales.contract_list import Wanted, contracts_wanted

_C = Column[Contract]


def _found(staff: Staff, wanted: Conditions) -> QuerySet[Contract]:
    today = datetime.now(UTC).astimezone(our_zone()).date()
    return contracts_wanted(staff, Wanted.read(wanted), today=today)


def _loaded(keys: Sequence[int]) -> QuerySet[Contract]:
    joined = Contract.objects.filter(pk__in=keys).select_related("account", "owner", "team", "product_line", "person")
    return joined.defer("person__search_keys", "account__search_keys", "account__name_grams")


def _reason(contract: Contract) -> str:
    return str(REASONS.get(ContractStage(contract.stage), {}).get(contract.reason, ""))


CONTRACTS = List(
    name=pgettext_lazy("list", "Contracts"),
    right="contracts.work",
    columns=(
        _C(NAME, pgettext_lazy("column", "Company"), lambda one: one.account.name),
        _C("line", pgettext_lazy("column", "Product line"), lambda one: one.product_line.name),
        _C("stage", pgettext_lazy("column", "Stage"), lambda one: str(one.get_stage_display())),
        _C("amount", pgettext_lazy("column", "Amount"), lambda one: one.amount),
        _C("amount", pgettext_lazy("column", "Currency"), lambda one: one.currency),
        _C("starts", pgettext_lazy("column", "Starts on"), lambda one: one.starts_on),
        _C("ends", pgettext_lazy("column", "Ends on"), lambda one: one.ends_on),
        _C("owner", pgettext_lazy("column", "Owner"), lambda one: one.owner.full_name if one.owner else ""),
        _C("team", pgettext_lazy("column", "Team"), lambda one: one.team.name),
        _C("contact", pgettext_lazy("column", "Main contact"), lambda one: one.person.full_name),
        _C("signed", pgettext_lazy("column", "Signed"), lambda one: one.signed_at),
        _C("reason", pgettext_lazy("column", "Reason"), _reason),
    ),
    found=_found,
    loaded=_loaded,
)
