"""What a record is made of: facts, the timeline, the panel it opens in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html import escape  # Django's own marks each piece as safe, which takes three times as long
from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.web.tags.display import badge
from wutong.web.tags.formats import ago, day
from wutong.web.tags.frame import icon as draw_icon

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
    # Drawn here rather than by a template: a page has fifty of them.
    title = f'<a href="{escape(href)}">{escape(title)}</a>' if href else escape(title)
    title += f' <span class="badge">×{count}</span>' if count > 1 else ""
    before = _("anonymous period")  # not within the other: words there are not found by who translates
    title += f" {badge(before)}" if is_anonymous else ""
    title += f' <span class="timeline-who">· {escape(who)}</span>' if who else ""
    side = _("our side") if is_ours else _("their side")
    states = f"{' is-ours' if is_ours else ''}{' is-anonymous' if is_anonymous else ''}"
    drawn = (
        f'<article class="timeline-item{states}"><span class="timeline-mark">{draw_icon(icon)}</span>'
        f'<p class="timeline-title">{title}<span class="only-heard"> {escape(side)}</span></p>{ago(at)}'
        f'<div class="timeline-body">{content.strip()}</div></article>'
    )
    return mark_safe(drawn)  # noqa: S308  # what was given is escaped above, the block by its template


@register.simple_block_tag
def side_panel(content: str, title: str, close_url: str = "#", is_inline: bool = False) -> SafeString:
    """What opens beside the page, as the answer to a link with ``hx-target="#panel"``."""
    given = {"content": content, "title": title, "close_url": close_url, "is_inline": is_inline}
    return render_to_string("web/components/side_panel.html", given)
