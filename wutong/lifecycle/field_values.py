"""Filling in a company's own fields: by a colleague on a page, and by another system."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.people.account_facts import Word
from wutong.people.account_merge import CompanyGone
from wutong.people.custom_fields import may_edit
from wutong.people.custom_values import (
    SaidOfPerson,
    state_of_account,
    state_of_people,
    values_of_accounts,
    values_of_people,
)
from wutong.people.models import Account, AccountFact, Assurance, CustomField, Person
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.models import ApiKey, Staff
from wutong.platform.refusal import Refusal

Values = Mapping[CustomField, str]
"""Each in its one text, as :mod:`wutong.people.custom_values` has it."""


class FieldNotYours(Refusal):
    code = "field_not_yours"
    message = _("You may not fill in “%(name)s”. Ask an administrator.")


class NothingKnownOfThem(Refusal):
    code = "nothing_known_of_them"
    message = _("Nothing points at this person any more, so nothing can be kept of them.")


def fill_in_person(*, person: Person, values: Values, by: Staff | ApiKey, at: datetime, seen: str = "") -> list[str]:
    """Keep what somebody says of a person's fields; what stands already is not said again.

    Args:
        by: whoever says it; what a key may set its door has checked.
        seen: the mark of what the form showed.

    Returns:
        the codes of the fields that changed.

    Raises:
        FieldNotYours, ChangedMeanwhile, NothingKnownOfThem: nothing is changed then.
    """
    _refuse(values, by)
    with transaction.atomic(durable=True):
        return fill_in_locked(person, values, by=by, at=at, seen=seen)


def fill_in_locked(
    person: Person,
    values: Values,
    *,
    by: Staff | ApiKey,
    at: datetime,
    seen: str = "",
    assurance: Assurance = Assurance.STAFF,
) -> list[str]:
    """The same in the caller's transaction.

    Args:
        assurance: what a customer typed is kept, and does not count where a colleague has said otherwise.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = values_of_people([person.pk], values)[person.pk]
    now = {field.code: held[field.code].value if field.code in held else "" for field in values}
    refuse_unseen(seen, mark_of_values(now))
    changed = {field: value for field, value in values.items() if value != now[field.code]}
    if not changed:
        return []
    subject = strongest_subjects([person.pk]).get(person.pk)
    if subject is None:
        raise NothingKnownOfThem
    said = [
        SaidOfPerson(subject_id=subject, person_id=person.pk, field=field, value=value)
        for field, value in changed.items()
    ]
    source = f"{'staff' if isinstance(by, Staff) else 'api'}:{by.public_id}"
    state_of_people(said, source=source, assurance=assurance, at=at)
    codes = sorted(field.code for field in changed)
    record("people.fields_set", actor=by, subject=person, at=at, fields=codes)
    return codes


def fill_in_account(*, account: Account, values: Values, by: Staff | ApiKey, at: datetime, seen: str = "") -> list[str]:
    """The same of a company.

    Raises:
        FieldNotYours, ChangedMeanwhile, CompanyGone: nothing is changed then.
    """
    _refuse(values, by)
    with transaction.atomic(durable=True):
        locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if locked.merged_into_id is not None:
            raise CompanyGone
        held = values_of_accounts([locked.pk], values)[locked.pk]
        now = {field.code: held[field.code].value if field.code in held else "" for field in values}
        refuse_unseen(seen, mark_of_values(now))
        changed = {field: value for field, value in values.items() if value != now[field.code]}
        if not changed:
            return []
        source = AccountFact.Source.COLLEAGUE if isinstance(by, Staff) else AccountFact.Source.SYSTEM
        state_of_account(
            locked, changed, word=Word(by=by if isinstance(by, Staff) else None, source=source.value, at=at)
        )
        codes = sorted(field.code for field in changed)
        record("people.account_fields_set", actor=by, subject=locked, at=at, fields=codes)
    return codes


def mark_of_values(values: Mapping[str, str]) -> str:
    """Changes with what the form of the fields shows; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(sorted(values.items()))


def _refuse(values: Values, by: Staff | ApiKey) -> None:
    for field in values:
        if isinstance(by, Staff) and not may_edit(by, field):
            raise FieldNotYours(name=field.name)
