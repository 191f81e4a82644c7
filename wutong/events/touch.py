"""Where a page view came from: its channel and campaign, by what the link and the referring page say."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

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
    "cpc": "paid_search", "ppc": "paid_search", "sem": "paid_search", "paid": "paid_search", "paidsearch": "paid_search",
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
_CLICK_IDS = {"gclid": "paid_search", "bd_vid": "paid_search", "msclkid": "paid_search", "qhclickid": "paid_search", "clickid": "ads"}
_SITES = (
    (re.compile(r"(^|\.)(baidu|google|bing|sogou|so|sm|yandex|duckduckgo|yahoo|toutiao)\.[a-z.]+$"), "search"),
    (re.compile(r"(^|\.)(mp\.weixin\.qq\.com|weixin\.qq\.com|work\.weixin\.qq\.com|wx\.qq\.com)$"), "wechat"),
    (re.compile(r"(^|\.)(douyin|kuaishou|bilibili|youtube|iqiyi)\.com$|(^|\.)channels\.weixin\.qq\.com$"), "video"),
    (re.compile(r"(^|\.)(zhihu|weibo|xiaohongshu|linkedin|facebook|twitter|x|t|instagram)\.(com|cn|co)$"), "social"),
    (re.compile(r"(^|\.)(chatgpt|openai|perplexity|kimi|moonshot|deepseek|doubao|claude|gemini\.google)\.(com|cn|ai)$"), "ai"),
    (re.compile(r"^(mail|outlook|exmail)\.|(^|\.)mail\.(163|126|qq|sina)\.(com|cn)$"), "email"),
)


class Touch(NamedTuple):
    """How somebody came: an empty channel means that they were already here."""

    channel: str
    campaign: str


@lru_cache(maxsize=20_000)
def classify(url: str, ref: str) -> Touch:
    """The channel and campaign of a page view at ``url`` that was reached from ``ref``.

    What the link says (UTM, click ids) beats what the referring page says. A view reached from the same site is no touch.
    """
    here = urlsplit(url)
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
    there = (urlsplit(ref).hostname or "").lower()
    if not there:
        return Touch("direct", campaign)
    if there == (here.hostname or "").lower():
        return Touch("", "")
    return Touch(_by_host(there) or "referral", campaign)


def _by_host(host: str) -> str:
    host = host if "." in host else f"{host}.com"
    return next((channel for pattern, channel in _SITES if pattern.search(host)), "")
