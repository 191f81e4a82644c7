"""What a record is made of: facts, the timeline, the panel it opens in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from wutong.web.tags.formats import day

register = Library()


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known about a person or company, and from where."""

    label: str
    value: object
    source: str = ""
    is_verified: bool = False
    edit_url: str = ""


@register.inclusion_tag("web/components/facts.html")
def facts(items: Iterable[Fact]) -> dict[str, Any]:
    return {"items": items}


@register.simple_block_tag
def timeline(content: str, label: str, html_id: str = "timeline") -> SafeString:
    return format_html('<div class="timeline" id="{}" role="group" aria-label="{}">{}</div>', html_id, label, content)


@register.simple_tag
def timeline_day(on: date | datetime) -> SafeString:
    """The sticky head above the acts of one day."""
    on = timezone.localdate(on) if isinstance(on, datetime) else on
    names = {0: pgettext("day head", "Today"), 1: pgettext("day head", "Yesterday")}
    said = names.get((timezone.localdate() - on).days)
    return format_html('<h3 class="timeline-day">{}</h3>', f"{said} · {day(on)}" if said else day(on))


@register.simple_block_tag
def timeline_item(
    content: str,
    at: datetime,
    icon: str,
    title: str,
    who: str = "",
    is_ours: bool = False,
    is_anonymous: bool = False,
    count: int = 1,
    href: str = "",
) -> SafeString:
    """One act, or several alike (``count``). ``is_ours`` for what a colleague or the system did."""
    given = {"content": SafeString(content.strip()), "at": at, "icon": icon, "title": title, "who": who, "href": href}
    flags = {"is_ours": is_ours, "is_anonymous": is_anonymous, "count": count}
    return render_to_string("web/components/timeline_item.html", {**given, **flags})


@register.simple_block_tag
def side_panel(content: str, title: str, close_url: str = "#", is_inline: bool = False) -> SafeString:
    """What opens beside the page, as the answer to a link with ``hx-target="#panel"``."""
    given = {"content": content, "title": title, "close_url": close_url, "is_inline": is_inline}
    return render_to_string("web/components/side_panel.html", given)
