"""The way in: keys, rights, rates, and what is refused before anything is looked at."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import make_lead
from wutong.config import config
from wutong.platform.api_keys import revoke_key
from wutong.platform.models import ApiKey, ApiRight

pytestmark = pytest.mark.django_db


def refused(answer) -> tuple[int, str]:
    """Status and code of a problem, after a look at its form."""
    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["type"].endswith(f"/api/docs#{problem['code']}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer["X-Request-ID"]
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, problem["code"]


def test_a_request_without_a_good_key_is_told_what_to_send(crm, ada) -> None:
    for header in ("", "Bearer", "Basic abc", "Bearer nonsense", f"Token {crm.secret}"):
        answer = crm.get("/leads", Authorization=header)
        assert refused(answer) in ((401, "no_key"), (401, "bad_key"))
        assert answer["WWW-Authenticate"].startswith("Bearer")
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(crm.get("/leads")) == (401, "key_expired")
    revoke_key(key=crm.key, by=ada, at=timezone.now())
    assert refused(crm.get("/leads")) == (401, "key_revoked")


def test_a_colleagues_session_is_no_key(crm, mei) -> None:
    browser = Client()
    browser.force_login(mei, backend="django.contrib.auth.backends.ModelBackend")
    assert refused(browser.get("/api/v1/leads")) == (401, "no_key")


def test_a_key_does_what_it_has_the_right_to(system_of, north) -> None:
    reader = system_of(north, rights=[ApiRight.LEADS_READ])
    assert reader.get("/leads").status_code == 200
    answer = reader.post("/leads", {})
    assert refused(answer) == (403, "missing_scope")
    assert "leads:write" in answer.json()["detail"]
    assert refused(reader.get(f"/people/{make_lead().person.public_id}")) == (403, "missing_scope")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(system_of, north) -> None:
    busy, calm = system_of(north, per_minute=2), system_of(north)
    answers = [busy.get("/leads") for _request in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"key";q=2;w=60'
    assert refused(answers[2]) == (429, "too_many_requests")
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert calm.get("/leads").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "given", "expected"),
    [
        ("GET", "/nowhere", {}, (404, "not_found")),
        ("GET", "/leads/", {}, (404, "not_found")),
        ("GET", "/leads/nonsense", {}, (404, "not_found")),
        ("DELETE", "/leads", {}, (405, "method_not_allowed")),
        ("OPTIONS", "/leads", {}, (405, "method_not_allowed")),
        ("PUT", "/events", {}, (405, "method_not_allowed")),
        ("GET", "/leads", {"Accept": "text/html"}, (406, "not_acceptable")),
        ("POST", "/leads", {"Content-Type": "text/plain"}, (415, "unsupported_media_type")),
        ("POST", "/leads", {"Content-Type": "application/x-www-form-urlencoded"}, (415, "unsupported_media_type")),
        ("POST", "/leads", {"Idempotency-Key": "a key with spaces"}, (400, "bad_parameter")),
    ],
)
def test_what_has_the_wrong_form_is_refused(crm, method: str, path: str, given: dict, expected) -> None:
    kind = given.pop("Content-Type", "application/json")
    headers = {"Authorization": f"Bearer {crm.secret}", **given}
    answer = crm.client.generic(method, f"/api/v1{path}", b"{}" * (method == "POST"), kind, headers=headers)
    assert refused(answer) == expected


def test_a_method_not_allowed_names_those_that_are(crm) -> None:
    assert crm.client.delete("/api/v1/leads")["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "many"},
        {"stage": "nonsense"},
        {"owner": "me"},
        {"updated_since": "yesterday"},
        {"updated_since": "2026-01-01T00:00:00"},
        {"updated_since": "0001-01-01T00:00:00+14:00"},
        {"cursor": "nonsense"},
        {"cursor": "kwECAw"},
        {"colour": "red"},
        {"product_line": "a\x00b"},
    ],
)
def test_a_parameter_of_the_wrong_form_is_named(crm, query: dict[str, str]) -> None:
    answer = crm.get("/leads", query)
    assert refused(answer) == (400, "bad_parameter")
    assert answer.json()["errors"][0]["parameter"] == next(iter(query))


def test_a_body_that_is_too_large_is_refused(crm) -> None:
    body = b'{"message": "' + b"x" * (config().collector_max_kib * 1024) + b'"}'
    assert refused(crm.post("/leads", body)) == (413, "too_large")


def test_a_database_that_does_not_answer_is_no_failure_of_ours(crm, monkeypatch) -> None:
    from django.db import OperationalError

    from wutong.api import door

    def away(*_args, **_given):
        raise OperationalError("gone")

    monkeypatch.setattr(door, "key_of", away)
    answer = crm.get("/leads")
    assert refused(answer) == (503, "unavailable")
    assert answer["Retry-After"] == "3"
