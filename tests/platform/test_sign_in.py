"""Signing in, being locked out, signing out."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client

from tests.platform.cast import PASSWORD, make_staff, signed_in
from wutong.platform.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db


def try_signing_in(client: Client, staff: Staff, password: str, **more: str):
    return client.post("/sign-in/", {"email": staff.email, "password": password, **more})


def the_tries_lie_back(time: timedelta) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - time)


def test_the_right_password_lets_in_and_the_session_gets_a_new_key(mei: Staff) -> None:
    client = Client()
    client.get("/sign-in/")
    client.session.save()
    before = client.session.session_key

    response = try_signing_in(client, mei, PASSWORD)

    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(mei.pk)
    assert client.session.session_key != before
    assert AuditEntry.objects.filter(action="staff.signed_in", actor=mei).exists()


def test_the_case_of_the_address_does_not_matter(mei: Staff) -> None:
    response = Client().post("/sign-in/", {"email": mei.email.upper(), "password": PASSWORD})
    assert response.status_code == 302


def test_a_wrong_password_does_not_say_which_half_is_wrong(mei: Staff) -> None:
    wrong_password = try_signing_in(Client(), mei, "something-else-entirely")
    unknown = Client().post("/sign-in/", {"email": "nobody@example.com", "password": PASSWORD})

    assert wrong_password.status_code == unknown.status_code == 422
    told = [str(page.context["form"].errors) for page in (wrong_password, unknown)]
    assert told[0] == told[1]


def test_after_ten_wrong_tries_even_the_right_password_has_to_wait(mei: Staff) -> None:
    client = Client(headers={"accept-language": "en"})
    for _try in range(10):
        response = try_signing_in(client, mei, "something-else-entirely")

    assert response.status_code == 429
    response = try_signing_in(client, mei, PASSWORD)
    assert response.status_code == 429
    assert "Try again in 15 minutes" in response.content.decode()
    assert int(response["Retry-After"]) <= 900


def test_a_network_of_ipv6_tries_as_one(mei: Staff) -> None:
    for host in range(10):
        try_signing_in(Client(REMOTE_ADDR=f"2001:db8:1:2::{host}"), mei, "something-else-entirely")

    assert try_signing_in(Client(REMOTE_ADDR="2001:db8:1:2:ffff::9"), mei, PASSWORD).status_code == 429
    assert try_signing_in(Client(REMOTE_ADDR="2001:db8:1:3::9"), mei, PASSWORD).status_code == 302


def test_trying_while_locked_does_not_lengthen_the_wait(mei: Staff) -> None:
    client = Client()
    for _try in range(10):
        try_signing_in(client, mei, "something-else-entirely")
    the_tries_lie_back(timedelta(minutes=14))

    for _try in range(2):
        response = try_signing_in(client, mei, "something-else-entirely")
        assert response.status_code == 429
        assert int(response["Retry-After"]) <= 60
    the_tries_lie_back(timedelta(minutes=2))

    assert try_signing_in(client, mei, PASSWORD).status_code == 302


def test_other_accounts_are_not_locked_with_it(mei: Staff, lin: Staff) -> None:
    client = Client()
    for _try in range(11):
        try_signing_in(client, mei, "something-else-entirely")

    assert try_signing_in(client, lin, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_only_to_pages_of_ours(mei: Staff, elsewhere: str) -> None:
    response = try_signing_in(Client(), mei, PASSWORD, next=elsewhere)
    assert response["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_asked_for_it(mei: Staff) -> None:
    asked = Client().get("/me/?tab=look")
    assert asked["Location"] == "/sign-in/?next=/me/%3Ftab%3Dlook"

    assert try_signing_in(Client(), mei, PASSWORD, next="/me/?tab=look")["Location"] == "/me/?tab=look"


def test_a_form_sent_after_the_session_ended_is_told_so(mei: Staff) -> None:
    response = Client(headers={"referer": "http://127.0.0.1:8000/me/"}).post("/me/", {"full_name": "Mei"}, follow=True)
    assert response.context["ended"]
    assert response.context["next"] == "/me/"


def test_a_script_whose_session_ended_gets_a_401_and_keeps_its_page(mei: Staff) -> None:
    response = Client(headers={"hx-request": "true"}).get("/me/")
    assert response.status_code == 401


def test_signing_out_needs_a_post_and_ends_the_session(mei: Staff) -> None:
    client = signed_in(mei)
    assert client.get("/sign-out/").status_code == 405

    client.post("/sign-out/")

    assert client.get("/me/").status_code == 302
    assert AuditEntry.objects.filter(action="staff.signed_out", actor=mei).exists()


def test_a_deactivated_colleague_cannot_sign_in(company) -> None:
    gone = make_staff("Gone", is_active=False)
    assert try_signing_in(Client(), gone, PASSWORD).status_code == 422


def test_a_visitor_reads_chinese_unless_the_browser_asks_for_english(company) -> None:
    assert '<html lang="zh-Hans"' in Client().get("/sign-in/").content.decode()
    assert '<html lang="en"' in Client(headers={"accept-language": "en"}).get("/sign-in/").content.decode()


def test_a_visitor_keeps_the_language_he_chose(company) -> None:
    client = Client()
    client.post("/me/preferences/", {"language": "en", "next": "/sign-in/"})
    assert '<html lang="en"' in client.get("/sign-in/").content.decode()


def test_a_name_that_is_markup_is_shown_as_text(company) -> None:
    sly = make_staff("Sly", full_name="<script>alert(1)</script>", language="en")
    page = signed_in(sly).get("/me/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
