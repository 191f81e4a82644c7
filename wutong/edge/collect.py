"""The doors for hits: ``/c/e`` for browsers, ``/c/identify`` for servers of the company."""

import hmac

import msgspec

from wutong.edge.drops import Drop
from wutong.edge.exchange import Answer, Request, refused, told
from wutong.edge.machines import is_machine
from wutong.edge.parts import Parts
from wutong.edge.sites import Site
from wutong.edge.wire import BadEnvelope, Letter, Reader, ServerHit, TooManyHits, WireHit
from wutong.events.arrivals import Hit
from wutong.events.clocks import AbsurdTime, Receipt, now
from wutong.events.scrub import scrubbed, scrubbed_path
from wutong.platform.secrets import digest

KINDS = (b"text/plain", b"application/json")

BROWSER = Reader("web", WireHit)
SERVER = Reader("server", ServerHit)


async def collect(request: Request, parts: Parts) -> Answer:
    """Take hits from a page: 202 once they are on disk. Hits that are bad are left out and named in the answer."""
    parts.limit(request, parts.hits_rate, door="web")
    letter = await _letter(request, parts, BROWSER, door="web")
    site = await parts.site_of(letter.site, door="web")
    parts.check_origin(request, site, door="web")
    return await _store(letter, site, parts, BROWSER, is_from_machine=is_machine(request.headers))


async def identify(request: Request, parts: Parts) -> Answer:
    """Take hits with the identifiers of whoever acted from a server that holds the site's key."""
    parts.limit(request, parts.hits_rate, door="server")
    letter = await _letter(request, parts, SERVER, door="server")
    site = await parts.site_of(letter.site, door="server")
    if not _has_key(request, site):
        detail = "Send `Authorization: Bearer` with the site's server key."
        raise parts.refusal("server", Drop.BAD_KEY, refused(401, "bad_key", detail, {b"www-authenticate": b"Bearer"}))
    return await _store(letter, site, parts, SERVER, is_from_machine=False)


async def _letter(request: Request, parts: Parts, reader: Reader, *, door: str) -> Letter:
    parts.inbox.refuse_when_unable()
    if request.kind not in KINDS:
        detail = "Send application/json or text/plain."
        raise parts.refusal(door, Drop.BAD_REQUEST, refused(415, "wrong_content_type", detail))
    try:
        body = await request.body(limit=parts.config.collector_max_kib * 1024)
    except Answer as too_large:
        raise parts.refusal(door, Drop.TOO_LARGE, too_large) from None
    try:
        return reader.read(body, depth_max=parts.config.collector_max_depth)
    except BadEnvelope as error:
        raise parts.refusal(door, Drop.BAD_REQUEST, refused(400, "malformed", str(error))) from error
    except TooManyHits as error:
        answer = refused(413, "too_many_hits", "Send at most 500 hits in one request.")
        raise parts.refusal(door, Drop.TOO_LARGE, answer) from error


async def _store(letter: Letter, site: Site, parts: Parts, reader: Reader, *, is_from_machine: bool) -> Answer:
    door = "server" if reader is SERVER else "web"
    dropped = letter.dropped
    receipt = Receipt(now(), sent_at=letter.sent_at)
    arrivals: list[Hit] = []
    for place, hit in letter.hits:
        try:
            occurred_at, is_clamped = receipt.occurred(hit.at)
        except AbsurdTime:
            dropped.append((place, Drop.CLOCK_SKEW))
            continue
        if is_clamped:
            parts.drops.count(door, Drop.CLAMPED)
        event_id, sender_key = receipt.event_id(hit.id)
        props = msgspec.to_builtins(hit.props)
        if "href" in props:
            props["href"] = scrubbed(props["href"])
        if "path" in props:
            props["path"] = scrubbed_path(props["path"])
        arrivals.append(
            Hit(
                id=event_id,
                site_id=site.id,
                source=door,
                occurred_at=occurred_at,
                received_at=receipt.at,
                visitor=letter.visitor,
                view=hit.view,
                url=scrubbed(hit.url) if hit.url else "",
                ref=scrubbed(hit.ref) if hit.ref else "",
                sender_key=sender_key,
                is_machine=is_from_machine,
                name=reader.name_of(hit),
                props=props,
                identifiers=hit.identifiers if isinstance(hit, ServerHit) else [],
                assurance="verified" if door == "server" else "browser",
            )
        )
    await parts.inbox.append(arrivals)
    for _, reason in dropped:
        parts.drops.count(door, reason)
    return told(
        202, {"accepted": len(arrivals), "dropped": [{"i": i, "reason": reason} for i, reason in sorted(dropped)]}
    )


def _has_key(request: Request, site: Site) -> bool:
    scheme, _, key = request.header(b"authorization").partition(" ")
    stored = site.server_key_digest
    return stored is not None and scheme.lower() == "bearer" and hmac.compare_digest(digest(key.strip()), stored)
