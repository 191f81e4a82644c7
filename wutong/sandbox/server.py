"""The process ``wutong sandbox``: website, mail sink, scripted visitors and colleagues of the demo company."""

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django
import psycopg
from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec import Struct

from wutong.config import config
from wutong.platform.database import conninfo
from wutong.platform.figures import serve_figures
from wutong.platform.logs import configure_logging
from wutong.platform.structured import structlog
from wutong.sandbox import company
from wutong.sandbox.asgi import Answer, Receive, Request, Scope, Send, read_request, reply
from wutong.sandbox.outbox import Outbox, smtp_protocol
from wutong.sandbox.site import Site
from wutong.sandbox.tools import Tools
from wutong.sandbox.visitors import Visitors, visits

STAYS_DOWN = 78
"""EX_CONFIG of sysexits.h: tells the supervisor that another start would end the same way."""

log = structlog.get_logger()


class NotADemo(Exception):
    """The company of this database is not the demo company."""


class DemoCompany(Struct, frozen=True):
    """What the sandbox needs to know of the demo company."""

    site_key: str


def main() -> None:
    """Run until asked to stop."""
    configure_logging("sandbox")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every connection
    try:
        demo = demo_company()
    except NotADemo as refusal:
        log.error("sandbox_refuses", reason=str(refusal))
        sys.exit(STAYS_DOWN)
    django.setup()
    serve_figures("sandbox", is_ready=_is_listening)
    if not asyncio.run(serve(demo)):
        log.info("sandbox_ends", reason="the company is not a demo any more")
        sys.exit(STAYS_DOWN)


def demo_company() -> DemoCompany:
    """The demo company as the database has it.

    Raises:
        NotADemo: there is no company, a real one, or the demo is not complete.
    """
    with psycopg.connect(conninfo()) as connection:
        row = connection.execute("SELECT is_demo FROM platform_organisation").fetchone()
        if row is None:
            raise NotADemo("There is no company yet. Run `wutong up --demo`, which sets up the demo company.")
        if not row[0]:
            raise NotADemo(
                "The company in this database is not a demo, so the sandbox does not start: its invented visitors "
                "would become real leads. To try Wutong, run `wutong up --demo` with another WUTONG_DATA_DIR."
            )
        row = connection.execute("SELECT key FROM events_site WHERE name = %s", [company.SITE_NAME]).fetchone()
        if row is None:
            raise NotADemo("The demo company has no website yet. Run `wutong demo` to complete it.")
        return DemoCompany(site_key=row[0])


def _is_listening() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", config().sandbox_port)) == 0


async def serve(demo: DemoCompany) -> bool:
    """Website, mail sink, visitors and colleagues in one event loop, until SIGINT or SIGTERM.

    Returns:
        whether there is still a demo: False when somebody deleted it.
    """
    # Its use cases can be imported only after Django is set up.
    from wutong.sandbox.office import Office

    settings = config()
    outbox = Outbox(settings.data_dir / "sandbox" / "outbox.jsonl")
    visitors = Visitors(
        site_key=demo.site_key,
        site_origin=f"http://127.0.0.1:{settings.sandbox_port}",
        edge_origin=settings.edge_origin,
        plan=visits(seed=time.time_ns()),  # another crowd each time: the same one would only come back
        rate_per_minute=settings.demo_rate_per_minute,
    )
    site = Site(key=demo.site_key, edge_origin=settings.edge_origin, web_origin=settings.web_origin)
    office = Office()
    pages = Application(site=site, tools=Tools(site=site, outbox=outbox, visitors=visitors, office=office))
    loop = asyncio.get_running_loop()
    mail_sink = await loop.create_server(lambda: smtp_protocol(outbox), settings.host, settings.sandbox_smtp_port)
    server = Server(
        pages, settings.host, settings.sandbox_port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False
    )
    tasks = [asyncio.create_task(visitors.run()), asyncio.create_task(office.run(at_the_end=server.stop))]
    log.info("sandbox_started", port=settings.sandbox_port, smtp_port=settings.sandbox_smtp_port)
    with _stopping_on_signal(server):
        await server.serve()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    mail_sink.close()
    return not office.is_closed


class Application:
    """The ASGI application: tool pages first, then the website."""

    def __init__(self, *, site: Site, tools: Tools) -> None:
        self._site = site
        self._tools = tools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        answer = self._answer(request)
        await reply(send, answer, with_body=request.method != "HEAD")

    def _answer(self, request: Request) -> Answer:
        if request.path in ("/healthz", "/readyz"):
            return Answer(b"ok", content_type="text/plain")
        return self._tools.answer(request) or self._site.answer(request)


@contextmanager
def _stopping_on_signal(server: Server) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
