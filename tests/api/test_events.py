"""Events: all taken or none, once under one id, on disk before they are acknowledged."""

from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.cast import email, person_of
from wutong.events.arrivals import unpack
from wutong.events.models import Event
from wutong.platform.models import InboxBlock, SenderKey
from wutong.stream.processor import drain

pytestmark = pytest.mark.django_db

WHO = ["email:li@example.com"]


def event(name: str = "page_viewed", **given) -> dict:
    props = {"title": "订单", "path": "/orders"} if name == "page_viewed" else {}
    return {"name": name, "identifiers": WHO, "props": props, **given}


def stored() -> list:
    return [arrival for block in InboxBlock.objects.order_by("pk") for arrival in unpack(bytes(block.body))]


def test_events_are_in_the_inbox_when_they_are_acknowledged_and_reach_the_person(crm) -> None:
    own = str(uuid7())
    answer = crm.post("/events", {"events": [event(id=own), event("link_clicked", props={"href": "https://a.cn/"})]})

    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["ids"][0]) == (2, own)
    assert [str(arrival.id) for arrival in stored()] == told["ids"]
    drain("test:0")
    kept = Event.objects.get(pk=own)
    assert (kept.person, kept.name, kept.source) == (person_of(email("li@example.com")), "page_viewed", "server")


def test_an_event_that_comes_again_under_the_senders_own_id_counts_once(crm, system_of, south) -> None:
    first, again = (crm.post("/events", {"events": [event(id="order-1")]}).json() for _time in range(2))
    other = system_of(south).post("/events", {"events": [event(id="order-1")]}).json()
    assert first == again
    assert other["ids"] != first["ids"]
    drain("test:0")
    assert set(Event.objects.values_list("pk", flat=True)) == {UUID(told["ids"][0]) for told in (first, other)}


def test_a_repeated_request_is_stored_once(crm) -> None:
    body = {"events": [event()]}
    first, again = (crm.post("/events", body, Idempotency_Key="k") for _time in range(2))
    assert (again.status_code, again.content) == (202, first.content)
    assert InboxBlock.objects.count() == 1


def test_with_one_event_of_the_wrong_form_none_is_stored_and_each_place_is_named(crm) -> None:
    bad = [
        event("lead_created"),
        event(props={"title": 5, "colour": "red"}),
        {"name": "page_viewed"},
        event(identifiers=["colour:red"]),
        "nonsense",
    ]
    answer = crm.post("/events", {"events": [event(), *bad], "site": 1})
    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("#/events/1/name", "unknown_event"),
        ("#/events/2/props/title", "wrong_type"),
        ("#/events/2/props/colour", "unknown_field"),
        ("#/events/3/identifiers", "missing"),
        ("#/events/5", "wrong_type"),
        ("#/site", "unknown_field"),
    }
    assert stored() == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/events", "wrong_form"),
        ({"events": []}, "#/events", "wrong_form"),
        ({"events": [event()] * 501}, "#/events", "wrong_form"),
        ({"events": [event(identifiers=["colour:red"])]}, "#/events/0/identifiers/0", "unknown_identifier"),
        ({"events": [event(at="2020-01-01T00:00:00Z")]}, "#/events/0/at", "absurd_time"),
        ({"events": [event(id="x" * 181)]}, "#/events/0/id", "too_long"),
        ({"events": [event("form_started", props={})]}, "#/events/0/props/form", "missing"),
        ({"events": [{"name": "form_started", "identifiers": WHO}]}, "#/events/0/props", "missing"),
    ],
)
def test_events_that_cannot_be_are_refused(crm, body: dict, pointer: str, code: str) -> None:
    answer = crm.post("/events", body)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not SenderKey.objects.exists()


def test_a_full_inbox_refuses_before_it_overflows(crm) -> None:
    InboxBlock.objects.create(received_at=crm.key.created_at, count=30_000, body=b"")
    from dataclasses import replace

    from wutong.api import events
    from wutong.config import config

    small = replace(config(), inbox_max_events=30_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "config", lambda: small)
        answer = crm.post("/events", {"events": [event()]})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


def test_addresses_lose_what_names_people(crm) -> None:
    crm.post("/events", {"events": [event(url="https://a.cn/x?email=li@example.com#y", props={"path": "/li@a.cn/x"})]})
    (hit,) = stored()
    assert (hit.url, hit.props["path"]) == ("https://a.cn/x", "/-/x")
