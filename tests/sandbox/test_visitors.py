"""Scripted visitors: what they plan, and how they act it out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from random import Random
from typing import Any

import httpx
import msgspec
import phonenumbers

from wutong.events.taxonomy import check_props
from wutong.sandbox.contacts import invent
from wutong.sandbox.visitors import SOURCES, Browser, Read, Visit, Visitors, visits


def test_the_same_seed_plans_the_same_visits() -> None:
    assert list(islice(visits(7), 50)) == list(islice(visits(7), 50))
    assert list(islice(visits(7), 50)) != list(islice(visits(8), 50))


def test_about_seven_in_ten_consent_and_eight_in_a_hundred_submit() -> None:
    planned = list(islice(visits(1), 4000))

    assert 0.66 < sum(visit.visitor is not None for visit in planned) / 4000 < 0.74
    assert 0.06 < sum(visit.contact is not None for visit in planned) / 4000 < 0.10


def test_visitors_come_from_every_source() -> None:
    assert {visit.source.code for visit in islice(visits(1), 300)} == {source.code for source in SOURCES}


def test_invented_people_have_valid_phones_and_addresses_that_reach_nobody() -> None:
    rng = Random(3)
    for _ in range(200):
        contact = invent(rng)
        assert phonenumbers.is_valid_number(phonenumbers.parse(contact.phone, "CN")), contact.phone
        assert contact.email.endswith(".example")


async def test_a_visit_speaks_the_format_of_the_tracking_script() -> None:
    async with edge_that_notes() as (visitors, http, noted):
        visit = visit_of(reads=(Read("/pricing", 0, 0.5),))
        browser = Browser(http=http, visitors=visitors, visit=visit)
        await browser.open(visit.reads[0], is_landing=True)
        await browser.read(visit.reads[0])

    hits = [hit for path, body in noted if path == "/c/e" for hit in body["hits"]]
    assert [hit["name"] for hit in hits] == ["page_viewed", "consent_given", "page_left"]
    for hit in hits:
        check_props(hit["name"], hit["props"])
    assert {body["visitor"] for _, body in noted} == {visit.visitor}


async def test_a_visitor_who_refused_sends_no_id_even_with_a_form() -> None:
    async with edge_that_notes() as (visitors, http, noted):
        visit = msgspec.structs.replace(visit_of(reads=(Read("/contact", 0, 1.0),)), visitor=None)
        browser = Browser(http=http, visitors=visitors, visit=visit)
        await browser.open(visit.reads[0], is_landing=True)
        await browser.submit(invent(Random(1)))

    assert {body["visitor"] for _, body in noted} == {None}
    assert noted[-1][0] == "/c/f/demo-request"


async def test_what_was_not_taken_is_sent_again_under_the_same_id() -> None:
    answers = iter([202, 503, 202])
    async with edge_that_notes(answers) as (visitors, http, noted):
        visitors.retry_after_s = 0
        visit = visit_of(reads=(Read("/contact", 0, 1.0),))
        browser = Browser(http=http, visitors=visitors, visit=visit)
        await browser.open(visit.reads[0], is_landing=True)
        await browser.read(visit.reads[0])

    assert noted[1] == noted[2]
    assert visitors.failures == 0


async def test_paused_visitors_turn_no_page() -> None:
    async with edge_that_notes() as (visitors, _, noted):
        visitors.set_rate(240)
        visitors.set_paused(True)
        running = asyncio.create_task(visitors.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert noted == []


def visit_of(*, reads: tuple[Read, ...]) -> Visit:
    return Visit(
        source=SOURCES[0], visitor="a" * 32, language="zh", user_agent="test", width=390, reads=reads, contact=None
    )


@asynccontextmanager
async def edge_that_notes(
    answers: Any = None,
) -> AsyncIterator[tuple[Visitors, httpx.AsyncClient, list[tuple[str, dict[str, Any]]]]]:
    """An edge that writes down what it is sent and answers 202, or what it is told to."""
    noted: list[tuple[str, dict[str, Any]]] = []

    def note(request: httpx.Request) -> httpx.Response:
        noted.append((request.url.path, msgspec.json.decode(request.content)))
        return httpx.Response(next(answers) if answers else 202)

    visitors = Visitors(
        site_key="wtdemo",
        site_origin="http://127.0.0.1:9002",
        edge_origin="http://127.0.0.1:9001",
        plan=visits(1),
        rate_per_minute=0,
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(note)) as http:
        yield visitors, http, noted
