"""Companies in a file, each with the figures that its reader sees of it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.exchange.lists.layout import NAME, Column, Conditions, List
from wutong.exchange.lists.tags import tags_of_accounts
from wutong.people.custom_fields import readable_by
from wutong.people.models import Account, CustomField
from wutong.platform.format import credit_code_masked
from wutong.platform.models import Staff
from wutong.sales.accounts import Row, Wanted, accounts_wanted, rows_of


class _Told(NamedTuple):
    account: Account
    code: str
    row: Row


_C = Column[_Told]


def _found(staff: Staff, wanted: Conditions) -> QuerySet[Account]:
    return accounts_wanted(staff, Wanted.read(wanted, readable_by(staff, CustomField.About.ACCOUNT)))


def _loaded(keys: Sequence[int]) -> QuerySet[Account]:
    return Account.objects.filter(pk__in=keys).defer("search_keys", "name_grams")


def _told(accounts: Sequence[Account], staff: Staff, in_full: bool) -> list[_Told]:
    rows = rows_of(accounts, staff)
    return [_Told(row.account, _code(row.account.credit_code, in_full=in_full), row) for row in rows]


def _code(code: str | None, *, in_full: bool) -> str:
    return "" if not code else code if in_full else credit_code_masked(code)


ACCOUNTS = List(
    name=pgettext_lazy("list", "Accounts"),
    right="people.read",
    columns=(
        _C(NAME, pgettext_lazy("column", "Company"), lambda one: one.account.name),
        _C("code", pgettext_lazy("column", "Credit code of the company"), lambda one: one.code, is_masked=True),
        _C("domain", pgettext_lazy("column", "Domain"), lambda one: one.account.domain),
        _C(
            "confirmed",
            pgettext_lazy("column", "Confirmed"),
            lambda one: _("yes") if one.account.is_confirmed else _("no"),
        ),
        _C("people", pgettext_lazy("column", "People in sight"), lambda one: one.row.people),
        _C("leads", pgettext_lazy("column", "Open leads"), lambda one: one.row.open_leads),
        _C("open", pgettext_lazy("column", "Open amount"), lambda one: one.row.open_amount, right="deals.read"),
        _C("won", pgettext_lazy("column", "Won amount"), lambda one: one.row.won_amount, right="deals.read"),
        _C("owner", pgettext_lazy("column", "Owners"), lambda one: "; ".join(one.row.owners)),
        _C("touch", pgettext_lazy("column", "Last touch"), lambda one: one.row.last_touch_at),
        _C("created", pgettext_lazy("column", "Created"), lambda one: one.account.created_at),
    ),
    found=_found,
    loaded=_loaded,
    told=_told,
    tags=lambda accounts: tags_of_accounts([one.pk for one in accounts]),
    about=CustomField.About.ACCOUNT.value,
)
