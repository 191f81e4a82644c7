"""Consents on a person's page, recording one by hand, and the page of preferences behind a signed link."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import NINE, arrive, email, identifier, make_lead, make_person, make_staff, phone, post_form, signed_in
from wutong.people.contactability import Why, may_contact
from wutong.people.models import Consent, Identifier, Person
from wutong.platform.models import AuditEntry, Notification
from wutong.platform.organisation import our_zone
from wutong.privacy import pace
from wutong.privacy.models import RequestKind, SubjectRequest
from wutong.privacy.preferences import make_link, path_for
from wutong.privacy.requests import AlreadyAsked, ask_by_link

pytestmark = pytest.mark.django_db

PHONE, MAIL = phone("+8613911110001"), email("zhou.siyuan@example.com")


@pytest.fixture
def her(north) -> Person:
    person = make_person(keys=[PHONE, MAIL])
    make_lead(person=person)
    cache.clear()
    return person


def why(address: Identifier, purpose: str = "marketing", channel: str = "email") -> Why:
    return may_contact(address, channel=channel, purpose=purpose, at=timezone.now()).why


def said(to: Identifier, **given: str) -> dict[str, str]:
    values = {"address": str(to.pk), "state": "granted", "kind": "general", "channel": "email"}
    values |= {"purpose": "marketing", "how": "phone", "reason": "Asked for the newsletter on the phone."}
    return values | given


def test_a_colleague_records_what_she_said_and_the_page_shows_it_with_its_proof(her, mei) -> None:
    client, page = signed_in(mei), f"/people/{her.public_id}/consents/"
    assert client.post(page, said(identifier(MAIL))).status_code == 302
    assert why(identifier(MAIL)) is Why.GRANTED
    text = client.get(page).content.decode()
    assert "Asked for the newsletter on the phone." in text
    assert MAIL.value not in text
    assert "by_hand" not in text
    entry = AuditEntry.objects.get(action="privacy.consent_recorded")
    assert (entry.actor, entry.detail["purpose"]) == (mei, "marketing")
    assert (
        reverse("privacy:consents", args=[her.public_id])
        in client.get(f"/people/{her.public_id}/rest/").content.decode()
    )


def test_what_cannot_be_is_refused_with_its_field(her, mei) -> None:
    client, page = signed_in(mei), f"/people/{her.public_id}/consents/"
    tomorrow = (timezone.now().astimezone(our_zone()).date() + timedelta(days=1)).isoformat()
    for wrong in ({"purpose": "any"}, {"reason": ""}, {"decided_on": tomorrow}, {"address": "0"}):
        assert client.post(page, said(identifier(MAIL), **wrong)).status_code == 422, wrong
    assert not Consent.objects.exists()


def test_who_may_only_read_people_records_nothing(her, north) -> None:
    reader = make_staff("Pan", role="partner_manager", data_scope="all")
    client = signed_in(reader)
    page = f"/people/{her.public_id}/consents/"
    assert client.get(page).status_code == 200
    assert client.post(page, said(identifier(MAIL))).status_code == 403


def test_the_link_opens_a_page_that_shows_nothing_but_a_masked_address(her, mei) -> None:
    link = make_link(address=identifier(MAIL), by=mei, at=timezone.now())
    answer = Client().get(link[link.index("/preferences/") :])
    text = answer.content.decode()
    assert answer.status_code == 200
    for secret in (MAIL.value, PHONE.value, "周思远", "13911110001", str(her.public_id)):
        assert secret not in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_she_allows_and_withdraws_by_herself_without_signing_in(her) -> None:
    client, page = Client(enforce_csrf_checks=True), path_for(identifier(MAIL), at=NINE)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).content.decode())
    assert token is not None
    shown = ["email.contact", "email.marketing", "email.newsletter"]
    given = {"csrfmiddlewaretoken": token[1], "shown": shown, "allow": ["email.newsletter"]}
    assert client.post(page, given).status_code == 302
    assert (why(identifier(MAIL), "newsletter"), why(identifier(MAIL))) == (Why.GRANTED, Why.NO_CONSENT)
    assert client.post(f"{page}withdraw/", {"csrfmiddlewaretoken": token[1]}).status_code == 302
    assert why(identifier(MAIL), "newsletter") is Why.WITHDRAWN
    assert client.post(page, given).status_code == 302
    assert why(identifier(MAIL), "newsletter") is Why.GRANTED


def test_one_click_needs_no_token_of_a_form_and_looking_changes_nothing(her) -> None:
    client, page = Client(enforce_csrf_checks=True), f"{path_for(identifier(MAIL), at=NINE)}one-click/"
    assert client.get(page).status_code == 302
    assert not Consent.objects.exists()
    assert client.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert why(identifier(MAIL), "newsletter") is Why.WITHDRAWN
    assert why(identifier(PHONE), channel="sms") is Why.WITHDRAWN


def test_a_typed_address_after_her_withdrawal_brings_nothing_back(her, form) -> None:
    Client().post(f"{path_for(identifier(MAIL), at=NINE)}one-click/")
    arrive(post_form(form, answers={"email": MAIL.value}, at=timezone.now() + timedelta(minutes=1)))
    assert why(identifier(MAIL), "contact") is Why.WITHDRAWN


def test_a_wrong_link_tells_nothing_and_guessing_is_slowed_down(her, monkeypatch) -> None:
    client, page = Client(), path_for(identifier(MAIL), at=NINE)
    for wrong in ("/preferences/nonsense/", page[:-3] + "xx/"):
        assert client.get(wrong).status_code == 404
    monkeypatch.setattr(pace, "READS_A_MINUTE", 3)
    assert {client.get("/preferences/nonsense/").status_code for _ in range(6)} == {404, 429}


def test_her_request_reaches_those_who_answer_and_silences_us_at_once(her, ada) -> None:
    page = path_for(identifier(MAIL), at=NINE)
    assert Client().post(f"{page}ask/", {"kind": "erasure", "said": "Please forget me."}).status_code == 302
    request = SubjectRequest.objects.get()
    assert (request.kind, request.source, request.person) == ("erasure", "self_service", her)
    assert why(identifier(PHONE), channel="phone") is Why.WITHDRAWN
    assert Notification.objects.filter(staff=ada, kind="subject_request").exists()
    assert Client().post(f"{page}ask/", {"kind": "erasure"}).status_code == 409
    with pytest.raises(AlreadyAsked):
        ask_by_link(kind=RequestKind.ERASURE, address=identifier(MAIL), said="", at=timezone.now())
