"""Filters for :mod:`wutong.platform.format`, in the reader's language and zone."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.template import Library
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from wutong.platform import format as formatter

register = Library()

Number = int | float | Decimal | None


def language() -> str:
    return get_language() or "zh-hans"


@register.filter
def number(value: Number, decimals: int = 0) -> str:
    return formatter.number(value, decimals=decimals)


@register.filter
def estimate(value: Number) -> str:
    return formatter.estimate(value, language=language())


@register.filter
def compact(value: Number) -> SafeString | str:
    """Short, with the exact figure on hover."""
    short = formatter.compact(value, language=language())
    exact = formatter.number(value)
    return short if short == exact else format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def money(value: Decimal | None, currency: str = "CNY") -> str:
    return formatter.money(value, currency)


@register.filter
def money_compact(value: Decimal | None, currency: str = "CNY") -> SafeString | str:
    """Short, with the exact amount on hover."""
    if value is None:
        return formatter.EMPTY
    short = formatter.money_compact(value, currency, language=language())
    return format_html('<span title="{}">{}</span>', formatter.money(value, currency), short)


@register.filter
def percent(share: float | Decimal | None) -> str:
    return formatter.percent(share)


@register.filter
def percent_change(share: float | Decimal | None) -> str:
    return formatter.percent_change(share)


@register.filter
def points(share: float | Decimal | None) -> str:
    return formatter.points(share)


@register.filter
def change(value: Number) -> str:
    return formatter.change(value)


@register.filter
def duration(value: timedelta | None) -> str:
    return formatter.duration(value, language=language())


@register.filter
def day(value: date | datetime | None) -> str:
    return formatter.day(_local_date(value), language=language())


@register.filter
def day_short(value: date | datetime | None) -> str:
    return formatter.day_short(_local_date(value), today=timezone.localdate(), language=language())


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """A ``<time>`` that says when as people do, with the full moment on hover."""
    if at is None:
        return formatter.EMPTY
    zone = timezone.get_current_timezone()
    said = formatter.ago(at, now=timezone.now(), zone=zone, language=language())
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), instant(at), said)


@register.filter
def instant(at: datetime | None) -> str:
    return formatter.instant(at, zone=timezone.get_current_timezone(), language=language())


@register.filter
def clock(at: datetime | None) -> str:
    return formatter.clock(at, zone=timezone.get_current_timezone())


@register.filter
def phone(e164: str | None) -> str:
    return formatter.phone(e164)


@register.filter
def phone_masked(e164: str | None) -> str:
    return formatter.phone_masked(e164)


@register.filter
def email_masked(address: str | None) -> str:
    return formatter.email_masked(address)


@register.filter
def credit_code_masked(code: str | None) -> str:
    return formatter.credit_code_masked(code)


@register.filter
def initials(name: str | None) -> str:
    return formatter.initials(name)


def _local_date(value: date | datetime | None) -> date | None:
    return timezone.localdate(value) if isinstance(value, datetime) else value
