"""Addresses must not carry people into the event store: e-mails, numbers, tokens and fragments are taken out.

The tracking script does the same before it sends; this is for senders that are not ours.
"""

import re
from functools import lru_cache
from urllib.parse import unquote

URL_MAX = 2_000

_CAMPAIGN = re.compile(
    r"(utm_\w+|[gw]braid|gclid|dclid|fbclid|msclkid|ttclid|yclid|bd_vid|qhclickid|clickid|click_id|qz_gdt|gdt_vid"
    r"|channel|source|from|q|page|id)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"mail|phone|mobile|tel$|token|secret|pass|pwd|auth|session|sid$|jwt|sign|key$|code|ticket|openid|unionid|user",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?[\d\s().-]{7,}")
_LONG_RANDOM = re.compile(r"[\w.~+/=-]{24,}")
_MAIL_IN_PATH = re.compile(r"[^/]*(?:@|%40)[^/]*", re.IGNORECASE)
_PLAIN = re.compile(r"https?://[\w.:-]+(?:/[^?#@%\s]*)?", re.ASCII | re.IGNORECASE)
_SHAPE = re.compile(
    r"(https?)://(?:[^/?#@]*@)?([\w.:\[\]-]+)(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL
)


@lru_cache(maxsize=4_096)
def scrubbed(url: str) -> str:
    """The address without what could name a person, at most 2,000 characters; empty for what is no web address."""
    if len(url) <= URL_MAX and _PLAIN.fullmatch(url):
        return url
    shape = _SHAPE.fullmatch(url)
    if shape is None:
        return ""
    scheme, host, path, query = shape.groups()
    address = f"{scheme.lower()}://{host}{scrubbed_path(path or '/')}"
    kept = [pair for pair in query.split("&") if pair and not _is_personal(pair)] if query else []
    while kept and len(address) + 1 + sum(map(len, kept)) + len(kept) > URL_MAX:
        _shed(kept)
    return (f"{address}?{'&'.join(kept)}" if kept else address)[:URL_MAX]


def scrubbed_path(path: str) -> str:
    """A path without parts that look like an e-mail address."""
    return _MAIL_IN_PATH.sub("-", path) if "@" in path or "%40" in path else path


def _is_personal(pair: str) -> bool:
    name, _, value = (unquote(part.replace("+", " ")) for part in pair.partition("="))
    if "@" in value or "%40" in value or "@" in name or _PHONE.fullmatch(value):
        return True
    return not _CAMPAIGN.fullmatch(name) and bool(_SECRET_NAME.search(name) or _LONG_RANDOM.fullmatch(value))


def _shed(pairs: list[str]) -> None:
    """Drop the last parameter that no campaign needs, else the last."""
    for place in range(len(pairs) - 1, -1, -1):
        if not _CAMPAIGN.fullmatch(pairs[place].partition("=")[0]):
            del pairs[place]
            return
    pairs.pop()
