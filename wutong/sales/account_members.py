"""Who belongs to a company, in which place and part: what colleagues say of it, and who could be added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.identifiers import hold
from wutong.people.models import Account, Affiliation, Assurance, Person
from wutong.platform.audit import record
from wutong.platform.chinese import query_keys
from wutong.platform.models import Staff
from wutong.sales.deal_parts import NobodyToName, subject_of

_FOUND = 12


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a colleague says about somebody's place in a company."""

    title: str = ""
    department: str = ""
    buying_role: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def name_member(*, account: Account, person: Person, place: Place, by: Staff, at: datetime) -> Affiliation:
    """Say that ``person`` works at ``account``, where and in which part; this counts before whatever is typed.

    Raises:
        NobodyToName: nothing is known of the person but a browser, or nothing any more.
    """
    with transaction.atomic(durable=True):
        held = list(
            Affiliation.objects.select_for_update().filter(account=account, person=person).order_by("created_at", "pk")
        )
        given: dict[str, Any] = {"assurance": Assurance.STAFF, **vars(place)}
        if held:
            row = held[-1]
            for name, value in given.items():
                setattr(row, name, value)
            row.save(update_fields=list(given))
        else:
            subject = subject_of(person)
            if not hold([subject.pk]):
                raise NobodyToName
            about = {"subject": subject, "person": person, "source": "staff", "created_at": at}
            row = Affiliation.objects.create(account=account, **about, **given)
        record(
            "sales.member_named",
            actor=by,
            subject=account,
            at=at,
            person=str(person.public_id),
            role=place.buying_role,
            until=str(place.valid_to or ""),
        )
    return row


def end_membership(*, account: Account, person: Person, by: Staff, at: datetime, on: date) -> None:
    """Say that ``person`` is not with ``account``, or no longer: what is typed does not put them back."""
    with transaction.atomic(durable=True):
        for row in Affiliation.objects.select_for_update().filter(account=account, person=person):
            row.assurance = Assurance.STAFF
            row.valid_to = max(on, row.valid_from) if row.valid_from else on
            row.save(update_fields=["assurance", "valid_to"])
        record("sales.member_left", actor=by, subject=account, at=at, person=str(person.public_id))


def people_to_add(account: Account, staff: Staff, *, search: str) -> Sequence[Person]:
    """People in sight whose name, company or number fits, and who are not with ``account`` yet."""
    keys = query_keys(search.strip())
    if not keys:
        return []
    found = people_visible_to(staff).filter(search_keys__contains=keys)
    theirs = Affiliation.objects.filter(account=account, valid_to=None).values("person")
    return list(found.exclude(pk__in=theirs).defer("search_keys").order_by("sort_key", "pk")[:_FOUND])
