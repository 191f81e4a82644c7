"""Working time: the organisation's hours, China's public holidays and make-up days, the company's own exceptions."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from wutong.platform.models import CalendarDay, Organisation, WorkingHours
from wutong.platform.once_a_page import once_a_page
from wutong.platform.organisation import our_organisation

Stretch = tuple[time, time]
END_OF_DAY = time(23, 59)  # as a closing time it means midnight, which a time of day cannot say
_DAY = timedelta(days=1)
_LONGEST_REST = 400  # days; beyond it the hours of the company are a mistake
_NO_DAYS: Mapping[date, bool] = MappingProxyType({})


class NeverOpen(Exception):
    """The company's hours and exceptions leave no working time for more than a year."""


def years_known() -> range:
    """The years for which the public calendar of China is known: those it was announced for when this was built.

    A later year falls back to the weekly hours alone; pages and ``doctor`` warn of it.
    """
    return range(min(holidays).year, max(max(holidays), max(workdays)).year + 1)


def months_later(day: date, months: int) -> date:
    """The same day some months later (or earlier), or that month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """When the company works. An immutable value: load it once for a batch.

    With no hours at all every hour counts, so that a clock never stands still for ever.
    """

    zone: ZoneInfo
    hours: tuple[tuple[Stretch, ...], ...]
    """Seven tuples, Monday first, of stretches in order that do not touch."""
    exceptions: Mapping[date, bool] = field(default_factory=lambda: _NO_DAYS)
    """The company's own days: True for work. They beat the public calendar."""
    is_chinese: bool = True
    """Whether the public holidays and make-up days of China hold."""

    @staticmethod
    def load() -> "WorkingCalendar":
        """As the settings stand now, by three queries; while a page is drawn, once."""
        return _loaded()

    def is_working_day(self, on: date) -> bool:
        return bool(self._hours_of(on))

    def is_open(self, at: datetime) -> bool:
        return self.next_opening(at) == at

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself in working time, else the next instant at which work begins (UTC).

        Raises:
            NeverOpen: there is none within more than a year.
        """
        opens_at, _closes_at = next(self._from(at))
        return opens_at

    def add_working(self, at: datetime, duration: timedelta) -> datetime:
        """The first instant by which ``duration`` of working time has passed since ``at`` (UTC).

        Raises:
            NeverOpen: the company never works as much.
        """
        if duration <= timedelta():
            return at
        left = duration
        for opens_at, closes_at in self._from(at):
            if left <= closes_at - opens_at:
                return opens_at + left
            left -= closes_at - opens_at
        raise NeverOpen

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; negative when ``end`` is the earlier."""
        if end < start:
            return -self.working_between(end, start)
        total = timedelta()
        for on in self._days(start, end):
            for opens_at, closes_at in self._stretches(on):
                total += max(min(closes_at, end) - max(opens_at, start), timedelta())
        return total

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of each stretch from ``at`` on, without end.

        Raises:
            NeverOpen: the next one does not come within more than a year.
        """
        on, rested = at.astimezone(self.zone).date(), 0
        while rested < _LONGEST_REST:
            rested += 1
            for opens_at, closes_at in self._stretches(on):
                if closes_at > at:
                    rested = 0
                    yield max(opens_at, at), closes_at
            on += _DAY
        raise NeverOpen

    def _days(self, start: datetime, end: datetime) -> Iterator[date]:
        on, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while on <= last:
            yield on
            on += _DAY

    def _stretches(self, on: date) -> list[tuple[datetime, datetime]]:
        """The working time of a day as instants. An hour that daylight saving skips is not worked."""
        known = self._days_known.get(on)
        if known is None:
            known = self._days_known[on] = self._worked_out(on)
        return known

    @cached_property
    def _days_known(self) -> dict[date, list[tuple[datetime, datetime]]]:
        """Days that were asked for: a report asks for the same few months a hundred thousand times."""
        return {}

    def _worked_out(self, on: date) -> list[tuple[datetime, datetime]]:
        found = [(self._instant(on, opens), self._closing(on, closes)) for opens, closes in self._hours_of(on)]
        return [(opens_at, closes_at) for opens_at, closes_at in found if opens_at < closes_at]

    def _instant(self, on: date, at: time) -> datetime:
        return datetime.combine(on, at, tzinfo=self.zone).astimezone(UTC)

    def _closing(self, on: date, at: time) -> datetime:
        return self._instant(on + _DAY, time(0)) if at >= END_OF_DAY else self._instant(on, at)

    def _hours_of(self, on: date) -> tuple[Stretch, ...]:
        if not any(self.hours):
            return ((time(0), END_OF_DAY),)
        usual = self.hours[on.weekday()]
        is_working = self.exceptions.get(on)
        if is_working is None and self.is_chinese:
            is_working = _public(on)
        if is_working is None:
            return usual
        return (usual or self._hours_of_a_weekday) if is_working else ()

    @cached_property
    def _hours_of_a_weekday(self) -> tuple[Stretch, ...]:
        """The hours of a make-up day on a weekend: those of the first day of the week that has any."""
        return next(hours for hours in self.hours if hours)


@once_a_page
def _loaded() -> WorkingCalendar:
    organisation = our_organisation() or Organisation()
    week: list[list[Stretch]] = [[] for _weekday in range(7)]
    for row in WorkingHours.objects.all():
        week[row.weekday].append((row.opens_at, row.closes_at))
    return WorkingCalendar(
        zone=ZoneInfo(organisation.zone),
        hours=tuple(_merged(stretches) for stretches in week),
        exceptions=MappingProxyType(dict(CalendarDay.objects.values_list("on", "is_working"))),
        is_chinese=organisation.region == "CN",
    )


def _public(on: date) -> bool | None:
    """Whether the public calendar makes a day a make-up day (True) or a holiday (False); None on an ordinary day."""
    try:
        is_holiday, name = chinese_calendar.get_holiday_detail(on)
    except NotImplementedError:
        return None  # a year that is not announced yet
    if name is None:
        return None
    return not is_holiday


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for opens, closes in sorted(stretches):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)
