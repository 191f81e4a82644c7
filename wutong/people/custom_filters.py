"""Conditions on a company's own fields in the address of a list: ``cf.budget.from=100000``, ``cf.region=north``.

A field that the reader may not see is no condition: the list is what it would be without it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from wutong.people.custom_values import LONGEST_LINK, NotAValue, in_words, read_text
from wutong.people.models import AccountCustomValue, CustomField, PersonCustomValue
from wutong.platform.saved_views import FIELD

SIGN = FIELD
_K = CustomField.Kind
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a list is narrowed by. ``names``: the parameters of the address that it stands in."""

    field: CustomField
    value: str = ""
    low: str = ""
    high: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        base = SIGN + self.field.code
        return (base, f"{base}.from", f"{base}.to")

    def in_words(self) -> str:
        """As a chip reads."""
        if self.value:
            return in_words(self.field, self.value)
        if self.low and self.high:
            return _("%(low)s to %(high)s") % {"low": self.low, "high": self.high}
        return _("from %(low)s") % {"low": self.low} if self.low else _("up to %(high)s") % {"high": self.high}

    def fits(self) -> Q:
        """The condition on a row of values."""
        fits = Q(field=self.field.pk)
        match self.field.kind:
            case _K.NUMBER | _K.MONEY:
                return fits & _between("number", self.low, self.high, Decimal)
            case _K.DATE:
                return fits & _between("day", self.low, self.high, date.fromisoformat)
            case _K.YES_NO:
                return fits & Q(is_yes=self.value == "yes")
            case _K.ONE | _K.MANY:
                # By its id: so the planner knows how many have it, and walks the list or the index of answers.
                option = next((one.pk for one in self.field.options.all() if one.code == self.value), 0)
                return fits & Q(option=option)
        return fits & Q(Exact(Lower("text"), Lower(Value(self.value))))


def conditions_in(asked: Mapping[str, Any], fields: Iterable[CustomField]) -> tuple[Condition, ...]:
    """The conditions that an address names on ``fields``; what makes no sense counts as none."""
    found = []
    for field in fields:
        base = SIGN + field.code
        low, high = (_sense(field, asked.get(f"{base}.{end}", "")) for end in ("from", "to"))
        if field.is_counted or field.kind == _K.DATE:
            if low or high:
                found.append(Condition(field=field, low=low, high=high))
        elif value := _sense(field, asked.get(base, "")):
            found.append(Condition(field=field, value=value))
    return tuple(found)


def parameters_of(fields: Iterable[CustomField]) -> frozenset[str]:
    """What an address may say about ``fields``."""
    return frozenset(name for field in fields for name in (f"{SIGN}{field.code}{end}" for end in ("", ".from", ".to")))


def people_that_fit(people: QuerySet[M], conditions: Iterable[Condition]) -> QuerySet[M]:
    for one in conditions:
        people = people.filter(Exists(PersonCustomValue.objects.filter(one.fits(), person=OuterRef("pk"))))
    return people


def accounts_that_fit(accounts: QuerySet[M], conditions: Iterable[Condition]) -> QuerySet[M]:
    for one in conditions:
        accounts = accounts.filter(Exists(AccountCustomValue.objects.filter(one.fits(), account=OuterRef("pk"))))
    return accounts


def to_ask(fields: Iterable[CustomField], conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """The fields as the form of a list asks for them, each with what is asked now."""
    asked = {one.field.pk: one for one in conditions}
    return [
        {
            "field": field,
            "name": SIGN + field.code,
            "is_range": field.is_counted or field.kind == _K.DATE,
            "type": "date" if field.kind == _K.DATE else "text",
            "options": [(one.code, one.name) for one in field.options.all()]
            if field.has_options
            else [("yes", _("yes")), ("no", _("no"))]
            if field.kind == _K.YES_NO
            else [],
            "value": asked[field.pk].value if field.pk in asked else "",
            "low": asked[field.pk].low if field.pk in asked else "",
            "high": asked[field.pk].high if field.pk in asked else "",
        }
        for field in fields
    ]


def _between(column: str, low: str, high: str, read: Any) -> Q:
    fits = Q(**{f"{column}__isnull": False})
    if low:
        fits &= Q(**{f"{column}__gte": read(low)})
    return fits & Q(**{f"{column}__lte": read(high)}) if high else fits


def _sense(field: CustomField, text: str) -> str:
    """A limit of a range may lie outside of what the field takes; an answer may be offered no longer."""
    try:
        wide = CustomField(kind=field.kind) if field.is_counted else field
        held = ",".join(one.code for one in field.options.all()) if field.has_options else ""
        value = read_text(wide, text[:LONGEST_LINK], held=held)
    except NotAValue:
        return ""
    return value.split(",")[0] if field.kind == _K.MANY else value
