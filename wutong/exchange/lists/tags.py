"""The tags of people and companies, as a file tells them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from wutong.people.models import AccountTag, PersonTag


def tags_of_people(people: Sequence[int]) -> list[str]:
    """Of each of ``people``, by id, in their order."""
    return _by_name(people, PersonTag.objects.filter(person__in=people).values_list("person", "tag__name"))


def tags_of_accounts(accounts: Sequence[int]) -> list[str]:
    """The same of companies."""
    return _by_name(accounts, AccountTag.objects.filter(account__in=accounts).values_list("account", "tag__name"))


def _by_name(keys: Sequence[int], carried: QuerySet[Any, tuple[int, str]]) -> list[str]:
    """Of each key its tags by name, each once however many identifiers brought it along."""
    found: dict[int, list[str]] = {key: [] for key in keys}
    for key, name in carried.order_by("tag__name").distinct():
        found[key].append(name)
    return ["; ".join(found[key]) for key in keys]
