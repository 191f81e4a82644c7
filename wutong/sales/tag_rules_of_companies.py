"""The conditions of the list of companies, as rules of tags speak of them.

Not what a company is searched by, nor whose it is, which depends on who looks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.lifecycle.tag_rules import Asked, Language, Pairs, pairs_of_own
from wutong.people.companies.places import division_named, large_divisions
from wutong.people.custom_filters import conditions_in
from wutong.people.models import Account, CustomField, Industry, SizeBand, Tag
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.sales.accounts import Wanted, accounts_for, all_accounts_wanted, states


def _read(given: Mapping[str, str], fields: Sequence[CustomField]) -> Asked:
    own = conditions_in(given, fields)
    pairs: Pairs = pairs_of_own(own)
    words: list[tuple[str, str]] = [(one.field.name, one.in_words()) for one in own]
    named = uuid_or_none(given.get("tag"))
    tag = Tag.objects.of_accounts().filter(public_id=named).first() if named else None
    region = given.get("region", "")[:40].strip()
    known: dict[str, tuple[str, Mapping[str, str | Promise]]] = {
        "state": (_("Which companies"), dict(states())),
        "industry": (pgettext("company", "Industry"), dict(Industry.choices)),
        "size": (pgettext("company", "Size"), dict(SizeBand.choices)),
        "region": (pgettext("company", "Region"), {region: region} if region and division_named(region) else {}),
        "tag": (_("Tag is"), {str(tag.public_id): tag.name} if tag else {}),
    }
    asked = {"tag": str(tag.public_id) if tag else "", "region": region}
    for name, (label, choices) in known.items():
        value = asked.get(name, given.get(name, ""))
        if value and value in choices:
            pairs.append((name, value))
            words.append((label, str(choices[value])))
    return Asked(pairs=pairs, tag=tag.public_id if tag else None, words=words, own=own, given=given)


def _wanted(asked: Asked) -> Wanted:
    named = dict(asked.pairs)
    return Wanted(
        state=named.get("state", ""),
        industry=named.get("industry", ""),
        size=named.get("size", ""),
        region=named.get("region", ""),
        tag=asked.tag,
        own=tuple(asked.own),
    )


def _everybody(asked: Asked) -> QuerySet[Account]:
    return all_accounts_wanted(_wanted(asked))


def _sample(staff: Staff, asked: Asked) -> list[tuple[str, str]]:
    shown = accounts_for(staff, _wanted(asked)).rows
    return [(row.account.name, reverse("sales:account", args=[row.account.public_id])) for row in shown]


def _choices() -> dict[str, Any]:
    return {
        # All of them, whoever looks: a form that could not show a condition would drop it.
        "states": states(),
        "industries": Industry.choices,
        "sizes": SizeBand.choices,
        "regions": [name for _code, name in large_divisions()],
    }


COMPANIES = Language(
    list_url="sales:accounts",
    names=frozenset({"state", "industry", "size", "region", "tag"}),
    form="sales/_tag_rule_companies.html",
    choices=_choices,
    read=_read,
    everybody=_everybody,
    sample=_sample,
)
