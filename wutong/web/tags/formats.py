"""Filters for :mod:`wutong.platform.format`, in the reader's language and zone."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.template import Library
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from wutong.platform import format

register = Library()

Number = int | float | Decimal | None


def language() -> str:
    return get_language() or "zh-hans"


@register.filter
def number(value: Number, decimals: int = 0) -> str:
    return format.number(value, decimals=decimals)


@register.filter
def estimate(value: Number) -> str:
    return format.estimate(value, language=language())


@register.filter
def compact(value: Number) -> SafeString | str:
    """Short, with the exact figure on hover."""
    short = format.compact(value, language=language())
    exact = format.number(value)
    return short if short == exact else format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def money(value: Decimal | None, currency: str = "CNY") -> str:
    return format.money(value, currency)


@register.filter
def money_compact(value: Decimal | None, currency: str = "CNY") -> SafeString | str:
    """Short, with the exact amount on hover."""
    if value is None:
        return format.EMPTY
    short = format.money_compact(value, currency, language=language())
    return format_html('<span title="{}">{}</span>', format.money(value, currency), short)


@register.filter
def percent(share: float | Decimal | None) -> str:
    return format.percent(share)


@register.filter
def percent_change(share: float | Decimal | None) -> str:
    return format.percent_change(share)


@register.filter
def points(share: float | Decimal | None) -> str:
    return format.points(share)


@register.filter
def change(value: Number) -> str:
    return format.change(value)


@register.filter
def duration(value: timedelta | None) -> str:
    return format.duration(value, language=language())


@register.filter
def day(value: date | datetime | None) -> str:
    return format.day(_local_date(value), language=language())


@register.filter
def day_short(value: date | datetime | None) -> str:
    return format.day_short(_local_date(value), today=timezone.localdate(), language=language())


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """A ``<time>`` that says when as people do, with the full moment on hover."""
    if at is None:
        return format.EMPTY
    zone = timezone.get_current_timezone()
    said = format.ago(at, now=timezone.now(), zone=zone, language=language())
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), instant(at), said)


@register.filter
def instant(at: datetime | None) -> str:
    return format.instant(at, zone=timezone.get_current_timezone(), language=language())


@register.filter
def clock(at: datetime | None) -> str:
    return format.clock(at, zone=timezone.get_current_timezone())


@register.filter
def phone(e164: str | None) -> str:
    return format.phone(e164)


@register.filter
def phone_masked(e164: str | None) -> str:
    return format.phone_masked(e164)


@register.filter
def email_masked(address: str | None) -> str:
    return format.email_masked(address)


@register.filter
def initials(name: str | None) -> str:
    return format.initials(name)


def _local_date(value: date | datetime | None) -> date | None:
    return timezone.localdate(value) if isinstance(value, datetime) else value
