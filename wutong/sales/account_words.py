"""What is known of a company, in words, each with who said it, where it was read and when."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.account_facts import STATED, sources_of
from wutong.people.companies.places import division_name
from wutong.people.models import Account, AccountFact, Industry, SizeBand

_SHOWN = 50
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
    """A fact as people read it; ``fact`` is the statement that it rests on, if one was kept."""

    label: str
    value: str
    fact: AccountFact | None


def facts_in_words(account: Account) -> list[KnownFact]:
    """What is known now, but for the name, which stands above it."""
    sources = sources_of(account)
    return [KnownFact(str(_LABELS[field]), _value(account, field), sources.get(field)) for field in STATED[1:]]


def history_of(account: Account) -> list[KnownFact]:
    """What was ever stated, the latest first."""
    facts = AccountFact.objects.filter(account=account).select_related("by").order_by("-at", "-pk")[:_SHOWN]
    return [KnownFact(str(_LABELS.get(one.field, one.field)), _read(one.field, one.value), one) for one in facts]


def _value(account: Account, field: str) -> str:
    if field == "region":
        return division_name(account.region)
    if field == "parent":
        return account.parent.name if account.parent is not None else ""
    return _read(field, getattr(account, field) or "")


def _read(field: str, value: str) -> str:
    if field == "industry" and value in Industry.values:
        return str(Industry(value).label)
    if field == "size_band" and value in SizeBand.values:
        return str(SizeBand(value).label)
    return value
