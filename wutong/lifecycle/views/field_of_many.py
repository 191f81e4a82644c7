"""One field of many rows of a list: which value, what it would do, done. People's page, and what companies' shares."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from wutong.lifecycle.correcting_many import FACTS, correct_many, plan_for_facts
from wutong.lifecycle.fact_forms import with_letters
from wutong.lifecycle.field_cards import words_of
from wutong.lifecycle.field_forms import ValuesForm
from wutong.lifecycle.fields_of_many import AT_ONCE, Plan, TooManyToSet, fill_in_people, plan_for_people
from wutong.lifecycle.people_list import Wanted, people_wanted
from wutong.lifecycle.seen import mark_of
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.custom_fields import may_edit, readable_by
from wutong.people.models import CustomField
from wutong.platform.answers import done, refused
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal

OWN = "own:"
"""How a page tells the company's own fields from what everybody is known by."""
_LONGEST_QUERY = 2_000


class FactForm(forms.Form):
    """What many people have in common: one of the two."""

    title = forms.CharField(label=FACTS["title"], max_length=120)
    company = forms.CharField(label=FACTS["company"], max_length=200)

    def clean_company(self) -> str:
        return with_letters(self.cleaned_data["company"])


class HowForm(forms.Form):
    """To whom, beside the field itself."""

    whole = forms.BooleanField(required=False)
    only_empty = forms.BooleanField(label=gettext_lazy("Only where nothing is filled in yet"), required=False)


@dataclass(frozen=True)
class FieldOfMany(ABC):
    """A page that sets one field of many."""

    staff: Staff
    address: str
    """Of this page."""
    back: str
    """Of the list."""

    @abstractmethod
    def form(self, code: str, data: Mapping[str, Any] | None) -> forms.Form | None:
        """The form with one field, the one of ``code``; None where the reader may not fill that in."""

    @abstractmethod
    def value_in(self, form: forms.Form) -> str:
        """What a valid form says, in one text."""

    @abstractmethod
    def words(self, code: str, value: str) -> str:
        """A value as a page shows it."""

    @abstractmethod
    def in_sight(self, ids: Collection[UUID]) -> list[tuple[int, UUID]]:
        """Key and public id of those that the reader sees."""

    @abstractmethod
    def of_list(self, query: QueryDict) -> list[UUID]:
        """The first rows of the list with that address, one more than are changed at once."""

    @abstractmethod
    def plan(self, keys: Collection[int], code: str, value: str, *, only_empty: bool) -> Plan: ...

    @abstractmethod
    def fill_in(self, keys: list[int], code: str, value: str, *, only_empty: bool, at: datetime, seen: str) -> Plan: ...

    @abstractmethod
    def counted(self, n: int) -> str:
        """So many, in words."""


def editable(staff: Staff, fields: Iterable[CustomField]) -> list[CustomField]:
    """Those of ``fields`` that ``staff`` may fill in."""
    return [field for field in fields if may_edit(staff, field)]


def answer(request: StaffRequest, page: FieldOfMany) -> HttpResponse:
    """Ask for the value; show what it would do; do it: whichever button was pressed."""
    given = request.POST
    asks = "preview" in given or "set" in given
    code, query = given.get("field", ""), given.get("query", "")[:_LONGEST_QUERY]
    form = page.form(code, given if asks else None)
    if form is None:
        raise Http404
    how = HowForm(given)
    how.is_valid()
    of_list = page.of_list(QueryDict(query)) if "set" not in given else []
    ticked = [one for one in map(uuid_or_none, given.getlist("chosen")[: AT_ONCE + 1]) if one]
    chosen = page.in_sight(of_list if how.cleaned_data.get("whole") and asks else ticked)
    back = f"{page.back}?{query}"
    if len(chosen) > AT_ONCE:
        return refused(request, TooManyToSet(most=AT_ONCE), back=back)
    if not chosen:
        return HttpResponseRedirect(back)
    keys, only_empty = [pk for pk, _id in chosen], bool(how.cleaned_data.get("only_empty"))
    context: dict[str, Any] = {
        "page": page,
        "form": form,
        "field": next(iter(form.fields.values())).label,
        "code": code,
        "query": query,
        "chosen": chosen,
        "ids": [public_id for _pk, public_id in chosen],
        "counted": page.counted(len(chosen)),
        "whole": page.counted(len(of_list)) if len(chosen) < len(of_list) <= AT_ONCE else "",
        "is_too_long": len(of_list) > AT_ONCE,
        "most": AT_ONCE,
        "only_empty": only_empty,
        "back": back,
    }
    if not asks:
        return render(request, "lifecycle/field_of_many.html", context)
    if not form.is_valid():
        return render(request, "lifecycle/field_of_many.html", context, status=422)
    value = page.value_in(form)
    what = mark_of(value, only_empty)
    if "set" in given and given.get("what") == what:  # and not something that was never looked at
        try:
            did = page.fill_in(keys, code, value, only_empty=only_empty, at=timezone.now(), seen=given.get("seen", ""))
        except Refusal as no:
            context |= {"refusal": no}
        else:
            n, left = len(did.changed), len(chosen) - len(did.changed)
            said = ngettext("%(field)s is set for %(n)d.", "%(field)s is set for %(n)d.", n)
            if left:
                said = _("%(field)s is set for %(n)d, %(left)d stay as they are.")
            return done(request, back, said % {"field": context["field"], "n": n, "left": left})
    context |= {
        "what": what,
        "plan": page.plan(keys, code, value, only_empty=only_empty),
        "words": page.words(code, value),
    }
    context["counted_changed"] = page.counted(len(context["plan"].changed))
    return render(request, "lifecycle/field_of_many.html", context, status=409 if "refusal" in context else 200)


@dataclass(frozen=True)
class OfPeople(FieldOfMany):
    """Title and company, for whoever enters people, and the company's own fields."""

    def form(self, code: str, data: Mapping[str, Any] | None) -> forms.Form | None:
        if code in FACTS:
            return only(code, FactForm(data, auto_id="own-%s")) if may(self.staff, "leads.enter") else None
        field = self._field(code)
        return one_field(field, data) if field is not None else None

    def value_in(self, form: forms.Form) -> str:
        return value_of(form)

    def words(self, code: str, value: str) -> str:
        field = self._field(code)
        return words_of(field, value) if field is not None else value

    def in_sight(self, ids: Collection[UUID]) -> list[tuple[int, UUID]]:
        seen = people_visible_to(self.staff).filter(public_id__in=ids).order_by("pk")
        return list(seen.values_list("pk", "public_id"))

    def of_list(self, query: QueryDict) -> list[UUID]:
        wanted = Wanted.read(query, readable_by(self.staff, CustomField.About.PERSON))
        return list(people_wanted(self.staff, wanted).values_list("public_id", flat=True)[: AT_ONCE + 1])

    def plan(self, keys: Collection[int], code: str, value: str, *, only_empty: bool) -> Plan:
        if code in FACTS:
            return plan_for_facts(keys, code, value, only_empty=only_empty)
        return plan_for_people(keys, self._known(code), value, only_empty=only_empty)

    def fill_in(self, keys: list[int], code: str, value: str, *, only_empty: bool, at: datetime, seen: str) -> Plan:
        if code in FACTS:
            return correct_many(keys, code, value, only_empty=only_empty, by=self.staff, at=at, seen=seen)
        return fill_in_people(keys, self._known(code), value, only_empty=only_empty, by=self.staff, at=at, seen=seen)

    def counted(self, n: int) -> str:
        return ngettext("%(n)d person", "%(n)d people", n) % {"n": n}

    def _known(self, code: str) -> CustomField:
        field = self._field(code)
        if field is None:
            raise Http404
        return field

    def _field(self, code: str) -> CustomField | None:
        return own_field(self.staff, CustomField.About.PERSON, code)


def fillable_of_people(staff: Staff, fields: Iterable[CustomField]) -> list[tuple[str, str]]:
    """What ``staff`` may set of many people, of whose ``fields`` they see these: code and label."""
    usual = [(code, str(label)) for code, label in FACTS.items()] if may(staff, "leads.enter") else []
    return [*usual, *((OWN + field.code, field.name) for field in editable(staff, fields))]


@require_POST
@requires("people.read")
def people_field(request: StaffRequest) -> HttpResponse:
    """Set one field of the people who are ticked in the list, or of all that it holds."""
    list_at, here = reverse("lifecycle:people"), reverse("lifecycle:people_field")
    return answer(request, OfPeople(staff=request.user, address=here, back=list_at))


def own_field(staff: Staff, about: str, code: str) -> CustomField | None:
    """The company's own field that the page calls so, if ``staff`` may fill it in."""
    return next((one for one in editable(staff, readable_by(staff, about)) if OWN + one.code == code), None)


def only(code: str, form: forms.Form) -> forms.Form:
    """``form`` with one of its fields."""
    form.fields = {code: form.fields[code]}
    return form


def one_field(field: CustomField, data: Mapping[str, Any] | None) -> forms.Form:
    """A form with ``field`` alone, which asks for something: many are not emptied at once."""
    form = ValuesForm(data, fields=[field], held={})
    next(iter(form.fields.values())).required = True
    return form


def value_of(form: forms.Form) -> str:
    """What a valid form of one field says."""
    value: str = next(iter(form.cleaned_data.values()))
    return value
