"""The card of a company's own fields on a page: what is in each, who said it and when, and the form to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wutong.lifecycle.field_forms import ValuesForm
from wutong.lifecycle.field_values import mark_of_values
from wutong.lifecycle.models import Lead
from wutong.people.custom_fields import may_edit, readable_by
from wutong.people.custom_values import in_words, values_of_accounts, values_of_people
from wutong.people.models import Account, AccountFact, CustomField, FieldValue, Person
from wutong.people.sources import source_names
from wutong.platform import format as formats
from wutong.platform.models import Staff
from wutong.platform.organisation import our_currency


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One field as it is read."""

    field: CustomField
    value: str
    """In its one text; ``words`` for whoever reads it."""
    words: str
    said: FieldValue | AccountFact | None
    source: str = ""

    @property
    def at(self) -> Any:
        return getattr(self.said, "observed_at", None) or getattr(self.said, "at", None)


def card_of_person(staff: Staff, person: Person) -> dict[str, Any] | None:
    """None where there is no field that the reader may see."""
    fields = readable_by(staff, CustomField.About.PERSON)
    if not fields:
        return None
    said = values_of_people([person.pk], fields)[person.pk]
    names = source_names({one.source for one in said.values()})
    sources = {code: names.get(one.source, one.source) for code, one in said.items()}
    address = reverse("lifecycle:person_fields", args=[person.public_id])
    return _card(staff, fields, said, sources, address=address)


def card_of_lead(staff: Staff, lead: Lead) -> dict[str, Any] | None:
    return card_of_person(staff, lead.person)


def card_of_account(staff: Staff, account: Account, *, address: str) -> dict[str, Any] | None:
    """The same of a company."""
    fields = readable_by(staff, CustomField.About.ACCOUNT)
    if not fields:
        return None
    said = values_of_accounts([account.pk], fields)[account.pk]
    sources = {code: one.by.full_name if one.by else str(one.get_source_display()) for code, one in said.items()}
    return _card(staff, fields, said, sources, address=address)


def words_of(field: CustomField, value: str) -> str:
    """A value as a page shows it, in the reader's language."""
    match field.kind:
        case _ if not value:
            return ""
        case CustomField.Kind.MONEY:
            return formats.money(Decimal(value), our_currency())
        case CustomField.Kind.NUMBER:
            return formats.number(Decimal(value), decimals=len(value.partition(".")[2]))
        case CustomField.Kind.DATE:
            return formats.day(date.fromisoformat(value), language=get_language() or "zh-hans")
    return in_words(field, value)


def form_of(card: Mapping[str, Any], data: Any) -> ValuesForm:
    """The card's form with what was sent."""
    return ValuesForm(data, fields=card["editable"], held=card["held"])


def seen_by(card: Mapping[str, Any]) -> str:
    """The mark of what the form shows."""
    return mark_of_values({field.code: card["held"].get(field.code, "") for field in card["editable"]})


def _card(
    staff: Staff,
    fields: list[CustomField],
    said: Mapping[str, FieldValue | AccountFact],
    sources: Mapping[str, str],
    *,
    address: str,
) -> dict[str, Any]:
    shown = [
        Shown(
            field=field,
            value=said[field.code].value if field.code in said else "",
            words=words_of(field, said[field.code].value) if field.code in said else "",
            said=said.get(field.code),
            source=sources.get(field.code, ""),
        )
        for field in sorted(fields, key=lambda field: bool(field.group))
    ]
    order = list(dict.fromkeys(one.field.group for one in shown))
    ranked = sorted(shown, key=lambda one: order.index(one.field.group))
    card: dict[str, Any] = {
        "groups": [(group, list(ones)) for group, ones in groupby(ranked, key=lambda one: one.field.group)],
        "editable": [field for field in fields if may_edit(staff, field)],
        "held": {code: one.value for code, one in said.items()},
        "address": address,
        "title": _("More about them"),
    }
    card["form"] = ValuesForm(fields=card["editable"], held=card["held"]) if card["editable"] else None
    card["seen"] = seen_by(card)
    return card
