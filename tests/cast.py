"""People, leads and arrivals for tests: each maker gives something valid, a test mentions only what matters to it."""

import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from tests.platform.cast import NINE, PASSWORD, make_staff, signed_in
from wutong.content.models import Form
from wutong.events import partitions
from wutong.events.arrivals import AnyArrival, FormPost, Hit, pack
from wutong.events.models import Site
from wutong.lifecycle.capture import FIRST_CONTACT_WITHIN, default_product_line
from wutong.lifecycle.models import Clock, Lead, StageVisit
from wutong.people.facts import Statement, refresh_people, state_many
from wutong.people.identity import IdentifierKey, Observed, observe_many
from wutong.people.models import Account, Assurance, Identifier, IdentifierKind, Person
from wutong.platform.chinese import search_keys, sort_key
from wutong.platform.first_run import make_company
from wutong.platform.models import BusinessScope, InboxBlock, Organisation, Team
from wutong.platform.refusal import Refusal
from wutong.stream.processor import drain

__all__ = ["NINE", "PASSWORD", "make_staff", "signed_in"]

LATELY = datetime.now(UTC) - timedelta(hours=1)
"""For what is judged by the running clock: the stream's own, and what was read in the last thirty days."""


def found_company() -> Organisation:
    make_company(at=NINE)
    ensure_partitions()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM event")  # Django does not empty a table that it does not manage
    return Organisation.objects.get()


def ensure_partitions() -> None:
    with transaction.atomic():
        partitions.ensure(first=NINE - timedelta(days=40), last=NINE)
        partitions.ensure_around(at=datetime.now(UTC))


def make_team(name: str, *, parent: Team | None = None) -> Team:
    parent = parent or Team.objects.get(parent=None)
    team = Team.objects.create(name=name, parent=parent, path="/0/")
    team.path = f"{parent.path}{team.pk}/"
    team.save()
    return team


def make_scope(code: str) -> BusinessScope:
    return BusinessScope.objects.create(code=code, name=code.title())


def company_scope() -> BusinessScope:
    return BusinessScope.objects.get(code="company")


def make_site(*, team: Team, **given: Any) -> Site:
    values = {"name": "Website", "origins": ["https://www.example.com"], "scope": company_scope()}
    return Site.objects.create(team=team, **(values | given))


def make_form(*, site: Site, **given: Any) -> Form:
    values = {"key": "contact", "name": "Contact us", "consent_version": "2026-01", "consent_text": "We may call you."}
    return Form.objects.create(site=site, **(values | given))


def cookie(value: str) -> IdentifierKey:
    return IdentifierKey(IdentifierKind.COOKIE, value)


def phone(value: str) -> IdentifierKey:
    return IdentifierKey(IdentifierKind.PHONE, value)


def email(value: str) -> IdentifierKey:
    return IdentifierKey(IdentifierKind.EMAIL, value)


def seen(*identifiers: IdentifierKey, at: datetime = NINE, id: uuid.UUID | None = None) -> Observed:
    """These identifiers in one act."""
    return Observed(
        id=id or uuid7(), at=at, received_at=at, source="test", assurance=Assurance.BROWSER, identifiers=identifiers
    )


def person_of(key: IdentifierKey) -> Person:
    return Person.objects.get(identifiers__kind=key.kind, identifiers__value=key.value, identifiers__scope=key.scope)


def identifier(key: IdentifierKey) -> Identifier:
    return Identifier.objects.get(kind=key.kind, value=key.value, scope=key.scope)


_numbers = iter(range(13_900_000_001, 13_999_999_999))


def make_person(
    full_name: str = "周思远", *, keys: Iterable[IdentifierKey] = (), at: datetime = NINE, **facts: str
) -> Person:
    """A person with a telephone number and a name, who came as everybody comes: by being seen."""
    keys = tuple(keys) or (phone(f"+86{next(_numbers)}"),)
    with transaction.atomic():
        whose = next(iter(observe_many([seen(*keys, at=at)], at=at).whose.values()))
        state(whose.person_id, whose.subject_id, at=at, full_name=full_name, **facts)
        refresh_people([whose.person_id])
    return Person.objects.get(pk=whose.person_id)


def state(
    person_id: int,
    subject_id: int,
    *,
    at: datetime = NINE,
    assurance: Assurance = Assurance.TYPED,
    **facts: str,
) -> None:
    state_many(
        [
            Statement(
                subject_id=subject_id,
                person_id=person_id,
                field=field,
                value=value,
                source="form:contact",
                assurance=assurance,
                observed_at=at,
                event_id=uuid.uuid4(),
            )
            for field, value in facts.items()
            if value
        ]
    )


def make_account(name: str = "Northwind") -> Account:
    return Account.objects.create(
        name=name, name_key=name.casefold(), sort_key=sort_key(name), search_keys=search_keys([name]), created_at=NINE
    )


def make_lead(*, team: Team | None = None, person: Person | None = None, at: datetime = NINE, **given: Any) -> Lead:
    """A new lead with its running clock, in the team North where there is one."""
    person = person or make_person(at=at)
    team = team or Team.objects.filter(name="North").first() or Team.objects.get(parent=None)
    values = {
        "subject": person.identifiers.first(),
        "product_line": default_product_line(),
        "scope": company_scope(),
        "created_at": at,
        "last_touch_at": at,
        "created_by_event_id": uuid.uuid4(),
    }
    lead = Lead.objects.create(person=person, team=team, **(values | given))
    StageVisit.objects.create(
        machine="lead", stage=lead.stage, subject=lead.subject, person=person, lead=lead, entered_at=at
    )
    Clock.objects.create(
        lead=lead, kind="first_contact", started_at=at, counts_from=at, due_at=at + FIRST_CONTACT_WITHIN
    )
    return lead


def hit(
    name: str = "page_viewed",
    *,
    site: Site,
    visitor: str | None = None,
    at: datetime = LATELY,
    url: str = "https://www.example.com/pricing",
    **given: Any,
) -> Hit:
    values: dict[str, Any] = {"id": uuid7(), "site_id": site.pk, "source": "web", "received_at": at, "url": url}
    if name == "page_viewed":
        values["props"] = {"title": "Prices", "path": "/pricing"}
    return Hit(name=name, visitor=visitor, occurred_at=at, **(values | given))


def post_form(form: Form, *, visitor: str | None = None, at: datetime = LATELY, **given: Any) -> FormPost:
    """A filled-in form: ``answers`` where it matters what was said."""
    values: dict[str, Any] = {
        "id": uuid7(),
        "site_id": form.site_id,
        "source": "web",
        "received_at": at,
        "url": "https://www.example.com/contact",
        "consent_given": True,
        "consent_version": form.consent_version,
        "answers": {"name": "周思远", "company": "北辰科技", "title": "总监", "phone": "139 0000 0000"},
    }
    return FormPost(form=form.key, visitor=visitor, occurred_at=at, **(values | given))


def put_in_inbox(arrivals: Iterable[AnyArrival] = (), *, body: bytes | None = None, **given: Any) -> InboxBlock:
    arrivals = list(arrivals)
    values = {
        "received_at": LATELY,
        "count": max(len(arrivals), 1),
        "body": body if body is not None else pack(arrivals),
    }
    return InboxBlock.objects.create(**(values | given))


def arrive(*arrivals: AnyArrival, worker: str = "test:0") -> int:
    """Put ``arrivals`` into the inbox as one block and work the inbox through."""
    put_in_inbox(arrivals)
    return drain(worker)


def wait_for_leases() -> None:
    """As if every lease had run out in the meantime."""
    InboxBlock.objects.update(leased_until=None)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread of its own, all started together: what each returned, or the refusal or error it met."""
    start, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            outcomes[place] = act()
        except Refusal as no:
            outcomes[place] = no
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
