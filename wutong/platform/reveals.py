"""Looking at masked values in full has a limit a day, and administrators see who looks at how many."""

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from wutong.platform.models import Organisation, RevealCount, Role, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.refusal import Refusal

REPORT_DAYS = 30


class EnoughRevealed(Refusal):
    code = "enough_revealed"
    message = _("You have looked at %(limit)d contact details today, the most that is allowed. Ask an administrator.")


@dataclass(frozen=True)
class Revealing:
    """One line of the report."""

    staff: Staff
    today: int
    week: int
    month: int
    refused: int
    last_on: date


def count_reveals(*, staff: Staff, at: datetime, n: int = 1) -> EnoughRevealed | None:
    """Count ``n`` values that ``staff`` is about to see in full. Opens no transaction.

    Returns:
        the refusal when they would pass the day's limit: nothing may be shown then. It is returned and not raised, so
        that the caller can commit what administrators are told before it raises.
    """
    limit, on = _limit_and_day(at)
    with connection.cursor() as cursor:
        # One statement settles a race between two tabs at the limit.
        cursor.execute(
            'INSERT INTO platform_revealcount AS c (staff_id, "on", n, refused) SELECT %(staff)s, %(on)s, %(n)s, 0'
            " WHERE %(n)s <= %(limit)s"
            ' ON CONFLICT (staff_id, "on") DO UPDATE SET n = c.n + excluded.n WHERE c.n + excluded.n <= %(limit)s',
            {"staff": staff.pk, "on": on, "n": n, "limit": limit},
        )
        if cursor.rowcount:
            return None
    today, _is_new = RevealCount.objects.get_or_create(staff=staff, on=on, defaults={"n": 0})
    if not today.refused:
        _tell_administrators(staff, n=today.n, on=on, at=at)
    RevealCount.objects.filter(pk=today.pk).update(refused=F("refused") + 1)
    return EnoughRevealed(limit=limit)


def report(*, at: datetime) -> list[Revealing]:
    """Who has looked at how many in the last thirty days, most first."""
    _limit, today = _limit_and_day(at)
    since = today - timedelta(days=REPORT_DAYS - 1)
    sums = (
        RevealCount.objects.filter(on__gte=since)
        .values("staff")
        .annotate(
            today=Sum("n", filter=Q(on=today), default=0),
            week=Sum("n", filter=Q(on__gt=today - timedelta(days=7)), default=0),
            month=Sum("n"),
            stopped=Count("pk", filter=Q(refused__gt=0)),
            last_on=Max("on"),
        )
        .order_by("-month", "staff")[:200]
    )
    rows = list(sums)
    staff = Staff.objects.in_bulk([row["staff"] for row in rows])
    return [
        Revealing(staff[row["staff"]], row["today"], row["week"], row["month"], row["stopped"], row["last_on"])
        for row in rows
    ]


def _limit_and_day(at: datetime) -> tuple[int, date]:
    said = Organisation.objects.values_list("reveals_a_day", "zone").get()
    return said[0], at.astimezone(zoneinfo.ZoneInfo(said[1])).date()


def _tell_administrators(staff: Staff, *, n: int, on: date, at: datetime) -> None:
    administrators = Staff.objects.active().filter(role=Role.ADMIN)
    notices = [
        Notice(
            staff_id=one.pk,
            kind="reveal_limit",
            group=f"reveals:{staff.pk}:{on}",
            url="/system/reveals/",
            params={"name": staff.full_name, "n": n},
        )
        for one in administrators
    ]
    notify_many(notices, at=at)
