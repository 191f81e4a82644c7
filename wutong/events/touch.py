"""Where a page view came from: its channel and campaign, by what the link and the referring page say."""

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from msgspec import Struct

CHANNELS: dict[str, str | Promise] = {
    "direct": pgettext_lazy("channel", "Direct"),
    "search": pgettext_lazy("channel", "Search"),
    "paid_search": pgettext_lazy("channel", "Paid search"),
    "wechat": pgettext_lazy("channel", "WeChat"),
    "email": pgettext_lazy("channel", "E-mail"),
    "sms": pgettext_lazy("channel", "SMS"),
    "social": pgettext_lazy("channel", "Social"),
    "video": pgettext_lazy("channel", "Video"),
    "event": pgettext_lazy("channel", "Event or webinar"),
    "partner": pgettext_lazy("channel", "Partner"),
    "ads": pgettext_lazy("channel", "Advertising"),
    "ai": pgettext_lazy("channel", "AI assistant"),
    "referral": pgettext_lazy("channel", "Other site"),
    "import": pgettext_lazy("channel", "Import"),
}
"""Every channel with the name people read."""

_MEDIUM = {
    "cpc": "paid_search", "ppc": "paid_search", "sem": "paid_search", "paid": "paid_search",
    "paidsearch": "paid_search",
    "organic": "search", "seo": "search",
    "email": "email", "mail": "email", "edm": "email", "newsletter": "email",
    "sms": "sms",
    "wechat": "wechat", "weixin": "wechat", "oa": "wechat", "wecom": "wechat",
    "social": "social", "video": "video", "douyin": "video",
    "event": "event", "webinar": "event", "live": "event", "offline": "event",
    "partner": "partner", "affiliate": "partner", "reseller": "partner",
    "display": "ads", "banner": "ads", "feed": "ads", "cpm": "ads",
    "referral": "referral",
}  # fmt: skip
_CLICK_IDS = {
    "gclid": "paid_search",
    "bd_vid": "paid_search",
    "msclkid": "paid_search",
    "qhclickid": "paid_search",
    "clickid": "ads",
}
_COUNTRY = r"\.([a-z]{2,3}|com?\.[a-z]{2})$"
_SITES = (  # the narrower first: gemini.google.com is no search engine
    (
        re.compile(
            r"(^|\.)(chatgpt|openai|perplexity|kimi|moonshot|deepseek|doubao|claude|chatglm|qwen|tongyi|grok|metaso|mistral)"
            r"\.(com|cn|ai)$|^(gemini|bard|notebooklm)\.google\.com$|^copilot\.microsoft\.com$|^yiyan\.baidu\.com$"
            r"|^yuanbao\.tencent\.com$"
        ),
        "ai",
    ),
    (
        re.compile(r"(^|\.)(douyin|kuaishou|bilibili|youtube|iqiyi)\.com$|^youtu\.be$|^channels\.weixin\.qq\.com$"),
        "video",
    ),
    (re.compile(r"^(mail|webmail|outlook|exmail)\.|(^|\.)mail\.(163|126|qq|sina)\.(com|cn)$"), "email"),
    (re.compile(r"(^|\.)(weixin|wx)\.qq\.com$"), "wechat"),
    (
        re.compile(
            r"(^|\.)(zhihu|weibo|xiaohongshu|linkedin|facebook|twitter|x|t|instagram)\.(com|cn|co)$|(^|\.)(lnkd\.in|fb\.me)$"
        ),
        "social",
    ),
    (re.compile(rf"(^|\.)(baidu|google|bing|sogou|yandex|yahoo){_COUNTRY}"), "search"),
    (re.compile(r"(^|\.)(so|haosou|toutiao|duckduckgo|ecosia)\.com$|(^|\.)sm\.cn$"), "search"),
)


class Origin(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One touch in full: when and by which channel somebody came, and what the link and the referring page said."""

    at: datetime | None = None
    channel: str = ""
    campaign: str = ""
    source: str = ""
    medium: str = ""
    term: str = ""
    content: str = ""
    referrer: str = ""
    """The host of the page that led here."""
    landing: str = ""
    """The page it led to, without its parameters."""


class Touch(NamedTuple):
    """How somebody came: an empty channel means that they were already here."""

    channel: str
    campaign: str


@lru_cache(maxsize=20_000)
def classify(url: str, ref: str) -> Touch:
    """The channel and campaign of a page view at ``url`` that was reached from ``ref``.

    What the link says (UTM, click ids) beats what the referring page says. A view reached from the same site is no
    touch.
    """
    here, there = _read(url), (_read(ref).hostname or "").lower()
    query = {name.lower(): value for name, value in parse_qsl(here.query)}
    campaign = query.get("utm_campaign", "")[:80]
    medium = query.get("utm_medium", "").lower()
    if medium in _MEDIUM:
        return Touch(_MEDIUM[medium], campaign)
    for name, channel in _CLICK_IDS.items():
        if name in query:
            return Touch(channel, campaign)
    source = query.get("utm_source", "").lower()
    if source:
        return Touch(_MEDIUM.get(source) or _by_host(source) or "referral", campaign)
    if not there:
        return Touch("direct", campaign)
    if there == (here.hostname or "").lower():
        return Touch("", "")
    return Touch(_by_host(there) or "referral", campaign)


def origin(*, at: datetime, channel: str, campaign: str, url: str, referrer: str) -> Origin:
    """A touch in full, of a view at ``url`` whose channel is known."""
    here = _read(url)
    query = {name.lower(): value[:80] for name, value in parse_qsl(here.query)}
    return Origin(
        at=at,
        channel=channel,
        campaign=campaign,
        source=query.get("utm_source", ""),
        medium=query.get("utm_medium", ""),
        term=query.get("utm_term", ""),
        content=query.get("utm_content", ""),
        referrer=referrer,
        landing=f"{here.scheme}://{here.netloc}{here.path}"[:300] if here.netloc else "",
    )


@lru_cache(maxsize=20_000)
def host_of(address: str) -> str:
    """The host of an address; empty where there is none."""
    return (_read(address).hostname or "").lower()


def _read(address: str) -> SplitResult:
    """The parts of an address; of one that cannot be read there are none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _by_host(host: str) -> str:
    host = host if "." in host else f"{host}.com"
    return next((channel for pattern, channel in _SITES if pattern.search(host)), "")
