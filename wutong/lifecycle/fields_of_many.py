"""Setting one field of many people or companies at once: what it would do, told beforehand, and doing it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.field_values import FieldNotYours
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.people.account_facts import Word
from wutong.people.custom_fields import may_edit
from wutong.people.custom_values import (
    SaidOfPerson,
    state_of_accounts,
    state_of_people,
    values_of_accounts,
    values_of_people,
)
from wutong.people.models import Account, AccountFact, Assurance, CustomField, Person
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

AT_ONCE = 200
"""The most people or companies of which a field is set in one act."""


class TooManyToSet(Refusal):
    code = "too_many_to_set"
    message = _("A field is set of at most %(most)d at once. Choose fewer.")


@dataclass(frozen=True)
class Plan:
    """What setting a field does, and why not to all."""

    changed: list[int]
    """Of whom it changes something, by key."""
    replaced: int
    """So many of these have something else in it now."""
    same: int
    """So many have the very value already."""
    kept: int
    """So many have something else in it, and only those are filled in that have nothing."""
    outweighed: int
    """Of so many something else was verified, which goes on counting whatever a colleague says."""
    unreachable: int
    """Of so many nothing can be kept: nothing points at them any more, or they were merged with others."""
    mark: str
    """Changes with what they have in it now; see :mod:`wutong.lifecycle.seen`."""


def planned(
    held: Mapping[int, str],
    value: str,
    *,
    only_empty: bool,
    reachable: Collection[int],
    verified: Collection[int] = (),
) -> Plan:
    """What setting a field to ``value`` does.

    Args:
        held: what each has in it now, by key; empty for nothing.
        reachable: of whom something can be kept.
        verified: of whom what they have in it was verified.
    """
    other = {pk: now for pk, now in held.items() if pk in reachable and now != value}
    to_change = [pk for pk, now in other.items() if not (now and only_empty)]
    changed = [pk for pk in to_change if pk not in verified]
    return Plan(
        changed=sorted(changed),
        replaced=sum(bool(other[pk]) for pk in changed),
        same=sum(now == value for pk, now in held.items() if pk in reachable),
        kept=len(other) - len(to_change),
        outweighed=len(to_change) - len(changed),
        unreachable=sum(pk not in reachable for pk in held),
        mark=mark_of(sorted(held.items()), sorted(pk for pk in held if pk in reachable)),
    )


def refuse_too_many(keys: Collection[int]) -> None:
    """Refuse more than are changed at once.

    Raises:
        TooManyToSet: see there.
    """
    if len(keys) > AT_ONCE:
        raise TooManyToSet(most=AT_ONCE)


def plan_for_people(people: Collection[int], field: CustomField, value: str, *, only_empty: bool) -> Plan:
    """What it would do to set ``field`` of ``people``, by id."""
    said = values_of_people(people, [field])
    held = {pk: one[field.code].value if field.code in one else "" for pk, one in said.items()}
    verified = {pk for pk, one in said.items() if field.code in one and one[field.code].assurance == Assurance.VERIFIED}
    reachable = strongest_subjects(people)
    return planned(held, value, only_empty=only_empty, reachable=reachable, verified=verified)


def plan_for_accounts(accounts: Collection[int], field: CustomField, value: str, *, only_empty: bool) -> Plan:
    """The same of companies."""
    said = values_of_accounts(accounts, [field])
    held = {pk: one[field.code].value if field.code in one else "" for pk, one in said.items()}
    there = set(Account.objects.filter(pk__in=accounts, merged_into=None).values_list("pk", flat=True))
    return planned(held, value, only_empty=only_empty, reachable=there)


def fill_in_people(
    people: Sequence[int],
    field: CustomField,
    value: str,
    *,
    only_empty: bool = False,
    by: Staff,
    at: datetime,
    seen: str = "",
) -> Plan:
    """Set ``field`` of ``people``, by id, to ``value`` in its one text. Returns what that did.

    Args:
        only_empty: leave alone who has something in it.
        seen: the mark of the plan that was shown.

    Raises:
        FieldNotYours, TooManyToSet, ChangedMeanwhile: nothing is changed then.
    """
    _refuse(people, field, by)
    with transaction.atomic(durable=True):
        # Locked in id order, as whoever else changes many does.
        locked = (
            Person.objects.select_for_update(no_key=True)
            .filter(pk__in=people)
            .order_by("pk")
            .only("pk", "public_id", "full_name")
        )
        rows = {person.pk: person for person in locked}
        plan = plan_for_people(list(rows), field, value, only_empty=only_empty)
        refuse_unseen(seen, plan.mark)
        subjects = strongest_subjects(plan.changed)
        said = [SaidOfPerson(subject_id=subjects[pk], person_id=pk, field=field, value=value) for pk in plan.changed]
        state_of_people(said, source=f"staff:{by.public_id}", assurance=Assurance.STAFF, at=at)
        for pk in plan.changed:
            record("people.fields_set", actor=by, subject=rows[pk], at=at, fields=[field.code])
    return plan


def fill_in_accounts(
    accounts: Sequence[int],
    field: CustomField,
    value: str,
    *,
    only_empty: bool = False,
    by: Staff,
    at: datetime,
    seen: str = "",
) -> Plan:
    """The same of companies."""
    _refuse(accounts, field, by)
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
        rows = {account.pk: account for account in locked.defer("search_keys", "name_grams")}
        plan = plan_for_accounts(list(rows), field, value, only_empty=only_empty)
        refuse_unseen(seen, plan.mark)
        word = Word(by=by, source=AccountFact.Source.COLLEAGUE.value, at=at)
        state_of_accounts([rows[pk] for pk in plan.changed], {field: value}, word=word)
        for pk in plan.changed:
            record("people.account_fields_set", actor=by, subject=rows[pk], at=at, fields=[field.code])
    return plan


def _refuse(keys: Collection[int], field: CustomField, by: Staff) -> None:
    refuse_too_many(keys)
    if not may_edit(by, field):
        raise FieldNotYours(name=field.name)
