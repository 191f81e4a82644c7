"""A page asks the database as many questions for fifty rows as for five."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import (
    LATELY,
    NINE,
    arrive,
    cookie,
    email,
    hit,
    make_account,
    make_form,
    make_lead,
    make_person,
    make_staff,
    phone,
    post_form,
    signed_in,
)
from tests.sales.cast import LATER, deal_of, sql_of
from wutong.exchange.models import Export, PeopleImport
from wutong.lifecycle.account_team import share_account
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.field_values import fill_in_person
from wutong.lifecycle.models import AssignmentRule, FollowUp
from wutong.lifecycle.tagging import tag_people
from wutong.people.consents import Decision, decide_many
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import (
    Account,
    Affiliation,
    Assurance,
    ConsentState,
    CustomField,
    Person,
    ProbableMatch,
    Tag,
    TagGroup,
)
from wutong.platform.models import Staff
from wutong.privacy.models import RequestKind
from wutong.privacy.requests import close, take_in
from wutong.sales.account_wishes import ask_for_account
from wutong.sales.collisions import refresh_collisions
from wutong.sales.deal_opening import feed_opportunity
from wutong.sales.models import Opportunity, OpportunityStage
from wutong.sales.opportunities import close_opportunity, move_opportunity

pytestmark = pytest.mark.django_db


def fill(mei: Staff, site, *, start: int, n: int) -> None:
    """Leads in every state, each with a person who has read something, works somewhere and was called."""
    for number in range(start, start + n):
        person = make_person(f"N{number}", keys=[phone(f"+861391234{number:04}"), cookie(f"c{number}")], title="Boss")
        account = make_account(f"Account {number}")
        make_lead(person=person, account=account)
        called = make_lead(person=person, account=account, at=LATELY)
        record_follow_up(
            lead=called, by=mei, at=LATELY, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED, note="Called"
        )
    arrive(
        *[
            hit(site=site, visitor=f"c{number}", at=LATELY + timedelta(seconds=number))
            for number in range(start, start + n)
        ]
    )


def grow(person: Person, mei: Staff, site, *, n: int) -> None:
    """More of everything on one person's page."""
    subject = person.identifiers.get(kind="cookie")
    arrive(*[hit(site=site, visitor=subject.value) for _number in range(n)])
    for _number in range(n):
        account = make_account(f"Account {uuid.uuid4()}")
        lead = make_lead(person=person, account=account, at=LATELY)
        record_follow_up(
            lead=lead, by=mei, at=LATELY, kind=FollowUp.Kind.CALL, outcome=FollowUp.Outcome.REACHED, note="Called"
        )
        about = {"subject": subject, "person": person, "source": "test", "assurance": "typed"}
        Affiliation.objects.create(account=account, created_at=NINE, **about)
        group = TagGroup.objects.create(name=uuid.uuid4().hex, about="person", family="facts")
        tag_people([person], tag=Tag.objects.create(group=group, name="T"), by=mei, at=LATELY)
        named = Described(name_zh=group.name, name_en=group.name)
        own = add_field(about="person", kind="one", described=named, options=["A", "B"], by=mei, at=LATELY)
        own = CustomField.objects.prefetch_related("options").get(pk=own.pk)
        fill_in_person(person=person, values={own: "a"}, by=mei, at=LATELY)
        decide_many(
            [
                Decision(
                    subject_id=subject.pk,
                    person_id=person.pk,
                    channel=f"ch{uuid.uuid4().hex[:8]}",
                    purpose="contact",
                    state=ConsentState.GRANTED,
                    source="test",
                    assurance=Assurance.TYPED,
                    at=NINE,
                    event_id=uuid.uuid4(),
                )
            ]
        )


def questions(client, address: str) -> int:
    client.get(address)  # what is asked once and remembered is not the page's
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_lists_ask_no_more_for_more_rows(mei, site) -> None:
    addresses = [
        "/inbox/?view=waiting",
        "/inbox/?view=all",
        "/inbox/?view=mine",
        "/inbox/rows/",
        "/people/",
        "/?period=30d",
    ]
    addresses += ["/leads/new/", "/people/?sort=name&q=n", "/people/?stage=new&owner=me", "/notifications/"]
    client = signed_in(mei)
    fill(mei, site, start=0, n=3)
    before = {address: questions(client, address) for address in addresses}

    fill(mei, site, start=3, n=9)

    now = {address: questions(client, address) for address in addresses}
    assert {address: n for address, n in now.items() if n > before[address]} == {}, before
    assert max(before.values()) <= 20, before
    assert max(n for address, n in before.items() if address.startswith("/inbox/")) <= 11, before
    assert max(n for address, n in before.items() if address.startswith("/people/")) <= 6, before


def test_looking_for_doubles_asks_no_more_where_there_are_more(mei, site) -> None:
    client = signed_in(mei)
    keys = (phone("+8613912349999"), email("li@northwind.example"))
    person = make_person("Li", keys=keys, company="Northwind")

    def asked(door: str) -> int:
        typed = {"phone": "13912349999", "email": "li@northwind.example", "name": "Li", "company": "Northwind"}
        client.post(door, typed)  # what is asked once and remembered is not the page's
        with CaptureQueriesContext(connection) as queries:
            assert client.post(door, typed).status_code == 200
        return len(queries)

    doors = ("/leads/new/doubles/", "/leads/new/companies/", "/accounts/new/doubles/")
    make_lead(person=person, account=make_account("Northwind"))
    before = {door: asked(door) for door in doors}
    for number in range(6):
        make_lead(person=person, account=make_account(f"Northwind {number}"), at=LATELY)
    assert {door: asked(door) for door in doors} == before
    assert max(before.values()) <= 20, before


def test_the_review_queue_asks_no_more_for_more_pairs(mei, site) -> None:
    addresses = ["/review/", "/review/?tab=links"]
    client = signed_in(mei)

    def doubt() -> None:
        people = list(Person.objects.current().order_by("pk"))
        for one, other in zip(people[::2], people[1::2], strict=False):
            given = {"probability": 0.9, "evidence": {}, "found_at": NINE}
            ProbableMatch.objects.get_or_create(one=one, other=other, defaults=given)

    fill(mei, site, start=0, n=4)
    doubt()
    before = {address: questions(client, address) for address in addresses}
    fill(mei, site, start=4, n=12)
    doubt()

    assert {address: questions(client, address) for address in addresses} == before
    assert max(before.values()) <= 24, before


def test_a_persons_page_asks_no_more_for_a_longer_history(mei, site) -> None:
    fill(mei, site, start=0, n=1)
    person = Person.objects.current().get()
    lead = person.leads.first()
    addresses = [
        f"/people/{person.public_id}/",
        f"/people/{person.public_id}/timeline/",
        f"/people/{person.public_id}/rest/",
        f"/inbox/?lead={lead.public_id}",
    ]
    client = signed_in(mei)
    grow(person, mei, site, n=2)
    before = {address: questions(client, address) for address in addresses}

    grow(person, mei, site, n=12)

    assert {address: questions(client, address) for address in addresses} == before
    assert max(before.values()) <= 39, before  # the card of the company's own fields asks three


def test_forms_and_submissions_ask_no_more_for_more_rows(site, north) -> None:
    nora = make_staff("Nora", role="marketer", team=north, data_scope="team")
    form = make_form(site=site, fields=[{"name": "name", "label": "Name"}])

    def sent(n: int) -> None:
        for _number in range(n):
            other = make_form(site=site, key=uuid.uuid4().hex[:12])
            arrive(post_form(other, answers={"name": "Li"}), hit("form_started", site=site, props={"form": other.key}))
            arrive(post_form(form, answers={"name": "Li"}), post_form(form, suspicions=["links"]))

    sent(2)
    client = signed_in(nora)
    addresses = ["/forms/", f"/forms/{form.key}/", f"/forms/{form.key}/share/"]
    addresses += [f"/forms/{form.key}/submissions/", f"/forms/{form.key}/submissions/?view=spam&q=Li"]
    before = {address: questions(client, address) for address in addresses}

    sent(6)

    assert {address: questions(client, address) for address in addresses} == before
    assert max(before.values()) <= 25, before


def test_deals_contracts_and_companies_ask_no_more_for_more_rows(wang) -> None:
    def fill(n: int) -> None:
        for _number in range(n):
            account = make_account(f"Account {uuid.uuid4()}")
            deal_of(wang, account=account)
            won = deal_of(wang, account=account)
            close_opportunity(opportunity=won, to=OpportunityStage.WON, by=wang, at=LATER, reason="product")
            sql_of(wang)
            make_lead(account=account, owner=make_staff(f"O{uuid.uuid4()}", role="sales"))
        refresh_collisions(at=LATER)

    addresses = ["/opportunities/?stage=all", "/opportunities/?view=table&stage=all&risk=no_decider"]
    addresses += ["/opportunities/new/", "/contracts/", "/accounts/", "/accounts/?owner=me&state=open"]
    addresses += ["/accounts/collisions/", "/accounts/similar/?q=Account"]
    client = signed_in(wang)
    fill(2)
    before = {address: questions(client, address) for address in addresses}
    fill(5)
    assert {address: questions(client, address) for address in addresses} == before
    assert max(before.values()) <= 16, before
    assert max(n for address, n in before.items() if address.startswith(("/opportunities/", "/contracts/"))) <= 12, (
        before
    )


def test_the_page_of_a_deal_and_of_a_company_ask_no_more_for_a_longer_history(wang) -> None:
    deal = deal_of(wang)
    account = deal.account
    pages = [f"/opportunities/{deal.public_id}/"]
    pages += [f"/accounts/{account.public_id}/?tab={tab}" for tab in ("overview", "timeline", "committee", "deals")]
    pages += [f"/accounts/{account.public_id}/?tab={tab}" for tab in ("group", "files", "facts", "team")]

    def grow(n: int) -> None:
        for number in range(n):
            feed_opportunity(opportunity=deal, lead=sql_of(wang, account=account), by=wang, at=LATER)
            to = (OpportunityStage.CONFIRM, OpportunityStage.DISCOVER)[number % 2]
            move_opportunity(opportunity=Opportunity.objects.get(pk=deal.pk), to=to, by=wang, at=LATER)
            deal_of(wang, account=account)
            person = make_person(f"N{number}")
            about = {"subject": person.identifiers.get(), "person": person, "source": "test", "assurance": "typed"}
            Affiliation.objects.create(account=account, created_at=NINE, **about)
            Account.objects.filter(pk=make_account(f"Child {uuid.uuid4()}").pk).update(parent=account)
            colleague = make_staff(f"C{uuid.uuid4()}", role="success")
            share_account(account=account, with_=colleague, by=wang, at=LATER)
            ask = {"account": account, "product_line": deal.product_line, "what": "take_over", "reason": "Why not"}
            ask_for_account(by=colleague, at=LATER, **ask)

    client = signed_in(wang)
    grow(2)
    before = {address: questions(client, address) for address in pages}
    grow(6)
    assert {address: questions(client, address) for address in pages} == before
    assert max(before.values()) <= 30, before


def test_the_page_of_routing_asks_no_more_for_more_rules_and_colleagues(mei, north, ada) -> None:
    def grow(n: int) -> None:
        start = AssignmentRule.objects.count()
        for number in range(start + 1, start + n + 1):
            staff = make_staff(f"S{number}", team=north)
            AssignmentRule.objects.create(position=number, own_name="Rule", target="colleague", colleague=staff)
            make_lead(at=LATELY, account=make_account(f"Account {number}"))

    client = signed_in(ada)
    addresses = ["/settings/routing/", "/settings/routing/trial/", "/settings/scoring/"]
    grow(2)
    before = {address: questions(client, address) for address in addresses}
    grow(8)
    assert {address: questions(client, address) for address in addresses} == before
    assert max(before.values()) <= 25, before


def test_imports_and_exports_ask_no_more_for_many(ada) -> None:
    client, pages = signed_in(ada), ["/imports/", "/exports/"]

    def more(n: int) -> None:
        for number in range(n):
            PeopleImport.objects.create(by=ada, created_at=LATELY, file_name=f"{number}.csv", is_workbook=False)
            Export.objects.create(by=ada, at=LATELY, what="people", format="csv", language="en")

    more(2)
    before = {page: questions(client, page) for page in pages}
    more(8)
    assert {page: questions(client, page) for page in pages} == before


def test_consents_and_requests_ask_no_more_for_a_longer_history(mei, ada, site) -> None:
    fill(mei, site, start=0, n=1)
    person = Person.objects.current().get()
    pages = [f"/people/{person.public_id}/consents/", "/privacy/requests/", "/privacy/requests/?view=closed"]
    client = signed_in(ada)

    def more(n: int) -> None:
        grow(person, mei, site, n=n)
        for number in range(n):
            given = {"address": person.identifiers.get(kind="cookie"), "from_whom": f"N{number}", "said": ""}
            one = take_in(kind=RequestKind.ACCESS, received_at=LATELY, by=mei, at=LATELY, **given)
            if number % 2:
                close(request=one, is_done=True, answer="Done.", by=ada, at=LATELY)

    more(2)
    before = {address: questions(client, address) for address in pages}
    more(8)
    assert {address: questions(client, address) for address in pages} == before
    assert max(before.values()) <= 22, before
