"""How numbers, money, instants and identifiers look, in Chinese and English. Pages, mails and exports all ask here.

Every function takes the language (``zh-hans`` or ``en``); what is not known is shown as "—", never as 0.
"""

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import phonenumbers

EMPTY: Final = "—"
MINUS: Final = "−"
THIN_SPACE: Final = "\u202f"  # narrow, and never broken across lines
CURRENCY_SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
_CHINESE_UNITS: Final = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
_ENGLISH_UNITS: Final = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
_ENGLISH_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: int | float | Decimal | None, *, decimals: int = 0) -> str:
    """1284 → ``1,284``."""
    if value is None:
        return EMPTY
    return _signed(_rounded(value, decimals), decimals)


def estimate(value: int | float | Decimal | None, *, language: str) -> str:
    """1284 → ``约 1,284`` / ``about 1,284``."""
    if value is None:
        return EMPTY
    return f"约{THIN_SPACE}{number(value)}" if _is_chinese(language) else f"about {number(value)}"


def compact(value: int | float | Decimal | None, *, language: str) -> str:
    """12840 → ``1.3 万`` / ``12.8k``. Below 10,000 exact."""
    if value is None:
        return EMPTY
    figure, unit = compact_parts(value, language=language)
    return f"{figure}{THIN_SPACE}{unit}" if unit and _is_chinese(language) else f"{figure}{unit}"


def compact_parts(value: int | float | Decimal, *, language: str) -> tuple[str, str]:
    """The figure and its unit apart, for cards that draw the unit smaller."""
    amount = Decimal(str(value))
    if abs(amount) < 10_000:
        return number(amount, decimals=0 if amount == amount.to_integral_value() else 1), ""
    units = _CHINESE_UNITS if _is_chinese(language) else _ENGLISH_UNITS
    for size, unit in units:
        # 99,995,000 rounds to 10,000.0 万: it belongs to the next unit already.
        if abs(_rounded(amount / size, 1)) >= 1:
            return _trimmed(amount / size), unit
    raise AssertionError("10,000 or more always has a unit")


def money(value: Decimal | None, currency: str = "CNY", *, mixed: bool = False) -> str:
    """Decimal("1280000") → ``¥1,280,000.00``; ``mixed`` adds the code where currencies stand side by side."""
    if value is None:
        return EMPTY
    return _with_currency(number(abs(value), decimals=_minor_digits(currency)), value, currency, mixed)


def money_compact(value: Decimal | None, currency: str = "CNY", *, language: str, mixed: bool = False) -> str:
    """Decimal("1280000") → ``¥ 128 万`` / ``¥1.28M``, for cards."""
    if value is None:
        return EMPTY
    figure = compact(abs(value), language=language)
    gap = THIN_SPACE if _is_chinese(language) else ""
    return _with_currency(f"{gap}{figure}", value, currency, mixed)


def percent(share: float | Decimal | None, *, decimals: int = 1) -> str:
    """0.318 → ``31.8%``."""
    if share is None:
        return EMPTY
    return f"{_signed(_rounded(Decimal(str(share)) * 100, decimals), decimals)}%"


def percent_change(share: float | Decimal | None) -> str:
    """0.124 → ``+12.4%``."""
    return EMPTY if share is None else f"{_plus(share)}{percent(share)}"


def points(share: float | Decimal | None) -> str:
    """A change between two rates, 0.021 → ``+2.1pp``."""
    if share is None:
        return EMPTY
    return f"{_plus(share)}{_signed(_rounded(Decimal(str(share)) * 100, 1), 1)}pp"


def change(value: int | float | Decimal | None) -> str:
    """9 → ``+9``, -6 → ``−6``."""
    return EMPTY if value is None else f"{_plus(value)}{number(value)}"


def duration(value: timedelta | None, *, language: str) -> str:
    """The two largest units: ``4 分 12 秒`` / ``4 min 12 s``."""
    if value is None:
        return EMPTY
    seconds = int(abs(value).total_seconds())
    parts = [(seconds // 86400, "天", "d"), (seconds // 3600 % 24, "小时", "h")]
    parts += [(seconds // 60 % 60, "分", "min"), (seconds % 60, "秒", "s")]
    first = next((i for i, (amount, *_) in enumerate(parts) if amount), 3)
    shown = [part for i, part in enumerate(parts[first : first + 2]) if part[0] or i == 0]
    gap = THIN_SPACE if _is_chinese(language) else " "
    words = (f"{amount}{gap}{zh if _is_chinese(language) else en}" for amount, zh, en in shown)
    return f"{MINUS if value < timedelta() else ''}{gap.join(words)}"


def day(value: date | None, *, language: str) -> str:
    """``2026年11月21日`` / ``21 Nov 2026``."""
    if value is None:
        return EMPTY
    if _is_chinese(language):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_ENGLISH_MONTHS[value.month - 1]} {value.year}"


def day_short(value: date | None, *, today: date, language: str) -> str:
    """For table cells: ``11-21`` / ``21 Nov`` within this year, ``2025-11-21`` / ``21 Nov 2025`` outside it."""
    if value is None:
        return EMPTY
    if value.year != today.year:
        return value.isoformat() if _is_chinese(language) else day(value, language=language)
    if _is_chinese(language):
        return f"{value:%m-%d}"
    return f"{value.day} {_ENGLISH_MONTHS[value.month - 1]}"


def quarter(value: date | None) -> str:
    """``2026 Q4``."""
    return EMPTY if value is None else f"{value.year} Q{(value.month + 2) // 3}"


def instant(at: datetime | None, *, zone: tzinfo, language: str) -> str:
    """The full moment, for titles and records: ``2026年11月21日 14:05:09`` / ``21 Nov 2026, 14:05:09``."""
    if at is None:
        return EMPTY
    local = at.astimezone(zone)
    gap = " " if _is_chinese(language) else ", "
    return f"{day(local.date(), language=language)}{gap}{local:%H:%M:%S}"


def instant_with_zone(at: datetime | None, *, zone: tzinfo, language: str) -> str:
    """As :func:`instant`, with the offset: for a zone that is not the reader's."""
    if at is None:
        return EMPTY
    offset = f"{at.astimezone(zone):%z}"
    return f"{instant(at, zone=zone, language=language)} (UTC{offset[:3].replace('-', MINUS)}:{offset[3:]})"


def ago(at: datetime | None, *, now: datetime, zone: tzinfo, language: str) -> str:
    """How people say when: ``3 分钟前``, ``今天 14:05``, ``昨天 18:20``, ``11-19 09:00``; future instants likewise."""
    if at is None:
        return EMPTY
    chinese = _is_chinese(language)
    distance = now - at
    if timedelta() <= distance < timedelta(minutes=1):
        return "刚刚" if chinese else "just now"
    if timedelta() <= distance < timedelta(hours=1):
        minutes = int(distance.total_seconds() // 60)
        return f"{minutes}{THIN_SPACE}分钟前" if chinese else f"{minutes} min ago"
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    names = {0: ("今天", "today"), -1: ("昨天", "yesterday"), 1: ("明天", "tomorrow")}
    if days in names:
        return f"{names[days][0 if chinese else 1]} {local:%H:%M}"
    gap = " " if chinese else ", "
    return f"{day_short(local.date(), today=today, language=language)}{gap}{local:%H:%M}"


def clock(at: datetime | None, *, zone: tzinfo) -> str:
    """``14:05``."""
    return EMPTY if at is None else f"{at.astimezone(zone):%H:%M}"


def phone(e164: str | None, *, home: str = "CN") -> str:
    """``+8613800138000`` → ``138 0013 8000``; numbers of other countries with their code."""
    if not e164:
        return EMPTY
    parsed = _parsed_phone(e164, home)
    if parsed is None:
        return e164
    if parsed.country_code == 86:
        national = str(parsed.national_number)
        if len(national) == 11 and national.startswith("1"):
            return f"{national[:3]} {national[3:7]} {national[7:]}"
    is_home = phonenumbers.region_code_for_number(parsed) == home
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def phone_masked(e164: str | None, *, home: str = "CN") -> str:
    """``+8613800138000`` → ``138 **** 8000``: enough to recognise, not enough to call."""
    shown = phone(e164, home=home)
    if shown == EMPTY:
        return EMPTY
    digits = [i for i, sign in enumerate(shown) if sign.isdigit()]
    keep_head = 3 if len(digits) >= 10 else 1
    keep_tail = 4 if len(digits) >= 10 else 2
    hidden = set(digits[keep_head : max(len(digits) - keep_tail, keep_head)])
    return "".join("*" if i in hidden else sign for i, sign in enumerate(shown))


def email_masked(address: str | None) -> str:
    """``zhou.siyuan@example.com`` → ``zh***@example.com``."""
    if not address:
        return EMPTY
    local, at, domain = address.rpartition("@")
    if not at:
        return "***"
    return f"{local[: 2 if len(local) > 3 else 1]}***@{domain}"


def credit_code_masked(code: str | None) -> str:
    """``91110000600037341L`` → ``9111****1L``: enough to tell two apart, not enough to look one up."""
    return f"{code[:4]}****{code[-2:]}" if code else EMPTY


def initials(name: str | None) -> str:
    """For an avatar: the first character of a Chinese name, at most two initials of another."""
    words = (name or "").split()
    if not words:
        return "?"
    if not words[0][0].isascii():
        return words[0][0]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


def _parsed_phone(text: str, home: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return None


def _is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")


def _rounded(value: int | float | Decimal, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _signed(value: Decimal, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 else text


def _plus(value: int | float | Decimal) -> str:
    return "+" if value > 0 else ""


def _trimmed(value: Decimal) -> str:
    """One decimal, but no ``.0``."""
    return number(value, decimals=1).removesuffix(".0")


def _minor_digits(currency: str) -> int:
    return 0 if currency == "JPY" else 2


def _with_currency(figure: str, value: Decimal, currency: str, mixed: bool) -> str:
    sign = MINUS if value < 0 else ""
    mark = CURRENCY_SIGNS.get(currency)
    if mark is None:
        return f"{sign}{currency} {figure.lstrip(THIN_SPACE)}"
    return f"{sign}{mark}{figure}" + (f" {currency}" if mixed else "")
