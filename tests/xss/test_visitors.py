"""What visitors type, ask and allow."""

import pytest
from django.test import Client

from tests.cast import (
    LATELY,
    arrive,
    cookie,
    make_form,
    make_lead,
    make_person,
    make_site,
    make_staff,
    person_of,
    post_form,
    signed_in,
)
from tests.xss.nasty import ADDRESS, NASTY, QUOTES, TAG, Page
from wutong.lifecycle.models import Lead
from wutong.people.models import Identifier, ProbableMatch
from wutong.platform.models import Notification
from wutong.privacy.models import SubjectRequest
from wutong.privacy.preferences import path_for

pytestmark = pytest.mark.django_db


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
