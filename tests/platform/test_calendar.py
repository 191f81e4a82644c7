"""Working time: hours, holidays, make-up days, exceptions, daylight saving."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wutong.platform.calendar import NeverOpen, WorkingCalendar, years_known
from wutong.platform.models import CalendarDay, Organisation, WorkingHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = ((time(9), time(18)),)
WITH_LUNCH = ((time(9), time(12)), (time(13, 30), time(18)))
MON_TO_FRI = (NINE_TO_SIX,) * 5 + ((), ())
MINUTES = timedelta(minutes=1)


def office(zone: ZoneInfo = SHANGHAI, hours=MON_TO_FRI, exceptions=None, *, is_chinese: bool = True) -> WorkingCalendar:
    return WorkingCalendar(zone=zone, hours=hours, exceptions=MappingProxyType(exceptions or {}), is_chinese=is_chinese)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_each_day_of_two_years_agrees_with_the_public_calendar(shared_data) -> None:
    calendar = office()
    with shared_data("calendar_cn_2023_2024.csv").open() as file:
        told = {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(file)}
    ours = {on: calendar.is_working_day(on) for on in told}
    assert ours == told


def test_a_make_up_saturday_has_the_hours_of_a_weekday() -> None:
    saturday = local("2026-02-14T10:00")  # worked for the spring festival
    assert office().is_open(saturday)


def test_five_minutes_before_the_national_day_run_on_after_it() -> None:
    asked = local("2026-09-30T17:58")
    assert office().add_working(asked, 5 * MINUTES) == local("2026-10-08T09:03")


def test_work_that_ends_at_closing_time_does_not_wait_for_the_next_morning() -> None:
    assert office().add_working(local("2026-11-16T17:55"), 5 * MINUTES) == local("2026-11-16T18:00")


def test_the_lunch_break_does_not_count() -> None:
    calendar = office(hours=(WITH_LUNCH,) * 5 + ((), ()))
    assert calendar.add_working(local("2026-11-16T11:58"), 5 * MINUTES) == local("2026-11-16T13:33")
    assert not calendar.is_open(local("2026-11-16T12:30"))
    assert calendar.next_opening(local("2026-11-16T12:30")) == local("2026-11-16T13:30")


def test_the_company_may_rest_on_a_working_day_and_work_on_a_holiday() -> None:
    anniversary, sunday = date(2026, 11, 16), date(2026, 11, 22)
    calendar = office(exceptions={anniversary: False, sunday: True})
    assert not calendar.is_working_day(anniversary)
    assert calendar.is_open(local("2026-11-22T09:00"))


def test_another_region_has_no_chinese_holidays() -> None:
    assert office(is_chinese=False).is_working_day(date(2026, 10, 1))


def test_a_year_that_is_not_announced_falls_back_to_the_week() -> None:
    later = years_known().stop
    assert 2024 in years_known()
    assert office().is_working_day(date(later, 6, 1)) == (date(later, 6, 1).weekday() < 5)


def test_without_hours_every_hour_counts() -> None:
    calendar = office(hours=((),) * 7)
    midnight = local("2026-10-01T00:00")
    assert calendar.is_open(midnight)
    assert calendar.working_between(midnight, midnight + timedelta(days=2)) == timedelta(days=2)


def test_a_closing_time_of_2359_means_midnight() -> None:
    calendar = office(hours=(((time(0), time(23, 59)),),) * 7, is_chinese=False)
    start = local("2026-11-16T00:00")
    assert calendar.working_between(start, start + timedelta(days=7)) == timedelta(days=7)


def test_a_company_that_never_opens_is_an_error_and_not_a_loop() -> None:
    start = date(2026, 1, 1)
    closed = {start + timedelta(days=n): False for n in range(900)}
    with pytest.raises(NeverOpen):
        office(exceptions=closed).next_opening(local("2026-01-01T09:00"))


def test_an_hour_that_daylight_saving_skips_is_not_worked() -> None:
    zone = ZoneInfo("America/New_York")
    calendar = office(zone, hours=(((time(1), time(4)),),) * 7, is_chinese=False)
    spring, autumn = local("2026-03-08T00:00", zone), local("2026-11-01T00:00", zone)
    assert calendar.working_between(spring, spring + timedelta(hours=12)) == timedelta(hours=2)
    assert calendar.working_between(autumn, autumn + timedelta(hours=12)) == timedelta(hours=4)


def test_a_stretch_within_the_skipped_hour_is_empty() -> None:
    zone = ZoneInfo("America/New_York")
    calendar = office(zone, hours=(((time(2, 30), time(3)),),) * 7, is_chinese=False)
    assert calendar.next_opening(local("2026-03-08T00:00", zone)) == local("2026-03-09T02:30", zone)


@pytest.mark.django_db
def test_the_calendar_is_loaded_from_the_settings(company: Organisation) -> None:
    WorkingHours.objects.filter(weekday=0).delete()
    WorkingHours.objects.create(weekday=0, opens_at=time(10), closes_at=time(12))
    WorkingHours.objects.create(weekday=0, opens_at=time(11), closes_at=time(13))
    CalendarDay.objects.create(on=date(2026, 11, 17), is_working=False)

    calendar = WorkingCalendar.load()

    assert calendar.hours[0] == ((time(10), time(13)),)
    assert not calendar.is_working_day(date(2026, 11, 17))


FIRST, LAST = datetime(2023, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
durations = st.integers(1, 60 * 60 * 40).map(lambda seconds: timedelta(seconds=seconds))
calendars = st.sampled_from(
    [
        office(),
        office(hours=(WITH_LUNCH,) * 5 + (((time(9), time(12)),), ())),
        office(ZoneInfo("Europe/Berlin"), is_chinese=False),
        office(ZoneInfo("America/New_York"), hours=(((time(0), time(5)), (time(9), time(23, 59))),) * 7),
    ]
)


@given(calendars, instants, durations)
def test_as_much_working_time_passes_as_was_added(calendar: WorkingCalendar, at: datetime, duration: timedelta) -> None:
    due = calendar.add_working(at, duration)
    assert calendar.working_between(at, due) == duration
    assert calendar.working_between(at, due - timedelta(seconds=1)) < duration


@given(calendars, instants, durations, durations)
def test_working_time_adds_up(calendar: WorkingCalendar, at: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = at + first, at + first + second
    whole = calendar.working_between(at, end)
    assert whole == calendar.working_between(at, middle) + calendar.working_between(middle, end)
    assert calendar.working_between(end, at) == -whole


@given(calendars, instants)
def test_the_next_opening_is_open_and_nothing_is_worked_before_it(calendar: WorkingCalendar, at: datetime) -> None:
    opening = calendar.next_opening(at)
    assert calendar.is_open(opening)
    assert calendar.working_between(at, opening) == timedelta()
