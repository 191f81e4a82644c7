"""Setting the company's time limits."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from wutong.lifecycle.models import TimeLimits
from wutong.platform.audit import record
from wutong.platform.models import Staff


@dataclass(frozen=True, kw_only=True)
class Limits:
    """As :class:`TimeLimits`: minutes and hours of working time."""

    first_contact_minutes: int
    owner_after_minutes: int
    team_managers_after_minutes: int
    managers_after_minutes: int
    acceptance_hours: int
    acceptance_warning_hours: int


def set_time_limits(limits: Limits, *, by: Staff, at: datetime) -> None:
    """Let clocks that start from now on run by ``limits``; the chain holds for running ones, too."""
    with transaction.atomic(durable=True):
        before = TimeLimits.objects.select_for_update().first() or TimeLimits()
        changed = {
            name: [getattr(before, name), value]
            for name, value in asdict(limits).items()
            if getattr(before, name) != value
        }
        stored, _is_new = TimeLimits.objects.update_or_create(pk=1, defaults=asdict(limits))
        record("routing.time_limits_changed", actor=by, subject=stored, at=at, **changed)
