"""The edge in this process, or as the real server, on the test database.

Rows are committed and taken away again, because the edge has connections of its own.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from uuid_utils.compat import uuid7

from wutong.config import config
from wutong.edge.app import Edge
from wutong.edge.parts import Parts
from wutong.edge.rates import Rate
from wutong.events.arrivals import AnyArrival, unpack
from wutong.platform.secrets import digest

ORIGIN = "https://www.example.com"
SITE = "wt-edge-test"
SERVER_KEY = "a-server-key"
FORM = "edge-demo"
FIELDS = [
    {"name": "name", "label": "姓名", "kind": "text", "required": True, "max": 40},
    {"name": "email", "label": "邮箱", "kind": "email", "required": True},
    {"name": "phone", "label": "手机", "kind": "phone"},
    {"name": "size", "label": "规模", "kind": "select", "options": ["1-50", "51-200"]},
]


class Database:
    """The test database, seen by a second client."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, statement: str, values: Any = None) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def arrivals(self) -> list[AnyArrival]:
        rows = self.run("SELECT body FROM platform_inboxblock ORDER BY id")
        return [arrival for (body,) in rows for arrival in unpack(body)]

    def drops(self) -> dict[str, int]:
        return dict(self.run("SELECT reason, sum(n)::int FROM platform_dropcount GROUP BY reason"))


@pytest.fixture(scope="session")
def edge_url(django_db_setup: None) -> str:
    from django.db import connection

    given = connection.settings_dict
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{quote(given['HOST'], safe='')}/{given['NAME']}"


@pytest.fixture
def database(edge_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", edge_url)
    config.cache_clear()
    database = Database(edge_url)
    database.run("TRUNCATE platform_inboxblock, platform_dropcount")
    database.run("INSERT INTO platform_businessscope (code, name, kind) VALUES ('edge-test', 'Edge', 'brand')")
    database.run("INSERT INTO platform_team (public_id, name, path) VALUES (gen_random_uuid(), 'Edge test', '/1/')")
    database.run(
        "INSERT INTO events_site (key, name, origins, is_active, scope_id, team_id, server_key_digest)"
        " SELECT %s, 'Edge', ARRAY[%s], true, s.id, t.id, %s FROM platform_businessscope s, platform_team t"
        " WHERE s.code = 'edge-test' AND t.name = 'Edge test'",
        [SITE, ORIGIN, digest(SERVER_KEY)],
    )
    database.run(
        "INSERT INTO content_form (key, name, fields, consent_version, consent_text, thanks_url, is_active, site_id)"
        " SELECT %s, 'Demo', %s, 'v1', 'the notice', '', true, id FROM events_site WHERE key = %s",
        [FORM, json.dumps(FIELDS), SITE],
    )
    try:
        yield database
    finally:
        config.cache_clear()
        database.run(
            "DELETE FROM platform_notification n USING platform_staff s"
            " WHERE s.id = n.staff_id AND s.email LIKE '%edge.test'"
        )
        database.run("DELETE FROM platform_staff WHERE email LIKE '%edge.test'")
        database.run("DELETE FROM content_form WHERE key = %s", [FORM])
        database.run("DELETE FROM events_site WHERE key = %s", [SITE])
        database.run("DELETE FROM platform_team WHERE name = 'Edge test'")
        database.run("DELETE FROM platform_businessscope WHERE code = 'edge-test'")
        database.run("TRUNCATE platform_inboxblock, platform_dropcount")


@pytest.fixture
async def parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    monkeypatch.setattr("wutong.edge.sites.MISS_REREADS_AFTER_S", 0.01)  # many a test asks for what is not there
    parts = Parts.of(config())
    parts.hits_rate = Rate(per_second=1e6, burst=10**6)
    parts.forms_rate = Rate(per_second=1e6, burst=10**6)
    await parts.sites.read()
    parts.start()
    yield parts
    await parts.stop()


@pytest.fixture
async def edge(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Edge(parts), client=("127.0.0.1", 4711))  # type: ignore[arg-type]  # httpx names the same call otherwise
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
        yield client


class Server:
    """A real edge process."""

    def __init__(self, port: int, child: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.child = child
        self.url = f"http://127.0.0.1:{port}"


@pytest.fixture
def server(database: Database) -> Iterator[Server]:
    port, figures = free_port(), free_port()
    environment = {
        **os.environ,
        "WUTONG_EDGE_PORT": str(port),
        "WUTONG_METRICS_PORT": str(figures - 2),  # the edge's is the third
        "WUTONG_TRUSTED_PROXIES": "1",
    }
    child = subprocess.Popen([sys.executable, "-m", "wutong", "edge"], env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield Server(port, child)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise


def hit(name: str = "page_viewed", **given: Any) -> dict[str, Any]:
    """A good hit; a test mentions only what matters to it."""
    now = datetime.now(UTC).isoformat()
    props = {"title": "Pricing", "path": "/pricing"} if name == "page_viewed" else {}
    return {"id": str(uuid7()), "name": name, "at": now, "url": f"{ORIGIN}/pricing", "props": props, **given}


def letter(*hits: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"site": SITE, "sent_at": datetime.now(UTC).isoformat(), "visitor": None, "hits": list(hits), **given}


async def send(client: httpx.AsyncClient, content: Any, *, path: str = "/c/e", **headers: str) -> httpx.Response:
    """POST as a page of the site does."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"content-type": "text/plain;charset=UTF-8", "origin": ORIGIN}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(path, content=body, headers={name: value for name, value in given.items() if value})


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str) -> None:
    for _ in range(400):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"{url} did not become ready")
