"""The edge as an ASGI application: which address leads to which door, and who may knock from where."""

from collections.abc import Awaitable, Callable
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from wutong.edge import hosted_form, pixel, redirect, script
from wutong.edge.collect import collect, identify
from wutong.edge.exchange import Answer, Headers, Receive, Request, Scope, Send, refused
from wutong.edge.openapi import document
from wutong.edge.parts import Parts
from wutong.platform.structured import structlog

Door = Callable[[Request, Parts], Awaitable[Answer]]

_HEAD = {"GET", "HEAD"}
log = structlog.get_logger("wutong.edge")


class Edge:
    """The application."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request, send)
        except Answer as early:
            answer = early
        if answer is None:
            return  # a stream, already sent
        if answer.status >= 500:
            path = _without_keys(request.path)
            log.warning("unavailable", path=path, status=answer.status, request_id=request.request_id)
        if request.method == "HEAD":
            answer = Answer(answer.status, b"", answer.kind, answer.headers)
        await answer.with_headers(self._readable(request)).send_by(send)

    def _readable(self, request: Request) -> Headers:
        """What lets a page of a site read the answer, refusals included: a script must know whether to send again."""
        origin = request.headers.get(b"origin")
        if origin is None or request.method != "POST" or not self.parts.sites.is_somebodys(origin.decode("latin-1")):
            return {}
        return {b"access-control-allow-origin": origin, b"vary": b"Origin"}

    async def _answer(self, request: Request, send: Send) -> Answer | None:
        path, method = request.path, request.method
        if path == "/live" and method == "GET":
            await self.parts.live.serve(request, send)
            return None
        methods, door = _door(path)
        if method in methods:
            return await door(request, self.parts)
        if method == "OPTIONS" and path.startswith("/c/"):
            return self._preflight(request, methods)
        raise refused(
            405, "wrong_method", f"Use {' or '.join(sorted(methods))}.", {b"allow": ", ".join(sorted(methods)).encode()}
        )

    def _preflight(self, request: Request, methods: set[str]) -> Answer:
        origin = request.header(b"origin")
        if not self.parts.sites.is_somebodys(origin):
            return refused(403, "foreign_origin", "No site has this origin. Add it to the site's settings.")
        headers = {
            b"access-control-allow-origin": origin.encode("latin-1"),
            b"access-control-allow-methods": ", ".join(sorted(methods)).encode(),
            b"access-control-allow-headers": b"content-type",
            b"access-control-max-age": b"7200",
            b"vary": b"Origin",
        }
        return Answer(204, headers=headers)


def _door(path: str) -> tuple[set[str], Door]:
    found = _DOORS.get(path)
    if found is not None:
        return found
    for prefix, methods, door in _FAMILIES:
        if path.startswith(prefix):
            return methods, door
    raise refused(404, "not_found", "There is nothing at this address.")


async def healthz(_request: Request, _parts: Parts) -> Answer:
    """The process answers; says nothing about what it depends on."""
    return Answer(200, b"ok\n", b"text/plain")


async def readyz(_request: Request, parts: Parts) -> Answer:
    """The process can do its work."""
    return Answer(200, b"ready\n", b"text/plain") if parts.is_ready else Answer(503, b"not yet\n", b"text/plain")


async def metrics(request: Request, _parts: Parts) -> Answer:
    """Figures for Prometheus, told to this machine only."""
    client = request.scope.get("client")
    is_local = client is not None and client[0] in ("127.0.0.1", "::1") and b"x-forwarded-for" not in request.headers
    if not is_local:
        return refused(403, "not_here", "Ask from this machine.")
    return Answer(200, generate_latest(REGISTRY), CONTENT_TYPE_LATEST.encode())


async def openapi(_request: Request, _parts: Parts) -> Answer:
    """What the public doors take and answer, for programs."""
    return Answer(200, _openapi())


@cache
def _openapi() -> bytes:
    return document()


_DOORS: dict[str, tuple[set[str], Door]] = {
    "/c/e": ({"POST"}, collect),
    "/c/identify": ({"POST"}, identify),
    "/c/p.gif": (_HEAD, pixel.pixel),
    "/c/wt.js": (_HEAD, script.tracker),
    "/c/form.js": (_HEAD, hosted_form.script),
    "/c/openapi.json": (_HEAD, openapi),
    "/healthz": (_HEAD, healthz),
    "/readyz": (_HEAD, readyz),
    "/metrics": ({"GET"}, metrics),
}
_FAMILIES: list[tuple[str, set[str], Door]] = [
    ("/c/r/", _HEAD, redirect.follow),
    ("/c/f/", _HEAD | {"POST"}, hosted_form.serve),
]


def _without_keys(path: str) -> str:
    """The path as a log may show it: signed links stay out of it."""
    return "/c/r/…" if path.startswith("/c/r/") else path
