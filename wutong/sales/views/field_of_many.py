"""One field of many companies: the company's own, and for whoever keeps companies industry, size and region."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wutong.lifecycle.field_cards import words_of
from wutong.lifecycle.fields_of_many import AT_ONCE, Plan, fill_in_accounts, plan_for_accounts
from wutong.lifecycle.views.field_of_many import (
    OWN,
    FieldOfMany,
    answer,
    editable,
    one_field,
    only,
    own_field,
    value_of,
)
from wutong.people.companies.places import division_name
from wutong.people.custom_fields import readable_by
from wutong.people.models import CustomField, Industry, SizeBand
from wutong.platform.models import Staff
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.sales.accounts import Wanted, accounts_visible_to, accounts_wanted
from wutong.sales.facts_of_many import FACTS, describe_many, plan_for_facts
from wutong.sales.forms import FactForm


@dataclass(frozen=True)
class OfCompanies(FieldOfMany):
    """Industry, size and region, and the company's own fields."""

    def form(self, code: str, data: Mapping[str, Any] | None) -> forms.Form | None:
        if code in FACTS:
            return only(code, FactForm(data, auto_id="own-%s")) if may(self.staff, "accounts.manage") else None
        field = self._own(code)
        return one_field(field, data) if field is not None else None

    def value_in(self, form: forms.Form) -> str:
        return value_of(form)

    def words(self, code: str, value: str) -> str:
        match code:
            case "industry":
                return str(Industry(value).label)
            case "size_band":
                return str(SizeBand(value).label)
            case "region":
                return division_name(value)
        return words_of(self._known(code), value)

    def in_sight(self, ids: Collection[UUID]) -> list[tuple[int, UUID]]:
        return list(
            accounts_visible_to(self.staff).filter(public_id__in=ids).order_by("pk").values_list("pk", "public_id")
        )

    def of_list(self, query: QueryDict) -> list[UUID]:
        wanted = Wanted.read(query, readable_by(self.staff, CustomField.About.ACCOUNT))
        return list(accounts_wanted(self.staff, wanted).values_list("public_id", flat=True)[: AT_ONCE + 1])

    def plan(self, keys: Collection[int], code: str, value: str, *, only_empty: bool) -> Plan:
        if code in FACTS:
            return plan_for_facts(keys, code, value, only_empty=only_empty)
        return plan_for_accounts(keys, self._known(code), value, only_empty=only_empty)

    def fill_in(self, keys: list[int], code: str, value: str, *, only_empty: bool, at: datetime, seen: str) -> Plan:
        if code in FACTS:
            return describe_many(keys, code, value, only_empty=only_empty, by=self.staff, at=at, seen=seen)
        field = self._known(code)
        return fill_in_accounts(keys, field, value, only_empty=only_empty, by=self.staff, at=at, seen=seen)

    def counted(self, n: int) -> str:
        return ngettext("%(n)d company", "%(n)d companies", n) % {"n": n}

    def _known(self, code: str) -> CustomField:
        field = self._own(code)
        if field is None:
            raise Http404
        return field

    def _own(self, code: str) -> CustomField | None:
        return own_field(self.staff, CustomField.About.ACCOUNT, code)


def fillable_of_companies(staff: Staff, fields: list[CustomField]) -> list[tuple[str, str]]:
    """What ``staff`` may set of many companies, of which ``fields`` they see: code and label."""
    usual = [(code, str(label)) for code, label in FACTS.items()] if may(staff, "accounts.manage") else []
    return [*usual, *((OWN + field.code, field.name) for field in editable(staff, fields))]


@require_POST
@requires("people.read")
def accounts_field(request: StaffRequest) -> HttpResponse:
    """Set one field of the companies that are ticked in the list, or of all that it holds."""
    list_at, here = reverse("sales:accounts"), reverse("sales:accounts_field")
    return answer(request, OfCompanies(staff=request.user, address=here, back=list_at))
