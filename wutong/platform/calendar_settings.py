"""Changing when the company works. Clocks that run already keep their due time; new ones follow."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from wutong.platform.audit import record
from wutong.platform.calendar import Stretch
from wutong.platform.models import CalendarDay, Organisation, Staff, WorkingHours


def change_hours(*, week: Sequence[Sequence[Stretch]], by: Staff, at: datetime) -> None:
    """Replace the weekly hours. ``week`` holds seven lists, Monday first."""
    with transaction.atomic(durable=True):
        organisation = Organisation.objects.select_for_update().get()  # two savers must not mix their weeks
        WorkingHours.objects.all().delete()
        WorkingHours.objects.bulk_create(
            WorkingHours(weekday=weekday, opens_at=opens, closes_at=closes)
            for weekday, stretches in enumerate(week)
            for opens, closes in stretches
        )
        said = [[f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in stretches] for stretches in week]
        record("calendar.hours_changed", actor=by, subject=organisation, at=at, week=said)


def set_day(*, on: date, is_working: bool, note: str, by: Staff, at: datetime) -> None:
    """Let the company work or rest on a day, whatever the public calendar says."""
    with transaction.atomic(durable=True):
        day, _made = CalendarDay.objects.update_or_create(on=on, defaults={"is_working": is_working, "note": note})
        record("calendar.day_set", actor=by, subject=day, at=at, is_working=is_working)


def remove_day(*, day: CalendarDay, by: Staff, at: datetime) -> None:
    """Follow the public calendar again on that day."""
    with transaction.atomic(durable=True):
        record("calendar.day_removed", actor=by, subject=day, at=at)
        day.delete()
