"""Whatever visitors and colleagues type is shown as they typed it and never becomes a part of the page."""

import uuid
from datetime import timedelta
from html.parser import HTMLParser

import msgspec
import pytest
from django.test import Client

from tests.cast import (
    LATELY,
    PASSWORD,
    arrive,
    cookie,
    hit,
    make_account,
    make_form,
    make_lead,
    make_person,
    make_site,
    make_staff,
    make_team,
    person_of,
    post_form,
    signed_in,
)
from tests.exchange.cast import as_csv, policy, uploaded
from tests.sales.cast import deal_of, sql_of
from wutong.exchange.models import PeopleImport
from wutong.exchange.running import run_import
from wutong.exchange.starting import map_columns, start
from wutong.lifecycle.field_values import fill_in_account, fill_in_person
from wutong.lifecycle.models import Assignment, AssignmentRule, Lead, ProductLine
from wutong.lifecycle.tagging import tag_people
from wutong.people.custom_fields import Described, add_field
from wutong.people.models import AccountCandidate, CustomField, Identifier, Person, ProbableMatch, Tag, TagGroup
from wutong.platform.api_keys import make_key
from wutong.platform.models import BusinessScope, Notification, Organisation
from wutong.privacy.models import SubjectRequest
from wutong.privacy.preferences import path_for
from wutong.sales.collisions import refresh_collisions
from wutong.sales.models import OpportunityStage
from wutong.sales.opportunities import change_opportunity, close_opportunity
from wutong.scoring.definition import as_json
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED

pytestmark = pytest.mark.django_db

TAG = "<script>alert(1)</script><img src=x onerror=alert(2)>"
QUOTES = "\"' onmouseover=alert(3) x='\" {{ 7*7 }} {% now 'Y' %} ${1} </title></textarea></script><b>"
ADDRESS = "javascript:alert(4)"
NASTY = [TAG, QUOTES, ADDRESS]
MARKS = ("alert(1)", "alert(2)", "alert(3)", "alert(4)")


class Page(HTMLParser):
    """What a browser would make of an answer, as far as scripts can hide in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.dangers: list[str] = []
        self.shown: list[str] = []
        self._within: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within.append(tag)
        for name, value in attrs:
            value = value or ""
            if name.startswith("on") or "{{" in name:
                self.dangers.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "hx-get", "hx-post", "formaction", "data-open") and (
                value.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
            ):
                self.dangers.append(f"<{tag} {name}={value}>")
            if name.startswith(("hx-on", "x-", "hx-vals", "hx-headers")) and any(mark in value for mark in MARKS):
                self.dangers.append(f"<{tag} {name}={value}>")
        if tag == "img" and dict(attrs).get("src") == "x":
            self.dangers.append("<img src=x>")

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self._within and any(mark in data for mark in MARKS):
            self.dangers.append(f"script: {data[:80]}")
        self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


@pytest.fixture
def lead(north, mei) -> Lead:
    """Somebody who tries it everywhere: the texts of the site's own forms included."""
    site = make_site(team=north, name=TAG)
    form = make_form(site=site, key="nasty", name=f"{TAG}{QUOTES}"[:80])
    for n, text in enumerate(NASTY):
        arrive(
            hit(
                site=site,
                visitor="c1",
                url=f"https://www.example.com/{text}?utm_campaign={text}"[:300],
                ref=ADDRESS,
                props={"title": text, "path": text},
                at=LATELY + timedelta(seconds=n),
            ),
            hit("link_clicked", site=site, visitor="c1", props={"href": ADDRESS}, at=LATELY + timedelta(seconds=n)),
            post_form(
                form,
                visitor="c1",
                answers={
                    "name": text,
                    "company": text,
                    "title": text,
                    "phone": "13987650001",
                    "email": "a'b@x.cn",
                },
                at=LATELY + timedelta(seconds=n),
            ),
        )
    Person.objects.update(full_name=(TAG + QUOTES)[:120], title=QUOTES, company_name=TAG)
    Notification.objects.update(params={"name": TAG, "company": QUOTES, "form": TAG, "page": ADDRESS, "by": TAG})
    return Lead.objects.get()


def note(client: Client, lead: Lead, text: str, *, kind: str = "call") -> Page:
    given = {"id": str(uuid.uuid4()), "kind": kind, "outcome": "reached", "note": text, "next_step": text[:200]}
    given["next_step_at"] = "2099-01-01T10:00"
    answer = client.post(f"/inbox/{lead.public_id}/follow-up/", given, headers={"HX-Request": "true"})
    assert answer.status_code in (200, 409, 422)
    return Page(answer.content.decode())


def test_what_a_visitor_typed_is_shown_and_never_run(lead: Lead, mei) -> None:
    client = signed_in(mei)
    person = person_of(cookie("c1"))
    notice = Notification.objects.filter(staff=mei).latest("pk")
    twin = make_person(TAG)
    make_lead(person=twin)
    one, other = sorted((person, twin), key=lambda side: side.pk)
    ProbableMatch.objects.create(one=one, other=other, probability=0.9, evidence={}, found_at=LATELY)
    pages = (
        "/review/",
        f"/inbox/?view=all&lead={lead.public_id}",
        "/inbox/rows/?view=all",
        f"/people/{person.public_id}/",
        f"/people/{person.public_id}/timeline/",
        "/people/",
        "/",
        "/notifications/",
        f"/notifications/{notice.pk}/toast/",
    )
    shown = 0
    for address in pages:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address, headers=headers)
            page = Page(answer.content.decode())
            assert answer.status_code == 200, address
            assert page.dangers == [], address
            assert "<script>alert(1)</script>" in page.text or "{{ 7*7 }}" in page.text, address
            whole = page.text.count("x='\" {{ 7*7 }} {% now 'Y' %}")
            assert whole == page.text.count("x='\" "), address
            shown += whole
    assert Page(client.get(f"/people/{person.public_id}/rest/").content.decode()).dangers == []
    assert shown  # what looks like a template is shown as it was typed


def test_names_of_companies_in_doubt_are_text(ada) -> None:
    one, other = make_account(TAG), make_account(QUOTES)
    AccountCandidate.objects.create(
        account=one, other=other, decision="candidate", score=0.9, reason="similar", found_at=LATELY
    )
    page = Page(signed_in(ada).get("/review/?tab=companies").content.decode())
    assert page.dangers == []
    assert "<script>alert(1)</script>" in page.text


def test_what_a_file_says_is_shown_and_never_run(ada) -> None:
    client = signed_in(ada)
    run = uploaded(as_csv((TAG, "手机", QUOTES), (TAG, "13900010001", QUOTES), (QUOTES, "12", TAG)), ada, name="t.csv")
    PeopleImport.objects.update(file_name=TAG + QUOTES, source=TAG, sheet=TAG)
    map_columns(run=run, mapping=["full_name", "phone", "extra"], by=ada, at=LATELY, save_as=TAG)
    pages = [f"/imports/{run.public_id}/columns/", f"/imports/{run.public_id}/rules/", "/imports/"]
    drawn = [Page(client.get(page).content.decode()) for page in pages]
    run.refresh_from_db()
    start(run=run, policy=policy(basis_text=TAG, basis_proof=QUOTES), by=ada, at=LATELY)
    run_import(run.pk, now=lambda: LATELY)
    drawn.append(Page(client.get(f"/imports/{run.public_id}/").content.decode()))
    assert [page.dangers for page in drawn] == [[]] * 4
    assert "<script>alert(1)</script>" in drawn[3].text


def test_what_is_said_about_consents_and_requests_is_shown_and_never_run(lead: Lead, ada) -> None:
    client, person = signed_in(ada), person_of(cookie("c1"))
    address = person.identifiers.get(kind="email")
    said = {"address": str(address.pk), "state": "granted", "kind": "general", "channel": "email"}
    said |= {"purpose": "marketing", "how": "phone", "reason": (TAG + QUOTES)[:300]}
    assert client.post(f"/people/{person.public_id}/consents/", said).status_code == 302
    asked = {"kind": "access", "address": address.value, "from_whom": TAG, "said": TAG + QUOTES}
    assert client.post("/privacy/requests/new/", asked).status_code == 302
    request = SubjectRequest.objects.get()
    answer = {"as": "declined", "answer": TAG + QUOTES}
    open_page = f"/privacy/requests/{request.public_id}/"
    pages = [f"/people/{person.public_id}/consents/", "/privacy/requests/", open_page]
    pages += [f"/privacy/requests/new/?person={person.public_id}"]
    for page in pages:
        read = Page(client.get(page).content.decode())
        assert read.dangers == [], page
        assert "<script>alert(1)</script>" in read.text or "{{ 7*7 }}" in read.text, page
    assert client.post(f"{open_page}close/", answer).status_code == 302
    assert Page(client.get(open_page).content.decode()).dangers == []
    link = path_for(address, at=LATELY)
    for public in (link, f"{link}?said={TAG}", f"/preferences/{QUOTES}/"):
        assert Page(Client().get(public).content.decode()).dangers == [], public


def test_an_identifier_in_full_is_text_too(lead: Lead, mei) -> None:
    client = signed_in(mei)
    page = client.get(f"/inbox/?view=all&lead={lead.public_id}")
    tokens = [fact.reveal_token for fact in page.context["facts"] if fact.reveal_token]
    Identifier.objects.filter(kind="email").update(value=f"{TAG}@example.com")
    Identifier.objects.filter(kind="phone").update(value=ADDRESS)
    assert len(tokens) == 2
    for token in tokens:
        answer = client.post(f"/people/{lead.person.public_id}/reveal/{token}/")
        assert Page(answer.content.decode()).dangers == []


@pytest.mark.parametrize("text", NASTY)
def test_what_forms_ask_and_are_told_is_shown_and_never_run(north, text: str) -> None:
    site = make_site(team=north, name=text[:80], origins=["https://www.example.com"])
    asked = [{"name": name, "label": text, "label_en": text, "help": text} for name in ("name", "wish")]
    asked[1]["shown_if"] = {"question": "name", "test": "is", "value": text}
    wording = {"title": text[:80], "intro": text, "thanks": text, "privacy_url": text, "button": text[:30]}
    form = make_form(site=site, name=text[:80], fields=asked, wording=wording, consent_text=text, thanks_url=text)
    told = {"name": text, "company": text, "phone": "13987650001", "other": text}
    arrive(post_form(form, answers=told, url=ADDRESS), post_form(form, answers=told, suspicions=[text[:20]]))
    client = signed_in(make_staff("Nora", role="admin", data_scope="all"))
    pages = ("", "questions/wish/", "texts/", f"share/?source={text}", "preview/", "preview/?thanks=1")
    for page in (*pages, "submissions/", "submissions/?view=spam", f"submissions/?q={text}&from={text}"):
        answer = client.get(f"/forms/{form.key}/{page}")
        assert answer.status_code == 200, page
        assert Page(answer.content.decode()).dangers == [], page
    assert Page(client.get("/forms/").content.decode()).dangers == []


@pytest.mark.parametrize("text", NASTY)
def test_what_a_colleague_notes_is_shown_and_never_run(lead: Lead, mei, lin, text: str) -> None:
    mei.full_name = text[:80]
    mei.save()
    client = signed_in(mei)

    assert note(client, lead, text).dangers == []
    refused = note(signed_in(lin), lead, text)  # names the owner and keeps what was typed

    assert refused.dangers == []
    for address in (f"/people/{lead.person.public_id}/?which=ours", "/", "/people/", "/inbox/?view=mine", "/me/"):
        page = Page(client.get(address).content.decode())
        assert page.dangers == [], address
    assert " ".join(text.split())[:40] in Page(client.get(f"/people/{lead.person.public_id}/").content.decode()).text


def test_who_is_found_while_a_lead_is_entered_is_shown_and_never_run(lead: Lead, mei) -> None:
    client = signed_in(mei)
    typed = {"phone": "13987650001", "name": TAG, "company": TAG, "choice": QUOTES, "note": TAG}
    for door in ("doubles/", "companies/", "company/", ""):
        page = Page(client.post(f"/leads/new/{door}", typed).content.decode())
        assert page.dangers == [], door
        assert TAG in page.text or QUOTES[:20] in page.text or door == "company/", door
    for door in ("doubles/", ""):
        page = Page(client.post(f"/accounts/new/{door}", {"name": TAG, "website": ADDRESS}).content.decode())
        assert (page.dangers, TAG in page.text) == ([], True), door


def test_what_an_address_asks_for_is_shown_and_never_run(lead: Lead, ada) -> None:
    client = signed_in(ada)
    names = (
        "q",
        "view",
        "sort",
        "after",
        "reach",
        "stage",
        "owner",
        "which",
        "before",
        "period",
        "next",
        "role",
        "team",
    )
    for text in NASTY:
        for path in ("/people/", "/inbox/", "/", "/system/audit/", "/system/staff/", "/insight/funnel/", "/sign-in/"):
            answer = client.get(path, dict.fromkeys(names, text))
            assert Page(answer.content.decode()).dangers == [], path


def test_names_of_the_company_its_teams_and_colleagues_are_text(lead: Lead, ada) -> None:
    Organisation.objects.update(name=TAG)
    nasty = make_staff("Nasty", full_name=QUOTES[:80], team=make_team(TAG))
    ProductLine.objects.create(code="tag", own_name=TAG)
    ProductLine.objects.create(code="quotes", own_name=QUOTES[:80], is_active=False)
    client = signed_in(ada)
    make_key(
        name=TAG,
        rights=["leads:read"],
        team=make_team(QUOTES[:80]),
        scope=BusinessScope.objects.get(),
        per_minute=60,
        expires_at=None,
        by=ada,
        at=LATELY,
    )
    assert Page(client.post(f"/system/staff/{nasty.public_id}/password-link/").content.decode()).dangers == []
    client.post("/me/", {"full_name": TAG, "language": "en", "zone": "", "theme": "dark", "density": "roomy"})
    group = TagGroup.objects.create(name=QUOTES[:40], about="person", family="facts")
    company_group = TagGroup.objects.create(name=TAG[:40], about="account", family="facts")
    tag_people([lead.person], tag=Tag.objects.create(group=group, name=TAG[:40]), by=ada, at=LATELY)
    Tag.objects.create(group=company_group, name=QUOTES[:40])
    ruled = Tag.objects.create(group=group, name=QUOTES[:40])
    assert lead.account is not None
    for about in ("person", "account"):
        named = Described(name_zh=TAG[:40], name_en=TAG[:38] + about[0], group=QUOTES[:40])
        own = add_field(about=about, kind="text", described=named, by=ada, at=LATELY)
        add_field(
            about=about,
            kind="one",
            described=Described(name_zh=f"{about}", name_en=about),
            options=[TAG[:40]],
            by=ada,
            at=LATELY,
        )
        if about == "person":
            fill_in_person(person=lead.person, values={own: QUOTES}, by=ada, at=LATELY)
            said = {
                "field": f"own:{own.code}",
                "query": f"q={QUOTES}",
                "chosen": lead.person.public_id,
                f"cf-{own.code}": TAG,
            }
            assert Page(client.post("/people/fields/", said | {"preview": "1"}).content.decode()).dangers == []
        else:
            fill_in_account(account=lead.account, values={own: QUOTES}, by=ada, at=LATELY)
    for code in ("people", "accounts"):
        client.post(f"/views/{code}/", {"name": TAG[:40], "query": f"q={QUOTES}", "shared_with": "company"})
    choice = CustomField.objects.filter(kind="one").latest("pk")
    Client(headers={"user-agent": TAG}).post("/sign-in/", {"email": nasty.email, "password": PASSWORD})
    pages = ("staff", "teams", "audit", "organisation", "roles", "hours", "security")
    for address in (
        "/",
        "/me/security/",
        "/settings/tags/",
        f"/settings/tags/{ruled.public_id}/rule/",
        "/settings/fields/",
        f"/settings/fields/{choice.public_id}/",
        "/people/",
        f"/people/{lead.person.public_id}/",
        f"/people/{lead.person.public_id}/access/",
        f"/people/{lead.person.public_id}/facts/",
        f"/inbox/{lead.public_id}/access/",
        f"/accounts/{lead.account.public_id}/access/",
        f"/accounts/{lead.account.public_id}/",
        f"/system/staff/{nasty.public_id}/hand-over/",
        "/me/security/second-factor/",
        f"/system/staff/{nasty.public_id}/",
        "/settings/sites/",
        "/settings/own/",
        "/settings/identity/",
        "/settings/product-lines/",
        "/settings/api-keys/",
        "/settings/api-keys/new/",
        *(f"/system/{page}/" for page in pages),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert Page(answer.content.decode()).dangers == [], address


def test_no_notice_leads_out_of_the_house(lead: Lead, mei) -> None:
    client = signed_in(mei)
    notice = Notification.objects.filter(staff=mei).latest("pk")
    for url in (ADDRESS, "//evil.example/", "https://evil.example/", "/\\evil.example", "\t//evil.example"):
        Notification.objects.filter(pk=notice.pk).update(url=url, read_at=None)
        toast = Page(client.get(f"/notifications/{notice.pk}/toast/").content.decode())
        assert toast.dangers == []
        answer = client.post(f"/notifications/{notice.pk}/read/")
        assert answer["Location"] in ("/notifications/", "/%5Cevil.example"), url


def test_names_of_deals_and_companies_are_text(north, wang) -> None:
    seller = make_staff("Seller", role="sales", team=north, data_scope="team", full_name=QUOTES[:80])
    account = make_account(TAG)
    person = make_person((TAG + QUOTES)[:120], title=QUOTES[:120])
    deal = deal_of(seller, lead=sql_of(seller, person=person), account=account, name=TAG, next_step=QUOTES[:200])
    change_opportunity(
        opportunity=deal,
        by=seller,
        at=LATELY,
        name=TAG,
        amount=deal.amount,
        close_on=deal.close_on,
        next_step=TAG,
        competitor=QUOTES[:120],
    )
    won = deal_of(seller, lead=sql_of(seller, person=person), account=account, name=QUOTES[:120])
    contract = close_opportunity(
        opportunity=won, to=OpportunityStage.WON, by=seller, at=LATELY, reason="product", competitor=TAG
    )
    client = signed_in(seller)
    pages = [f"/opportunities/?view={view}&stage=all" for view in ("board", "table")]
    pages += [f"/opportunities/{one.public_id}/" for one in (deal, won)]
    pages += [f"/inbox/?view=all&lead={fed.lead.public_id}" for fed in deal.leads.all()]
    pages += ["/opportunities/new/", "/contracts/", f"/contracts/{contract.public_id}/", "/accounts/"]
    tabs = ("overview", "timeline", "committee", "deals", "group", "files", "facts", "team")
    pages += [f"/accounts/{account.public_id}/?tab={tab}" for tab in tabs]
    pages += [f"/accounts/{account.public_id}/merge/"]
    make_lead(account=account, owner=make_staff("Other", role="sales", team=north))
    refresh_collisions(at=LATELY)
    pages += ["/accounts/collisions/"]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = Page(answer.content.decode())
        assert page.dangers == [], address
        assert address == "/opportunities/new/" or "<script>alert(1)</script>" in page.text, address
    for text in NASTY:
        mine = (f"/accounts/{account.public_id}/", f"/accounts/{account.public_id}/merge/")
        for path in ("/opportunities/", "/contracts/", "/accounts/", "/accounts/similar/", *mine):
            names = (
                "q",
                "view",
                "sort",
                "after",
                "stage",
                "owner",
                "team",
                "line",
                "month",
                "risk",
                "due",
                "state",
                "tab",
            )
            answer = client.get(path, dict.fromkeys((*names, "person", "before"), text))
            assert Page(answer.content.decode()).dangers == [], path
        refused = client.post(f"/opportunities/{deal.public_id}/change/", {"name": text, "version": "0"})
        assert Page(refused.content.decode()).dangers == []


def test_rules_of_scoring_and_routing_are_text(lead: Lead, ada, mei) -> None:
    rule = msgspec.structs.replace(SHIPPED.fit[0], name=TAG, any_of=(QUOTES[:60], TAG[:60]))
    definition = as_json(msgspec.structs.replace(SHIPPED, fit=(rule,), fit_from=(90.0, 80.0, 70.0)))
    about = {"definition": definition, "created_at": LATELY}
    ScoreModel.objects.create(version=1, state="published", published_at=LATELY, **about)
    draft = ScoreModel.objects.create(version=2, **about)
    given = {"conditions": {"campaigns": [TAG], "forms": [QUOTES[:80]]}, "target": "colleague", "colleague": mei}
    routing = AssignmentRule.objects.create(position=1, own_name=TAG[:60], **given)
    Assignment.objects.create(lead=lead, at=LATELY, to=mei, team=lead.team, reason="rule", rule_name=QUOTES[:60])
    client = signed_in(ada)
    scoring = f"/settings/scoring/{draft.public_id}"
    pages = ("/settings/scoring/", f"{scoring}/", f"{scoring}/fit/{rule.code}/", f"{scoring}/preview/")
    pages += ("/settings/routing/", f"/settings/routing/rules/{routing.public_id}/", "/settings/routing/trial/")
    for address in (*pages, f"/people/{lead.person.public_id}/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert Page(answer.content.decode()).dangers == [], address
