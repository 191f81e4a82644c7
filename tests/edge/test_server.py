"""The real process over real sockets: starting, streaming, stopping, and what its document promises."""

import asyncio
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error, status_code_conformance

from tests.edge.conftest import SERVER_KEY, Database, Server, hit, letter, send, until
from wutong.config import config
from wutong.platform.live_token import LiveTicket, issue

pytestmark = pytest.mark.django_db


def make_staff(database: Database, email: str = "mei@edge.test") -> int:
    ((staff_id,),) = database.run(
        "INSERT INTO platform_staff (password, public_id, email, full_name, sort_key, role, data_scope, is_active,"
        " auth_epoch, language, zone, theme, density, created_at)"
        " VALUES ('', gen_random_uuid(), %s, 'Mei', 'mei', 'sdr', 'own', true, 1, 'zh-hans', '', 'system', 'compact',"
        " now()) RETURNING id",
        [email],
    )
    return int(staff_id)


def notify(database: Database, staff_id: int, kind: str = "lead.new", *, tell: bool = True) -> int:
    ((notice_id,),) = database.run(
        'INSERT INTO platform_notification (staff_id, kind, "group", params, url, count, created_at, changed_at)'
        " VALUES (%s, %s, gen_random_uuid(), '{}', '', 1, now(), now()) RETURNING id",
        [staff_id, kind],
    )
    if tell:
        announce(database, [[staff_id, notice_id, kind, ["inbox"]]])
    return int(notice_id)


def announce(database: Database, messages: list[Any]) -> None:
    database.run("SELECT pg_notify('wutong_live', %s)", [json.dumps(messages)])


def token(staff_id: int, *, epoch: int = 1, at: datetime | None = None) -> str:
    return issue(LiveTicket(staff_id=staff_id, auth_epoch=epoch), at=at or datetime.now(UTC))


async def events_of(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def test_a_colleague_hears_at_once(server: Server, database: Database) -> None:
    mei, lin = make_staff(database), make_staff(database, "lin@edge.test")
    notify(database, mei, tell=False)
    headers = {"origin": config().web_origin}
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"{server.url}/live?token={token(mei)}", headers=headers) as answer,
    ):
        assert answer.headers["access-control-allow-origin"] == config().web_origin
        assert answer.headers["x-accel-buffering"] == "no"
        events = events_of(answer)
        name, greeting = await anext(events)
        assert (name, greeting["unread"]) == ("hello", 1)

        notify(database, lin)
        told = notify(database, mei)
        assert await anext(events) == ("notice", {"id": told, "kind": "lead.new", "topics": ["inbox"]})
        announce(database, [[0, 0, "", ["funnel"]]])
        assert await anext(events) == ("refresh", {"topics": ["funnel"]})
        announce(database, [[mei, 0, "session_ended", ["session"]]])
        with pytest.raises(StopAsyncIteration):
            await anext(events)


async def test_what_was_missed_is_told_again(server: Server, database: Database) -> None:
    mei = make_staff(database)
    first, second, third = (notify(database, mei, tell=False) for _ in range(3))
    for query, headers in ((f"&after={first}", {}), ("", {"last-event-id": str(first)})):
        url = f"{server.url}/live?token={token(mei)}{query}"
        async with (
            asyncio.timeout(20),
            httpx.AsyncClient() as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            events = events_of(answer)
            assert (await anext(events))[0] == "hello"
            assert [(await anext(events))[1]["id"] for _ in range(2)] == [second, third]


async def test_a_notice_that_became_visible_late_is_told_again(server: Server, database: Database) -> None:
    mei = make_staff(database)
    long_ago, late, heard, missed = (notify(database, mei, tell=False) for _ in range(4))
    database.run("UPDATE platform_notification SET changed_at = now() - interval '3 minutes' WHERE id = %s", [long_ago])
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient() as client,
        client.stream("GET", f"{server.url}/live?token={token(mei)}&after={heard}") as answer,
    ):
        events = events_of(answer)
        assert (await anext(events))[0] == "hello"
        told = [(await anext(events))[1] for _ in range(2)]
    assert [(notice["id"], notice["again"]) for notice in told] == [(late, True), (missed, True)]


async def test_streams_survive_a_lost_line_to_the_database(server: Server, database: Database) -> None:
    mei = make_staff(database)
    async with (
        asyncio.timeout(30),
        httpx.AsyncClient(timeout=30) as client,
        client.stream("GET", f"{server.url}/live?token={token(mei)}") as answer,
    ):
        events = events_of(answer)
        await anext(events)
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wutong edge listen'"
        )
        missed = notify(database, mei)
        assert await anext(events) == ("notice", {"id": missed, "kind": "lead.new", "topics": [], "again": True})


async def test_who_may_not_listen(server: Server, database: Database) -> None:
    mei = make_staff(database)
    gone = make_staff(database, "gone@edge.test")
    database.run("UPDATE platform_staff SET is_active = false WHERE id = %s", [gone])
    old = datetime.now(UTC) - timedelta(minutes=6)
    async with httpx.AsyncClient() as client:
        for bad in ("", "x.y", token(mei, at=old), token(mei, epoch=2), token(gone)):
            assert (await client.get(f"{server.url}/live", params={"token": bad})).status_code == 401
        foreign = await client.get(
            f"{server.url}/live", params={"token": token(mei)}, headers={"origin": "https://evil.example"}
        )
        assert foreign.status_code == 403


async def test_stopping_ends_streams_and_keeps_what_was_acknowledged(server: Server, database: Database) -> None:
    mei = make_staff(database)
    async with asyncio.timeout(30), httpx.AsyncClient(timeout=30) as client:
        async with client.stream("GET", f"{server.url}/live?token={token(mei)}") as answer:
            events = events_of(answer)
            await anext(events)
            assert (await send(client, letter(hit(), hit("nope")), path=f"{server.url}/c/e")).status_code == 202
            server.child.send_signal(signal.SIGTERM)
            with pytest.raises(StopAsyncIteration):
                await anext(events)

        async def is_over() -> bool:
            return server.child.poll() is not None

        await until(is_over)
    assert server.child.returncode == 0
    assert len(database.arrivals()) == 1
    assert database.drops() == {"unknown_event": 1}


def test_neither_django_nor_rich_is_loaded() -> None:
    program = "import sys, wutong.edge.server; sys.exit(not {'django', 'rich'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_figures_are_shown_to_this_machine_only(server: Server) -> None:
    async with httpx.AsyncClient() as client:
        await send(client, letter(hit()), path=f"{server.url}/c/e")
        assert "wutong_edge_accepted_total 1.0" in (await client.get(f"{server.url}/metrics")).text
        relayed = await client.get(f"{server.url}/metrics", headers={"x-forwarded-for": "203.0.113.9"})
        assert relayed.status_code == 403


@pytest.mark.once
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_document_is_kept(server: Server, mode: GenerationMode) -> None:
    """Everything the document allows and forbids: no failure of ours, no undocumented answer."""
    document = schemathesis.openapi.from_url(f"{server.url}/c/openapi.json")
    addresses = (f"10.1.{n // 250}.{n % 250}" for n in itertools.count())
    with requests.Session() as session:
        for operation in document.get_all_operations():
            if mode is GenerationMode.NEGATIVE and operation.ok().method != "post":
                continue  # any text is a good query or token as far as the document goes

            @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
            @given(case=operation.ok().as_strategy(generation_mode=mode))
            def keeps(case: schemathesis.Case) -> None:
                headers = {"X-Forwarded-For": next(addresses), "Authorization": f"Bearer {SERVER_KEY}"}
                answer = case.call(session=session, headers=headers, allow_redirects=False)
                case.validate_response(answer, checks=[not_a_server_error, status_code_conformance])

            keeps()
