"""Setting the company's time limits."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.db import transaction

from wutong.lifecycle.models import TimeLimits
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.platform.audit import record
from wutong.platform.models import Staff


@dataclass(frozen=True, kw_only=True)
class Limits:
    """As :class:`TimeLimits`."""

    first_contact_minutes: int
    owner_after_minutes: int
    team_managers_after_minutes: int
    managers_after_minutes: int
    latest_hours: int
    acceptance_hours: int
    acceptance_warning_hours: int
    event_hours: int
    sql_silent_days: int


def mark_of_limits(limits: TimeLimits) -> str:
    """Changes with the limits; see :mod:`wutong.lifecycle.seen`."""
    return mark_of(*(getattr(limits, one.name) for one in fields(Limits)))


def set_time_limits(limits: Limits, *, by: Staff, at: datetime, seen: str = "") -> None:
    """Let clocks that start from now on run by ``limits``; the chain holds for running ones, too.

    Args:
        seen: the mark of the limits that the form showed.

    Raises:
        ChangedMeanwhile: somebody else has set them since.
    """
    with transaction.atomic(durable=True):
        before = TimeLimits.objects.select_for_update().first() or TimeLimits()
        refuse_unseen(seen, mark_of_limits(before))
        changed = {
            name: [getattr(before, name), value]
            for name, value in asdict(limits).items()
            if getattr(before, name) != value
        }
        stored, _is_new = TimeLimits.objects.update_or_create(pk=1, defaults=asdict(limits))
        record("routing.time_limits_changed", actor=by, subject=stored, at=at, **changed)
