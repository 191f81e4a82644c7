"""Periods of a report, in whole days of the organisation's zone. Half open: the last instant belongs to the next."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

CHOICES = ("week", "30d", "quarter", "half", "own")
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the beginning of ``first`` to the end of ``last``."""

    first: date
    last: date
    zone: tzinfo

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + _DAY, time(), self.zone)


def named(code: str, *, today: date, zone: tzinfo) -> Period:
    """The period that ``code`` names and that ends today: this week (from Monday), this quarter, or some days."""
    firsts = {
        "week": today - _DAY * today.weekday(),
        "30d": today - _DAY * 29,
        "half": today - _DAY * 179,
        "quarter": date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
    }
    return Period(first=firsts[code], last=today, zone=zone)
