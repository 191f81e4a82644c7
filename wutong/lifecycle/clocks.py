"""Clocks in working time: starting them, and stopping them by what a colleague did."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wutong.lifecycle.models import Clock, Lead, TimeLimits
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff
from wutong.platform.rows import insert_objects

EVENT = "event"
"""The channel of leads that have more time."""


def time_limits() -> TimeLimits:
    """As the company has set them; the defaults where it has not."""
    return TimeLimits.objects.first() or TimeLimits()


def first_contact_within() -> timedelta:
    """Working time in which a new lead, or somebody who came back, is to be contacted by a human."""
    return timedelta(minutes=time_limits().first_contact_minutes)


def first_contact_of(channel: str, limits: TimeLimits) -> timedelta:
    """The same for a new lead that came by ``channel``: those of an event come by the hundred and are told so."""
    if channel == EVENT:
        return timedelta(hours=limits.event_hours)
    return timedelta(minutes=limits.first_contact_minutes)


def start_clocks(leads: Iterable[Lead], kind: Clock.Kind, *, within: timedelta, at: datetime) -> None:
    """Start a clock of ``kind`` on each of ``leads`` that has none running. Opens no transaction.

    Args:
        within: working time until it is due.
    """
    calendar = WorkingCalendar.load()
    clocks = [new_clock(lead, kind, calendar, within=within, at=at) for lead in leads]
    insert_objects(clocks, ignore_conflicts=True)


def new_clock(lead: Lead, kind: Clock.Kind, calendar: WorkingCalendar, *, within: timedelta, at: datetime) -> Clock:
    """A clock that starts at ``at``, not yet stored."""
    return Clock(
        lead=lead,
        kind=kind,
        started_at=at,
        counts_from=calendar.next_opening(at),
        due_at=calendar.add_working(at, within),
    )


def stop_clocks(lead: Lead, *kinds: Clock.Kind, by: Staff, at: datetime) -> None:
    """Stop the running clocks of ``kinds``: only a colleague does. Opens no transaction."""
    Clock.objects.filter(lead=lead, kind__in=kinds, stopped_at=None).update(stopped_at=at, stopped_by=by)
