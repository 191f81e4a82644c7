"""A browser, and a small host that answers as the edge would."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]

PATIENCE_S = 45
"""For what comes at once on a machine of its own: on a busy one a test waits longer, and fails no sooner."""
expect.set_options(timeout=PATIENCE_S * 1_000)

Answer = tuple[int, str, str]  # status, content type, body


@dataclass
class Host:
    """Serves ``files`` and remembers what was posted; ``answers`` says by path what a POST hears, 202 otherwise."""

    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    posts: list[tuple[str, Any]] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    url: str = ""

    def wait_for(self, happened: Callable[[], bool]) -> None:
        with self.arrived:
            assert self.arrived.wait_for(happened, PATIENCE_S), self.posts

    def notice(self, event: str) -> None:
        """Send one server-sent event to every open stream."""
        with self.arrived:
            self.events.append(event)
            self.arrived.notify_all()

    def hits(self, name: str) -> list[dict[str, Any]]:
        return [
            hit for path, body in self.posts if path.endswith("/c/e") for hit in body["hits"] if hit["name"] == name
        ]


def handler_for(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            path, _, query = self.path.partition("?")
            if path == "/live":
                return self.stream(query)
            kind, body = host.files.get(path, ("text/plain", ""))
            return self.answer(200 if path in host.files else 404, kind, body)

        def do_POST(self) -> None:  # the name that http.server calls
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            due = host.answers.get(self.path)
            status, kind, said = due.pop(0) if due else (202, "application/json", "{}")
            if self.path == "/live/token/":
                status, said = 200, json.dumps({"url": f"{host.url}/live?token=t", "expires_in": 300})
            with host.arrived:
                host.posts.append((self.path, json.loads(body) if body.startswith("{") else body))
                host.arrived.notify_all()
            self.answer(status, kind, said)

        def stream(self, query: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            sent = 0
            with host.arrived:
                host.streams.append(query)
                host.arrived.notify_all()
            while True:
                with host.arrived:
                    host.arrived.wait_for(lambda sent=sent: len(host.events) > sent, 2 * PATIENCE_S)
                    waiting, sent = host.events[sent:], len(host.events)
                for event in waiting:
                    if event == "hang up":
                        host.events.remove(event)
                        return
                    self.wfile.write(event.encode())
                    self.wfile.flush()
                if not waiting:
                    return

        def answer(self, status: int, kind: str, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(host))
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield host
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not for the whole session: while Playwright runs, asyncio tests in the same thread cannot.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile without a past."""
    context = chromium.new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE_S * 1_000)
    yield context
    context.close()
