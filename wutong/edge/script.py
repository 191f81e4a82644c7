"""``/c/wt.js``: the tracking script, as built."""

import hashlib
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types

import wutong
from wutong.edge.exchange import Answer, Request, refused
from wutong.edge.parts import Parts

BUILT = Path(wutong.__file__).parent / "web" / "static" / "dist" / "wt.js"


async def tracker(request: Request, _parts: Parts) -> Answer:
    """The script, compressed where that is understood, kept by browsers for an hour."""
    try:
        plain, small, tag = _built(BUILT.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise refused(404, "not_built", "The script is not built. Run make up.") from error
    headers = {
        b"etag": tag,
        b"cache-control": b"public, max-age=3600",
        b"vary": b"Accept-Encoding",
        b"access-control-allow-origin": b"*",
        b"cross-origin-resource-policy": b"cross-origin",
        b"x-content-type-options": b"nosniff",
    }
    if tag in request.headers.get(b"if-none-match", b""):
        return Answer(304, b"", b"text/javascript; charset=utf-8", headers)
    if b"br" in request.headers.get(b"accept-encoding", b""):
        return Answer(200, small, b"text/javascript; charset=utf-8", {**headers, b"content-encoding": b"br"})
    return Answer(200, plain, b"text/javascript; charset=utf-8", headers)


@cache
def _built(_changed_ns: int) -> tuple[bytes, bytes, bytes]:
    plain = BUILT.read_bytes()
    tag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'.encode()
    return plain, brotli.compress(plain), tag
