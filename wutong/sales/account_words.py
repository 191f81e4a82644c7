"""What is known of a company, in words, each with who said it, where it was read and when."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.field_cards import words_of
from wutong.people.account_facts import STATED, sources_of
from wutong.people.accounts import name_key
from wutong.people.companies.places import division_name
from wutong.people.custom_fields import readable_by
from wutong.people.models import Account, AccountFact, CustomField, Industry, SizeBand
from wutong.platform.format import credit_code_masked
from wutong.platform.models import Staff
from wutong.sales.accounts import accounts_visible_to

_SHOWN = 50
OUT_OF_SIGHT = _("A company out of your sight")
_LABELS = {
    "name": _("Company name"),
    "credit_code": _("Unified social credit code"),
    "domain": _("E-mail domain"),
    "industry": pgettext_lazy("company", "Industry"),
    "size_band": pgettext_lazy("company", "Size"),
    "region": pgettext_lazy("company", "Region"),
    "parent": _("Parent company"),
}


@dataclass(frozen=True)
class KnownFact:
    """A fact as people read it, a credit code masked; ``fact`` is the statement that it rests on, if one was kept."""

    label: str
    value: str
    fact: AccountFact | None
    is_code: bool = False


def facts_in_words(account: Account, *, viewer: Staff) -> list[KnownFact]:
    """What is known now, but for the name, which stands above it."""
    sources = sources_of(account)
    return [
        KnownFact(
            str(_LABELS[field]), _value(account, field, viewer), sources.get(field), is_code=field == "credit_code"
        )
        for field in STATED[1:]
    ]


def history_of(account: Account, *, viewer: Staff) -> list[KnownFact]:
    """What was ever stated, the latest first; of the company's own fields those that ``viewer`` may see."""
    own = {field.statement: field for field in readable_by(viewer, CustomField.About.ACCOUNT)}
    stated = AccountFact.objects.filter(account=account, field__in=[*STATED, *own])
    facts = list(stated.select_related("by").order_by("-at", "-pk")[:_SHOWN])
    parents = {one.value for one in facts if one.field == "parent" and one.value}
    named = accounts_visible_to(viewer).filter(name_key__in=[name_key(name) for name in parents])
    hidden = parents - set(named.values_list("name", flat=True)) if parents else set()
    return [
        KnownFact(own[one.field].name, words_of(own[one.field], one.value), one)
        if one.field in own
        else KnownFact(
            str(_LABELS[one.field]),
            str(OUT_OF_SIGHT) if one.field == "parent" and one.value in hidden else _read(one.field, one.value),
            one,
        )
        for one in facts
    ]


def parent_in_sight(account: Account, viewer: Staff) -> bool:
    """Whether the parent's name may be shown, and changed; a company without one has nothing to hide."""
    return account.parent_id is None or accounts_visible_to(viewer).filter(pk=account.parent_id).exists()


def _value(account: Account, field: str, viewer: Staff) -> str:
    if field == "region":
        return division_name(account.region)
    if field == "parent" and account.parent is not None:
        return account.parent.name if parent_in_sight(account, viewer) else str(OUT_OF_SIGHT)
    return _read(field, getattr(account, field) or "") if field != "parent" else ""


def _read(field: str, value: str) -> str:
    if field == "industry" and value in Industry.values:
        return str(Industry(value).label)
    if field == "credit_code":
        return credit_code_masked(value) if value else ""
    if field == "size_band" and value in SizeBand.values:
        return str(SizeBand(value).label)
    return value
