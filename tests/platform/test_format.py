"""One formatter, two languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from wutong.platform import format as formatter

ZH, EN = "zh-hans", "en"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
NARROW = formatter.THIN_SPACE


def spaced(text: str) -> str:
    """``text`` as it is read: with ordinary spaces."""
    return text.replace(NARROW, " ")


@pytest.mark.parametrize(
    ("value", "shown"), [(1284, "1,284"), (0, "0"), (-7, "−7"), (None, "—"), (1234567, "1,234,567")]
)
def test_numbers_have_thousands_and_a_real_minus(value: int | None, shown: str) -> None:
    assert formatter.number(value) == shown


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (9999, "9,999", "9,999"),
        (12_840, "1.3 万", "12.8k"),
        (1_280_000, "128 万", "1.3M"),
        (99_995_000, "1 亿", "100M"),
        (240_000_000, "2.4 亿", "240M"),
        (-12_840, "−1.3 万", "−12.8k"),
        (None, "—", "—"),
    ],
)
def test_large_numbers_shorten_by_the_units_of_the_language(value: int | None, chinese: str, english: str) -> None:
    assert spaced(formatter.compact(value, language=ZH)) == chinese
    assert formatter.compact(value, language=EN) == english


def test_an_estimate_says_so() -> None:
    assert spaced(formatter.estimate(1284, language=ZH)) == "约 1,284"
    assert formatter.estimate(1284, language=EN) == "about 1,284"


def test_money_is_exact_in_documents_and_short_on_cards() -> None:
    amount = Decimal(1_280_000)

    assert formatter.money(amount) == "¥1,280,000.00"
    assert spaced(formatter.money_compact(amount, language=ZH)) == "¥ 128 万"
    assert formatter.money_compact(amount, language=EN) == "¥1.3M"


def test_money_names_its_currency_where_several_meet() -> None:
    assert formatter.money(Decimal("-12.5"), "USD", mixed=True) == "−$12.50 USD"
    assert formatter.money(Decimal(10), "CHF") == "CHF 10.00"
    assert formatter.money(Decimal(1000), "JPY") == "¥1,000"
    assert formatter.money(None) == "—"


def test_changes_carry_their_sign() -> None:
    assert formatter.percent(0.318) == "31.8%"
    assert formatter.percent_change(0.124) == "+12.4%"
    assert formatter.points(0.021) == "+2.1pp"
    assert formatter.points(-0.007) == "−0.7pp"
    assert formatter.change(0) == "0"


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (timedelta(minutes=4, seconds=12), "4 分 12 秒", "4 min 12 s"),
        (timedelta(minutes=4), "4 分", "4 min"),
        (timedelta(), "0 秒", "0 s"),
        (timedelta(days=1, hours=2, minutes=9), "1 天 2 小时", "1 d 2 h"),
        (timedelta(hours=-1), "−1 小时", "−1 h"),
        (None, "—", "—"),
    ],
)
def test_durations_show_their_two_largest_units(value: timedelta | None, chinese: str, english: str) -> None:
    assert spaced(formatter.duration(value, language=ZH)) == chinese
    assert formatter.duration(value, language=EN) == english


def test_dates_are_written_as_each_language_does() -> None:
    day = date(2026, 11, 21)

    assert formatter.day(day, language=ZH) == "2026年11月21日"
    assert formatter.day(day, language=EN) == "21 Nov 2026"
    assert formatter.day_short(day, today=day, language=ZH) == "11-21"
    assert formatter.day_short(day, today=date(2027, 1, 2), language=ZH) == "2026-11-21"
    assert formatter.quarter(day) == "2026 Q4"


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (NOW - timedelta(seconds=20), "刚刚", "just now"),
        (NOW - timedelta(minutes=3), "3 分钟前", "3 min ago"),
        (NOW - timedelta(hours=2), "今天 12:05", "today 12:05"),
        (NOW - timedelta(hours=15), "昨天 23:05", "yesterday 23:05"),
        (NOW + timedelta(hours=19), "明天 09:05", "tomorrow 09:05"),
        (NOW - timedelta(days=2), "11-19 14:05", "19 Nov, 14:05"),
        (None, "—", "—"),
    ],
)
def test_instants_are_told_as_people_do(at: datetime | None, chinese: str, english: str) -> None:
    assert spaced(formatter.ago(at, now=NOW, zone=SHANGHAI, language=ZH)) == chinese
    assert formatter.ago(at, now=NOW, zone=SHANGHAI, language=EN) == english


def test_a_full_moment_names_its_zone_where_it_is_not_the_readers() -> None:
    assert formatter.instant(NOW, zone=SHANGHAI, language=ZH) == "2026年11月21日 14:05:00"
    assert formatter.instant_with_zone(NOW, zone=SHANGHAI, language=EN) == "21 Nov 2026, 14:05:00 (UTC+08:00)"
    assert formatter.clock(NOW, zone=SHANGHAI) == "14:05"


def test_phones_are_grouped_and_masked() -> None:
    assert formatter.phone("+8613800138000") == "138 0013 8000"
    assert formatter.phone_masked("+8613800138000") == "138 **** 8000"
    assert formatter.phone("+12025550123") == "+1 202-555-0123"
    assert formatter.phone("not a number") == "not a number"
    assert formatter.phone_masked(None) == "—"


def test_a_masked_phone_of_any_country_hides_its_middle() -> None:
    assert formatter.phone_masked("+12025550123").count("*") == 4


def test_a_masked_address_keeps_its_domain_only() -> None:
    assert formatter.email_masked("zhou.siyuan@example.com") == "zh***@example.com"
    assert formatter.email_masked("abc@example.com") == "a***@example.com"
    assert formatter.email_masked(None) == "—"


def test_initials_follow_the_script_of_the_name() -> None:
    assert formatter.initials("欧阳慧敏") == "欧"
    assert formatter.initials("Ada King Lovelace") == "AL"
    assert formatter.initials("mei") == "M"
    assert formatter.initials("") == "?"
