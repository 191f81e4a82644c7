"""What colleagues correct about a person, and add: every earlier word stays, with who said it and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from wutong.lifecycle.field_values import NothingKnownOfThem
from wutong.lifecycle.models import Lead
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.people import lane
from wutong.people.accounts import Employment, employ_many
from wutong.people.facts import Statement, refresh_people, standing, state_many
from wutong.people.graph import Level
from wutong.people.identifiers import IdentifierKey, load_by_id, load_by_key
from wutong.people.identity import see_many
from wutong.people.models import Account, Assurance, FieldValue, Person
from wutong.people.observations import Observed
from wutong.people.reassign import redo_sums
from wutong.people.settling import settle
from wutong.people.subjects import strongest_subjects
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal

FIELDS = ("full_name", "title", "company")


class SomebodyElses(Refusal):
    """To add it would say that two people are one."""

    code = "somebody_elses"
    message = _("Somebody else is known by this number or address. Search for it, and merge the two if they are one.")


class NotTheirs(Refusal):
    """The rules do not let it link: it is blocked, or the person has as many of its kind as a person has."""

    code = "identifier_not_theirs"
    message = _("It cannot be added: it belongs to nobody in particular, or this person has too many already.")


def correct_person(
    *,
    person: Person,
    said: Mapping[str, str],
    added: Sequence[IdentifierKey] = (),
    by: Staff,
    at: datetime,
    seen: str = "",
) -> list[str]:
    """Keep what a colleague says of a person; what counts already is not said again.

    Args:
        said: values of :data:`FIELDS`; an empty one says that what was known is wrong.
        added: numbers and addresses in normal form.
        seen: the mark of what the form showed.

    Returns:
        what changed: fields, and kinds of identifiers.

    Raises:
        ChangedMeanwhile, NothingKnownOfThem, SomebodyElses, NotTheirs: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        if added:
            lane.take()
        else:
            lane.share()
        subject = strongest_subjects([person.pk]).get(person.pk)
        if subject is None:
            raise NothingKnownOfThem
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        now = facts_that_count(person)
        refuse_unseen(seen, mark_of_facts(now))
        changed = {field: value for field, value in said.items() if value != now[field]}
        new = _add(added, subject, person, at=at)
        if not (changed or new):
            return []
        _state(changed, subject, person, by=by, at=at)
        if changed.get("company"):
            _employ(now | changed, subject, person, by=by, at=at)
        refresh_people([person.pk])
        redo_sums([person.pk], at=at)  # how far somebody is known may have changed with the name
        what = sorted([*changed, *(key.kind.value for key in new)])
        record("people.facts_corrected", actor=by, subject=person, at=at, fields=what)
    return what


def facts_that_count(person: Person) -> dict[str, str]:
    """What a person is called, does and works for, as their page shows it; empty for what nobody has said."""
    held = standing(list(FieldValue.objects.filter(person=person, field__in=FIELDS)))
    return {field: held[field].value if field in held else "" for field in FIELDS}


def mark_of_facts(now: Mapping[str, str]) -> str:
    """Changes with what the form shows; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(sorted(now.items()))


def _add(keys: Sequence[IdentifierKey], subject: int, person: Person, *, at: datetime) -> list[IdentifierKey]:
    """Let these point at the person; returns those that did not yet. The caller is in the lane."""
    known = load_by_key(set(keys))
    if any(one.is_blocked for one in known.values()):
        raise NotTheirs
    if any(one.person_id != person.pk for one in known.values()):
        raise SomebodyElses
    new = [key for key in keys if key not in known]
    if not new:
        return []
    anchor = load_by_id({subject})[subject].key
    seen = [
        Observed(
            id=uuid7(),
            at=at,
            received_at=at,
            source="staff",
            assurance=Assurance.STAFF,
            identifiers=(anchor, key),
        )
        for key in new
    ]
    recognised = see_many(seen, at=at, level=Level.PRODUCT)
    if any(recognised.known[key].person_id != person.pk for key in (anchor, *new)):
        raise NotTheirs
    settle(recognised, at=at)
    return new


def _state(changed: Mapping[str, str], subject: int, person: Person, *, by: Staff, at: datetime) -> None:
    state_many(
        [
            Statement(
                subject_id=subject,
                person_id=person.pk,
                field=field,
                value=value,
                source=_source(by),
                assurance=Assurance.STAFF,
                observed_at=at,
            )
            for field, value in changed.items()
        ]
    )


def employ(employments: Sequence[Employment], *, at: datetime) -> None:
    """Note where people work, and let their open leads that name no company be of it. Opens no transaction."""
    people: dict[Account, set[int]] = {}
    accounts = employ_many(employments, at=at)
    for one in employments:
        if (account := accounts.get(one.subject_id)) is not None:
            people.setdefault(account, set()).add(one.person_id)
    for account, theirs in people.items():
        Lead.objects.open().filter(person__in=theirs, account=None).update(account=account)


def _employ(now: Mapping[str, str], subject: int, person: Person, *, by: Staff, at: datetime) -> None:
    employ(
        [
            Employment(
                subject_id=subject,
                person_id=person.pk,
                company=now["company"],
                title=now["title"],
                source=_source(by),
                assurance=Assurance.STAFF,
            )
        ],
        at=at,
    )


def _source(by: Staff) -> str:
    return f"staff:{by.public_id}"
