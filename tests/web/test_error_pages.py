"""What people see when a page cannot be shown."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import translation

from tests.cast import signed_in
from tests.fixtures import WebLog
from wutong.platform.models import Staff
from wutong.web import views


def fail(_request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError


urlpatterns = [path("welcome/<token>/", fail)]
handler500 = views.server_error


@pytest.mark.django_db
def test_a_wrong_address_says_so_in_chinese_and_english(client: Client) -> None:
    chinese = client.get("/no-such-page/", headers={"Accept-Language": "zh-CN"})

    assert chinese.status_code == 404
    assert "这里没有内容" in chinese.content.decode()


@pytest.mark.django_db
def test_an_address_of_a_form_says_so_and_leads_back(client: Client, ada: Staff) -> None:
    stranger = client.get("/sign-out/", headers={"Accept-Language": "en"})
    assert (stranger.status_code, stranger["Allow"]) == (405, "POST")
    assert 'href="/"' in stranger.content.decode()
    page = signed_in(ada).get("/people/tags/", headers={"Referer": "http://testserver/people/?q=1"})
    assert page.status_code == 405
    assert 'href="http://testserver/people/?q=1"' in page.content.decode()
    evil = signed_in(ada).get("/people/tags/", headers={"Referer": "https://evil.example/"})
    assert "evil" not in evil.content.decode()
    assert signed_in(ada).get("/people/tags/", headers={"HX-Request": "true"}).content == b""


@pytest.mark.django_db
def test_the_component_page_is_not_for_strangers(client: Client) -> None:
    assert client.get("/_components").status_code == 404


def test_a_failed_page_gives_a_code_even_without_a_database() -> None:
    request = RequestFactory().get("/")  # no user, no session, and the test may not touch the database

    with translation.override("zh-hans"):
        response = views.server_error(request)

    assert response.status_code == 500
    assert "E-" in response.content.decode()
    assert "页面出错了" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_the_code_of_a_failed_page_is_in_the_log_and_its_one_time_link_is_not(web_log: WebLog) -> None:
    with web_log() as lines:
        answer = Client(raise_request_exception=False).get("/welcome/still-valid/")
    (code,) = re.findall("E-[0-9A-F]{4}", answer.content.decode())

    assert [line["route"] for line in lines if line.get("code") == code] == ["welcome/<token>/"]
    (with_traceback,) = [line for line in lines if "exception" in line]
    assert with_traceback["event"] == "Internal Server Error: welcome/<token>/"
    assert "still-valid" not in str(lines)


@pytest.mark.django_db
def test_a_link_that_answers_no_is_not_in_the_log(web_log: WebLog) -> None:
    """Refused for want of a CSRF token, the invitation is good for another try."""
    client = Client(enforce_csrf_checks=True)
    with web_log() as lines:
        assert client.post("/invitation/still-valid/").status_code == 403
        assert client.get("/no-such-page/still-valid/").status_code == 404

    assert [line["reason"] for line in lines if line["event"] == "csrf_refused"] == ["CSRF cookie not set."]
    assert "still-valid" not in str(lines)


def test_maintenance_tells_machines_when_to_come_back() -> None:
    response = views.unavailable(RequestFactory().get("/"))

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
