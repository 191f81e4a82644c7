"""Setting industry, size or region of many companies at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.fields_of_many import Plan, planned, refuse_too_many
from wutong.lifecycle.seen import refuse_unseen
from wutong.people.account_facts import Word, describe
from wutong.people.models import Account, AccountFact
from wutong.platform.audit import record
from wutong.platform.models import Staff

FACTS = {
    "industry": pgettext_lazy("company", "Industry"),
    "size_band": pgettext_lazy("company", "Size"),
    "region": pgettext_lazy("company", "Region"),
}


def plan_for_facts(accounts: Collection[int], fact: str, value: str, *, only_empty: bool) -> Plan:
    """What it would do to set ``fact``, one of :data:`FACTS`, of ``accounts``, by id."""
    known = Account.objects.filter(pk__in=accounts).values_list("pk", fact, "merged_into_id")
    held = {pk: now for pk, now, _merged in known}
    there = {pk for pk, _now, merged in known if merged is None}
    return planned(held, value, only_empty=only_empty, reachable=there)


def describe_many(
    accounts: Sequence[int],
    fact: str,
    value: str,
    *,
    only_empty: bool = False,
    by: Staff,
    at: datetime,
    seen: str = "",
) -> Plan:
    """Set ``fact`` of ``accounts``, by id. Returns what that did.

    Args:
        only_empty: leave alone of which it is known.
        seen: the mark of the plan that was shown.

    Raises:
        TooManyToSet, ChangedMeanwhile: nothing is changed then.
    """
    refuse_too_many(accounts)
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
        rows = {account.pk: account for account in locked.defer("search_keys", "name_grams")}
        plan = plan_for_facts(list(rows), fact, value, only_empty=only_empty)
        refuse_unseen(seen, plan.mark)
        word = Word(by=by, source=AccountFact.Source.COLLEAGUE.value, at=at)
        for pk in plan.changed:
            describe(rows[pk], {fact: value}, word=word)
            record("people.account_changed", actor=by, subject=rows[pk], at=at, fields=[fact])
    return plan
