"""``GET /c/f/<form key>``: the form as a page of its own, or within an allowed website; and what the page asks for."""

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import wutong
from wutong.edge.drops import Drop
from wutong.edge.exchange import Answer, Request, refused, told
from wutong.edge.form_pages import form_page, language_for, refusal_page
from wutong.edge.form_tokens import fresh
from wutong.edge.forms import submit
from wutong.edge.parts import Parts
from wutong.edge.sites import Form
from wutong.events.clocks import now
from wutong.events.scrub import scrubbed

SCRIPT = Path(wutong.__file__).parent / "content" / "static" / "content" / "form.js"
SUGGESTED_MAX = 8
_DOOR = "form"
_FRAMES = ("iframe", "frame", "object", "embed")


async def serve(request: Request, parts: Parts) -> Answer:
    """The form's page on GET, its names of companies below it; what was filled in on POST."""
    if request.method == "POST":
        return await submit(request, parts)
    parts.limit(request, parts.hits_rate, door=_DOOR)
    key, _slash, rest = request.path.removeprefix("/c/f/").partition("/")
    if rest == "companies":
        return _companies(await parts.sites.form(key), request.query.get("q", ""))
    try:
        form = await parts.sites.form(request.path.removeprefix("/c/f/"))
        _check_frame(request, parts, form)
    except Answer as no:
        raise refusal_page(no, language_for(request), origin=_referring_origin(request)) from None
    return form_page(request, form, carried=_carried(request, parts, form))


async def script(request: Request, _parts: Parts) -> Answer:
    """``/c/form.js``, kept by browsers for an hour."""
    plain, tag = _script()
    headers = {b"etag": tag, b"cache-control": b"public, max-age=3600", b"x-content-type-options": b"nosniff"}
    is_known = tag in request.headers.get(b"if-none-match", b"")
    return Answer(304 if is_known else 200, b"" if is_known else plain, b"text/javascript; charset=utf-8", headers)


def _carried(request: Request, parts: Parts, form: Form) -> dict[str, str]:
    """What the page knows of itself: its address with the campaign, and the page that led to it."""
    query: bytes = request.scope["query_string"]
    address = f"{parts.config.edge_origin}{request.path}{'?' if query else ''}{query.decode('latin-1')}"
    return {
        "_token": fresh(form.key, at=now()).token,
        "_url": scrubbed(address),
        "_ref": scrubbed(request.header(b"referer")),
    }


def _check_frame(request: Request, parts: Parts, form: Form) -> None:
    """Tell a website that may not embed the form so, where the browser says who asks.

    The browser itself keeps the form out of foreign frames by ``frame-ancestors``; this is for the sentence.

    Raises:
        Answer: 403.
    """
    origin = _referring_origin(request)
    is_framed = request.header(b"sec-fetch-dest") in _FRAMES
    if is_framed and origin and not parts.sites.may_send(form.site, origin):
        raise parts.refusal(_DOOR, Drop.FOREIGN_ORIGIN, refused(403, "foreign_origin", origin))


def _referring_origin(request: Request) -> str:
    try:
        parts = urlsplit(request.header(b"referer"))
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _companies(form: Form, typed: str) -> Answer:
    """Names of the form's own list that hold what was typed: those that begin with it first."""
    wanted = typed.strip().casefold()[:120]
    found: list[str] = []
    if len(wanted) >= 2:
        holding = [name for name in form.design.company_names if wanted in name.casefold()]
        found = sorted(holding, key=lambda name: (not name.casefold().startswith(wanted), len(name)))[:SUGGESTED_MAX]
    return told(200, {"names": found}, {b"cache-control": b"private, max-age=60"})


@cache
def _script() -> tuple[bytes, bytes]:
    plain = SCRIPT.read_bytes()
    return plain, f'"{hashlib.sha256(plain).hexdigest()[:16]}"'.encode()
