"""Whether somebody is known already (查重), told so that nothing out of the asker's sight is given away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from wutong.lifecycle.models import Lead
from wutong.lifecycle.visibility import managers_over, people_visible_to
from wutong.people.accounts import companies_named, name_key
from wutong.people.identity import IdentifierKey
from wutong.people.models import Identifier, Person
from wutong.people.similar_accounts import similar_accounts
from wutong.platform.chinese import query_keys
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import administrators_to_ask
from wutong.sales.accounts import Row, accounts_visible_to, rows_of
from wutong.stream.recognise import typed_identifiers

MOST_ALIKE = 3
MOST_ASKED = 2


@dataclass(frozen=True, kw_only=True)
class Match:
    """Somebody who has the number or address that was typed."""

    person: Person | None
    """None: nobody in the asker's sight."""
    leads: list[Lead]
    """Their open leads in sight."""
    to_ask: list[str]
    """Whom to ask about open leads that are out of sight; empty where there are none."""


@dataclass(frozen=True, kw_only=True)
class Companies:
    """Companies that a typed name may mean."""

    rows: list[Row]
    to_ask: list[str]
    """Whom to ask about the very company, where it is out of sight and somebody works with it."""


def people_with(identifiers: Sequence[IdentifierKey]) -> list[Person]:
    """Whose ``identifiers`` are, each person once; values that stand for nobody in particular are left out."""
    if not identifiers:
        return []
    named = Q()
    for key in identifiers:
        named |= Q(kind=key.kind, scope=key.scope, value=key.value)
    found = Identifier.objects.filter(named, is_blocked=False).select_related("person").order_by("pk")
    return list({one.person_id: one.person for one in found}.values())


def matches(*, phone: str, email: str, viewer: Staff) -> list[Match]:
    """Who has this number or address. Five queries at most."""
    people = people_with(typed_identifiers({"phone": phone, "email": email}))
    if not people:
        return []
    in_sight = set(people_visible_to(viewer).filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    leads = Lead.objects.open().filter(person__in=people).order_by("-last_touch_at")
    open_leads = list(leads.select_related("owner", "team", "product_line")[:50])
    shown = set(
        Lead.objects.visible_to(viewer).filter(pk__in=[one.pk for one in open_leads]).values_list("pk", flat=True)
    )
    return [
        Match(
            person=person if person.pk in in_sight else None,
            leads=[lead for lead in open_leads if lead.person_id == person.pk and lead.pk in shown],
            to_ask=whom_to_ask(lead for lead in open_leads if lead.person_id == person.pk and lead.pk not in shown),
        )
        for person in people
    ]


def alike(*, name: str, company: str, viewer: Staff) -> list[Person]:
    """People in sight of this name at this company: perhaps the same, for the asker to judge."""
    keys, place = query_keys(name), query_keys(company)
    if not keys or not place:
        return []
    found = people_visible_to(viewer).filter(search_keys__contains=sorted({*keys, *place}))
    return list(found.defer("search_keys").order_by("-last_seen_at")[:MOST_ALIKE])


def companies(name: str, *, viewer: Staff) -> Companies:
    """The companies in sight that ``name`` may mean, and whom to ask where it means one that is not."""
    visible, key = accounts_visible_to(viewer), name_key(name)
    rows = rows_of([one.account for one in similar_accounts(name, among=visible)], viewer)
    known = companies_named([key]).get(key) if key else None
    if known is None or visible.filter(pk=known.pk).exists():
        return Companies(rows=rows, to_ask=[])
    with_others = Lead.objects.open().filter(account=known).select_related("team")
    return Companies(rows=rows, to_ask=whom_to_ask(with_others[:1]))


def whom_to_ask(leads: Iterable[Lead]) -> list[str]:
    """The managers nearest above the first of ``leads``; administrators where it has none; nobody for no lead."""
    lead = next(iter(leads), None)
    if lead is None:
        return []
    managers = list(Staff.objects.active().filter(role=Role.MANAGER).select_related("team").order_by("pk"))
    return [one.full_name for one in managers_over(lead, managers)][:MOST_ASKED] or administrators_to_ask()
