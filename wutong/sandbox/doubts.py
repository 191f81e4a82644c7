"""Doubts about who is who in the demo company: people entered twice, and links that the rules refuse."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace
from opencc import OpenCC

from wutong.events.hot import new_id
from wutong.lifecycle.models import Lead
from wutong.people.doubles import compare_changed
from wutong.people.identity import IdentifierKey, Observed, observe_many
from wutong.people.models import Assurance, Identifier, IdentifierKind
from wutong.people.similar_accounts import compare_new
from wutong.sandbox.contacts import Contact
from wutong.sandbox.staffing import EAST

ONE_IN = 60
"""So many people there are for one who comes a second time under other words."""
LINKS = 3
_SHORTER = ("有限责任公司", "股份有限公司", "有限公司")


def with_doubles(people: Sequence[Contact]) -> list[Contact]:
    """The same number of people, the last of whom are earlier ones under another spelling, number and address."""
    n = len(people) // ONE_IN
    firsts, others, lasts = people[: n * 7 : 7], people[: len(people) - n], people[len(people) - n :]
    return [*others, *(_again(one, last) for one, last in zip(firsts, lasts, strict=True))]


def leave_doubts(*, at: datetime) -> None:
    """Refuse a few links, and look for what is alike. Opens no transaction."""
    leads = Lead.objects.filter(team__name=EAST).order_by("pk").values_list("person", flat=True)
    people = list(dict.fromkeys(leads))[: 2 * LINKS]
    for n, (one, other) in enumerate(zip(people[::2], people[1::2], strict=False)):
        mine, theirs = (_strongest(person) for person in (one, other))
        # Two records of the CRM with one telephone: whoever typed them in used the office's.
        numbers = [IdentifierKey(IdentifierKind.CRM_ID, f"K{10_400 + 2 * n + place}") for place in range(2)]
        when = at - timedelta(days=3 + n, hours=n)
        observe_many([_seen(mine, numbers[0], at=when), _seen(theirs, numbers[1], at=when)], at=at)
        observe_many([_seen(mine, theirs, at=when + timedelta(hours=1))], at=at)
    while compare_changed(at=at):
        pass
    while compare_new(at=at):
        pass


def _again(one: Contact, last: Contact) -> Contact:
    company = one.company
    for form in _SHORTER:
        company = company.removesuffix(form)
    name = OpenCC("s2t").convert(one.name)
    return replace(
        one, name=name, phone=last.phone, email=f"{one.email.partition('@')[0]}@mail.example", company=company
    )


def _strongest(person: int) -> IdentifierKey:
    held = Identifier.objects.filter(person=person, kind__in=("phone", "email"), is_blocked=False).order_by(
        "kind", "pk"
    )
    one = held.reverse()[0]
    return IdentifierKey(IdentifierKind(one.kind), one.value, one.scope)


def _seen(*identifiers: IdentifierKey, at: datetime) -> Observed:
    return Observed(
        id=new_id(at),
        at=at,
        received_at=at,
        source="import:crm",
        assurance=Assurance.STAFF,
        identifiers=identifiers,
    )
