"""On duty or off: who takes new leads."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import Duty
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal


class BackInThePast(Refusal):
    """Off duty until a moment that has gone by."""

    code = "back_in_the_past"
    message = _("The end of the absence lies in the past. Choose a later time.")


class NotYourDuty(Refusal):
    """Colleagues switch themselves; managers switch others."""

    code = "not_your_duty"
    message = _("Only managers switch others on and off duty.")


def switch_duty(
    *,
    staff: Staff,
    is_on: bool,
    until: datetime | None = None,
    capacity: int | None = None,
    by: Staff,
    at: datetime,
) -> None:
    """Let ``staff`` take new leads, or not until a moment or until switched back. Leads they have stay theirs.

    Args:
        capacity: how many uncontacted leads may wait for them; None leaves it as it is. Managers' alone to change.

    Raises:
        BackInThePast, NotYourDuty: see there.
    """
    if until is not None and until <= at:
        raise BackInThePast
    if (staff != by or capacity is not None) and not may(by, "routing.manage"):
        raise NotYourDuty
    given: dict[str, object] = {"is_on": is_on, "off_until": None if is_on else until, "changed_at": at}
    if capacity is not None:
        given["capacity"] = capacity
    with transaction.atomic(durable=True):
        Duty.objects.update_or_create(staff=staff, defaults=given)
        until_text = until.isoformat() if until and not is_on else ""
        record("routing.duty_switched", actor=by, subject=staff, at=at, is_on=is_on, until=until_text)
