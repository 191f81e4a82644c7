"""Small marks that carry a meaning: figures, badges, timers, scores, names, masked values."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.platform import format as formatter
from wutong.web.tags.formats import language
from wutong.web.tags.frame import icon as draw_icon
from wutong.web.words import script_words

register = Library()

AVATAR_COLOURS = 5
SOON = timedelta(minutes=2)
STAGE_NAMES = {
    "new": pgettext_lazy("lead stage", "New"),
    "nurture": pgettext_lazy("lead stage", "Nurturing"),
    "mql": pgettext_lazy("lead stage", "MQL"),
    "sal": pgettext_lazy("lead stage", "SAL"),
    "sql": pgettext_lazy("lead stage", "SQL"),
    "opportunity": pgettext_lazy("lead stage", "Opportunity"),
    "returned": pgettext_lazy("lead stage", "Returned"),
    "won": pgettext_lazy("lead stage", "Won"),
    "lost": pgettext_lazy("lead stage", "Lost"),
    "disqualified": pgettext_lazy("lead stage", "Disqualified"),
}
TONE_ICONS = {"ok": "circle-check", "warn": "alert-triangle", "bad": "alert-circle", "": "info-circle"}


@register.inclusion_tag("web/components/figure.html")
def figure(
    label: str,
    value: str,
    *,
    unit: str = "",
    href: str = "",
    definition: str = "",
    change: str = "",
    tone: str = "",
    note: str = "",
    trend: Sequence[float] = (),
) -> dict[str, Any]:
    """One key figure. ``href`` leads to what is behind it; ``tone`` (ok, warn, bad) says whether the change is good."""
    given = {"label": label, "value": value, "unit": unit, "href": href, "definition": definition}
    return {**given, "change": change, "tone": tone, "note": note, "points": _polyline(trend)}


@register.inclusion_tag("web/components/definition.html")
def definition(term: str, meaning: str) -> dict[str, Any]:
    """An ⓘ that explains ``term`` on hover and on focus."""
    return {"term": term, "meaning": meaning, "id": f"definition-{zlib.crc32(f'{term}{meaning}'.encode()):x}"}


@register.simple_tag
def badge(text: str, tone: str = "", icon: str = "") -> SafeString:
    """``tone``: brand, ok, warn, bad or nothing."""
    # Not a template, as little as timers are: a list draws a hundred of them, and that took a tenth of its time.
    mark = draw_icon(icon) if icon else ""
    return format_html('<span class="badge{}">{}{}</span>', f" is-{tone}" if tone else "", mark, text)


@register.simple_tag
def stage_badge(code: str, label: str = "") -> SafeString:
    """The stage of a lead; ``label`` only where the company has renamed it."""
    return format_html('<span class="stage-badge stage-{}">{}</span>', code, label or STAGE_NAMES.get(code, code))


@register.simple_tag
def timer(
    due_at: datetime | None,
    *,
    starts_at: datetime | None = None,
    took: timedelta | None = None,
    told: str = "",
    now: datetime | None = None,
) -> SafeString:
    """First-contact countdown. ``starts_at`` while the clock waits for working hours, ``took`` once it has stopped.

    ``told`` names those whom an overdue timer has alerted.
    """
    now = now or timezone.now()
    if took is not None:
        return _timer("done", "check", formatter.duration(took, language=language()))
    if starts_at is not None and starts_at > now:
        said = formatter.ago(starts_at, now=now, zone=timezone.get_current_timezone(), language=language())
        return _timer("waiting", "clock", _("Counts from %(when)s") % {"when": said})
    if due_at is None:
        return _timer("none", "clock", formatter.EMPTY)
    left = due_at - now
    state = "late" if left < timedelta() else "soon" if left <= SOON else "calm"
    until = format_html(' data-timer="{}"', due_at.isoformat())
    title = format_html(' title="{}"', told) if told else SafeString()
    heard = format_html('<span class="only-heard" data-timer-state>{}</span>', script_words[f"timer_{state}"])
    icon = "clock-exclamation" if state == "late" else "clock"
    return _timer(state, icon, _timer_text(left), attributes=until + title, heard=heard)


@register.simple_tag
def score(value: int, *, change: int = 0, grade: str = "") -> SafeString:
    """A 0 to 100 bar with its figure, the change, and the fit grade A to D."""
    return _score(value, change, grade, language())


@lru_cache(maxsize=4_000)  # a list draws fifty of few kinds
def _score(value: int, change: int, grade: str, _language: str) -> SafeString:
    given = {"value": value, "width": max(0, min(value, 100)), "change": change, "grade": grade}
    return render_to_string("web/components/score.html", given)


@register.simple_tag
@lru_cache(maxsize=4_000)
def avatar(name: str, size: str = "") -> SafeString:
    """The first character of ``name`` on a tint of its own, beside the written name. ``size``: "large" or nothing."""
    tint = zlib.crc32(name.encode()) % AVATAR_COLOURS
    extra = " is-large" if size == "large" else ""
    shown = formatter.initials(name)
    return format_html('<span class="avatar avatar-{}{}" aria-hidden="true">{}</span>', tint, extra, shown)


@register.inclusion_tag("web/components/masked.html")
def masked(shown: str, *, copy: str = "", reveal: str = "", label: str = "") -> dict[str, Any]:
    """A value as this reader may see it. ``copy`` is what the icon copies, ``reveal`` the address that unmasks it."""
    return {"shown": shown, "copy": copy, "reveal": reveal, "label": label}


@register.inclusion_tag("web/components/copy.html")
def copy(value: str, label: str = "") -> dict[str, Any]:
    return {"value": value, "label": label}


@register.simple_tag
def tone_icon(tone: str) -> str:
    return TONE_ICONS.get(tone, TONE_ICONS[""])


def _timer(state: str, icon: str, text: str, *, attributes: str = "", heard: str = "") -> SafeString:
    hides = SafeString(' aria-hidden="true"') if heard else ""
    return format_html(
        '<span class="timer" data-state="{}"{}>{} <span data-timer-text{}>{}</span>{}</span>',
        state,
        attributes,
        draw_icon(icon),
        hides,
        text,
        heard,
    )


def _timer_text(left: timedelta) -> str:
    total = round(abs(left).total_seconds())
    minutes, seconds = divmod(total, 60)
    hours = total // 3600
    side = "late" if left < timedelta() else "left"
    unit = "hours" if hours else "seconds" if side == "left" or total < 60 else "minutes"
    if hours:
        minutes %= 60
    return str(script_words[f"timer_{side}_{unit}"]) % {"hours": hours, "minutes": minutes, "seconds": seconds}


def _polyline(values: Sequence[float]) -> str:
    """Points of an 84 by 24 sparkline."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    height = (high - low) or 1
    step = 80 / (len(values) - 1)
    return " ".join(f"{2 + i * step:.1f},{21 - (value - low) / height * 18:.1f}" for i, value in enumerate(values))
