"""``/c/r/<token>``: a link of ours that remembers the click and leads on.

The token is signed (purpose ``redirect``) over ``{"url": target, "site": site id, "campaign": name or absent}``: only
targets that we signed are followed, so the door is no open redirect.
"""

import asyncio
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct
from uuid_utils.compat import uuid7

from wutong.edge.drops import Drop
from wutong.edge.exchange import Answer, Request, refused
from wutong.edge.machines import is_machine, is_prefetch
from wutong.edge.parts import Parts
from wutong.events.arrivals import Hit
from wutong.events.clocks import now
from wutong.events.scrub import scrubbed
from wutong.platform.secrets import BadToken, verified

PURPOSE = "redirect"
WAIT_S = 0.5
"""A reader is not kept waiting for our records."""
_DOOR = "redirect"


class Target(Struct, frozen=True):
    """What a token says."""

    url: Annotated[str, Meta(pattern=r"^https?://[^\s\x00-\x1f]+$", max_length=4_000)]
    site: int
    campaign: Annotated[str, Meta(max_length=80)] = ""


async def follow(request: Request, parts: Parts) -> Answer:
    """Lead on to the signed target. Browsers that only look ahead, and HEAD requests, are led on without a record."""
    parts.limit(request, parts.hits_rate, door=_DOOR)
    try:
        payload = verified(PURPOSE, request.path.removeprefix("/c/r/"), at=now())
        target = msgspec.convert(payload, Target)
    except (BadToken, msgspec.DecodeError, UnicodeEncodeError) as error:
        if str(error) == "expired":
            raise parts.refusal(
                _DOOR, Drop.BAD_TOKEN, refused(410, "expired", "This link is no longer valid.")
            ) from error
        raise parts.refusal(
            _DOOR, Drop.BAD_TOKEN, refused(404, "bad_link", "This link is not complete or not ours.")
        ) from error
    if request.method == "GET" and not is_prefetch(request.headers):
        await _remember(request, target, parts)
    location = quote(target.url, safe="%/:=&?~#+!$,;'@()*[]").encode("ascii")
    return Answer(
        302, headers={b"location": location, b"cache-control": b"no-store", b"referrer-policy": b"no-referrer"}
    )


async def _remember(request: Request, target: Target, parts: Parts) -> None:
    if await parts.sites.site_by_id(target.site) is None:
        parts.drops.count(_DOOR, Drop.UNKNOWN_SITE)
        return
    at = now()
    url = scrubbed(target.url)
    if target.campaign and "utm_campaign=" not in url:
        url += f"{'&' if '?' in url else '?'}utm_campaign={quote(target.campaign)}"
    hit = Hit(
        id=uuid7(),
        site_id=target.site,
        source="web",
        occurred_at=at,
        received_at=at,
        url=url,
        is_machine=is_machine(request.headers),
        name="link_clicked",
        props={"href": scrubbed(target.url), "kind": "redirect"},
    )
    try:
        async with asyncio.timeout(WAIT_S):
            await parts.inbox.append([hit])
    except TimeoutError:
        pass  # it is stored a little later
    except Answer:
        parts.drops.count(_DOOR, Drop.NOT_STORED)
