"""Telling machines from people by what they say of themselves (``algorithms.md`` 9, the declared ones)."""

from functools import lru_cache

from crawleruseragents import is_crawler  # type: ignore[import-untyped]  # ships no types

from wutong.edge.exchange import Headers

_NOT_ON_THE_LIST = ("mpcrawler",)  # WeChat's fetcher of articles


def is_machine(headers: Headers) -> bool:
    """Whether the sender declares itself a crawler, a preview fetcher or a prefetch."""
    return is_prefetch(headers) or _is_crawler(headers.get(b"user-agent", b""))


def is_prefetch(headers: Headers) -> bool:
    """Whether a browser fetches ahead of a click that may never come."""
    for name in (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"):
        value = headers.get(name)
        if value is not None and (b"prefetch" in value.lower() or b"preview" in value.lower()):
            return True
    return False


@lru_cache(maxsize=8_192)
def _is_crawler(user_agent: bytes) -> bool:
    text = user_agent[:400].decode("latin-1")
    return is_crawler(text) or any(name in text.lower() for name in _NOT_ON_THE_LIST)
