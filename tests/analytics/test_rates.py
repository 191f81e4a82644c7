from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from wutong.analytics.periods import named
from wutong.analytics.rates import Rate, wilson

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_share_of_nothing_is_unknown() -> None:
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


def test_a_small_sample_shows_its_interval_and_a_large_one_does_not() -> None:
    assert Rate(5, 99).interval is not None
    assert Rate(5, 100).interval is None


# From statsmodels 0.14, proportion_confint(n, of, method="wilson").
@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775327998628892),
        (5, 10, 0.2365930790740155, 0.7634069209259844),
        (10, 10, 0.7224672001371107, 1.0),
        (1, 3, 0.06149194472039624, 0.7923403991979523),
    ],
)
def test_the_interval_is_wilsons(n: int, of: int, low: float, high: float) -> None:
    assert wilson(n, of) == pytest.approx((low, high), abs=1e-6)


def test_a_week_begins_on_monday_in_the_organisations_zone() -> None:
    week = named("week", today=date(2026, 11, 22), zone=SHANGHAI)  # a Sunday

    assert week.since == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert week.until == datetime(2026, 11, 22, 16, tzinfo=UTC)


def test_thirty_days_and_the_quarter_end_with_today() -> None:
    assert named("30d", today=date(2026, 11, 22), zone=SHANGHAI).first == date(2026, 10, 24)
    assert named("quarter", today=date(2026, 11, 22), zone=SHANGHAI).first == date(2026, 10, 1)
