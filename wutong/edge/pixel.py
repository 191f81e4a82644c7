"""``/c/p.gif``: a page view told by an image, where no script runs."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from wutong.edge.drops import Drop
from wutong.edge.exchange import Answer, Request
from wutong.edge.machines import is_machine
from wutong.edge.parts import Parts
from wutong.events.arrivals import Hit
from wutong.events.clocks import now
from wutong.events.scrub import scrubbed, scrubbed_path
from wutong.events.taxonomy import BadProps, check_props
from wutong.platform.loose_json import flaw

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_NEVER_KEPT = {b"cache-control": b"no-store, max-age=0", b"cross-origin-resource-policy": b"cross-origin"}
_DOOR = "pixel"


async def pixel(request: Request, parts: Parts) -> Answer:
    """Record a view of ``u`` (or of the referring page) on site ``s``; ``r`` referrer, ``t`` title, ``v`` view.

    The image comes whatever is wrong with the request, so that no page shows a broken one; only what could not be
    stored is answered 503.
    """
    image = Answer(200, GIF, b"image/gif", _NEVER_KEPT)
    if request.method == "HEAD":
        return image
    parts.limit(request, parts.hits_rate, door=_DOOR)
    query = request.query
    if flaw(query, depth_max=1) is not None:
        return parts.refusal(_DOOR, Drop.BAD_TEXT, image)
    try:
        site = await parts.sites.site(query.get("s", ""))
    except Answer as unknown:
        if unknown.status == 404:
            return parts.refusal(_DOOR, Drop.UNKNOWN_SITE, image)
        raise
    page = request.header(b"referer")
    if page and not parts.sites.may_send(site, _origin(page)):
        return parts.refusal(_DOOR, Drop.FOREIGN_ORIGIN, image)
    url = scrubbed(query.get("u") or page)
    props: dict[str, Any] = {"title": query.get("t", "")[:300], "path": scrubbed_path(urlsplit(url).path)[:300]}
    try:
        props = check_props("page_viewed", props)
    except BadProps:
        return parts.refusal(_DOOR, Drop.BAD_PROPS, image)
    at = now()
    hit = Hit(
        id=uuid7(),
        site_id=site.id,
        source="web",
        occurred_at=at,
        received_at=at,
        view=_view(query.get("v")),
        url=url,
        ref=scrubbed(query.get("r", "")),
        is_machine=is_machine(request.headers),
        name="page_viewed",
        props=props,
    )
    try:
        await parts.inbox.append([hit])
    except Answer as unavailable:
        return Answer(unavailable.status, GIF, b"image/gif", {**_NEVER_KEPT, **unavailable.headers})
    return image


def _view(text: str | None) -> UUID | None:
    try:
        return msgspec.convert(text, UUID) if text else None
    except msgspec.ValidationError:
        return None


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
