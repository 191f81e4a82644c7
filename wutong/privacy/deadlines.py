"""By when a request must be answered."""

from datetime import date, datetime, timedelta

from wutong.platform.calendar import WorkingCalendar
from wutong.privacy.models import ANSWER_DAYS, PrivacySettings

_LONGEST = 1_000
"""A company that never works still answers: after so many days counting stops."""


def answer_days() -> int:
    """In how many working days a request is answered here."""
    return PrivacySettings.objects.values_list("answer_days", flat=True).first() or ANSWER_DAYS


def due_on(received_at: datetime, *, days: int, calendar: WorkingCalendar) -> date:
    """The ``days``-th working day after the day of arrival, by the company's calendar."""
    on = received_at.astimezone(calendar.zone).date()
    left = days
    for _day in range(_LONGEST):
        on += timedelta(days=1)
        left -= calendar.is_working_day(on)
        if not left:
            break
    return on


def today(calendar: WorkingCalendar, *, at: datetime) -> date:
    return at.astimezone(calendar.zone).date()
