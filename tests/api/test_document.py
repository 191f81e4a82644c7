"""The document and the page: everything that they promise and forbid is tried, and much that nobody thought of."""

import json
from pathlib import Path

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cast import make_lead, signed_in
from wutong.api.openapi import OPERATIONS, document, overview
from wutong.api.problems import TYPES

pytestmark = pytest.mark.django_db

KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LENIENT = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

any_text = st.text(st.characters(exclude_categories=()), max_size=40)
any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["person", "name", "identifiers", "events", "props", "title", "source", "utm", "at", "url"])
near_misses = st.dictionaries(
    names, any_value | st.dictionaries(names, any_value) | st.lists(st.dictionaries(names, any_value))
)


@pytest.fixture
def application():
    """The pages as a server runs them, but with the connection that holds the test's transaction."""
    listening = (signals.request_started, signals.request_finished)
    for signal in listening:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in listening:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_document_is_kept(application, crm, mode: GenerationMode) -> None:
    """Everything the document allows and forbids: no failure of ours, no undocumented answer."""
    make_lead()
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    for operation in found.get_all_operations():
        if mode is GenerationMode.NEGATIVE and operation.ok().method != "post":
            continue  # any text is a good parameter as far as HTTP goes; tests/api/test_door.py tries bad ones

        @LENIENT
        @given(case=operation.ok().as_strategy(generation_mode=mode))
        def keeps(case: schemathesis.Case) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {crm.secret}"})
            case.validate_response(answer, checks=KEPT)

        keeps()


def test_what_the_document_shows_as_an_example_works(crm, company) -> None:
    for operation in OPERATIONS:
        if operation.example is not None and operation.method == "POST":
            content = json.dumps(operation.example).replace("2026-11-16T09:30:00+08:00", crm.key.created_at.isoformat())
            content = json.loads(content)
            for event in content.get("events", []):
                del event["at"]
            assert crm.post(operation.path, content).status_code in operation.answers


@settings(LENIENT, max_examples=60)
@given(body=st.binary(max_size=200) | (near_misses | any_value).map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_api(crm, body: bytes) -> None:
    for path in ("/leads", "/events"):
        answer = crm.post(path, body)
        assert answer.status_code < 500
        if answer.status_code >= 400:
            assert answer.json()["code"] in TYPES


@settings(LENIENT, max_examples=40)
@given(query=st.dictionaries(st.sampled_from(["limit", "cursor", "stage", "owner", "updated_since"]), any_text))
def test_no_address_breaks_the_api(crm, query: dict[str, str]) -> None:
    query = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    assert crm.get("/leads", query).status_code in (200, 400)


def test_the_page_explains_every_operation_and_problem_in_both_languages(company, ada) -> None:
    for client in (Client(), signed_in(ada)):
        for language, word in (("en", "Send in a lead"), ("zh-hans", "提交线索")):
            ada.language = language
            ada.save()
            answer = client.get("/api/docs", headers={"Accept-Language": language})
            page = answer.content.decode()
            assert word in page
            assert all(f'id="{code}"' in page for code in TYPES)
            assert all(f"/api/v1{operation.path}" in page for operation in OPERATIONS)
            assert "style=" not in page
            assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_document_tells_nothing_about_the_company(company, ada) -> None:
    told = Client().get("/api/openapi.json").content.decode()
    assert json.loads(told) == document()
    assert "Ada" not in told
    assert "North" not in told


def test_the_guide_lists_what_there_is() -> None:
    """``overview()`` writes its tables."""
    assert overview() in (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
