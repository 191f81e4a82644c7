"""Seeing masked values in full has a limit a day, and administrators see who sees how many.

Three counts, each with its own limit, of the role or the company: values that a colleague looks at one by one, rows
that a colleague exports in full, values that a key of the API reads in full.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from wutong.platform.models import ApiKey, KeyRevealCount, RevealCount, Role, Staff
from wutong.platform.notify import Notice, notify_many
from wutong.platform.organisation import our_zone
from wutong.platform.refusal import Refusal
from wutong.platform.role_limits import limit_of

REPORT_DAYS = 30
_W = RevealCount.Way


class EnoughRevealed(Refusal):
    code = "enough_revealed"
    message = _("You have looked at %(limit)d contact details today, the most that is allowed. Ask an administrator.")


class EnoughExported(Refusal):
    code = "enough_exported"
    message = _(
        "A day allows %(limit)d rows in full; you have exported %(n)d today, and this list has more than is left."
        " Narrow it down, export it masked, or ask an administrator."
    )


class EnoughRead(Refusal):
    code = "enough_read"
    message = _(
        "A day allows this key %(limit)d values in full, and it has read %(n)d. Read them masked, wait for tomorrow,"
        " or ask an administrator."
    )


@dataclass(frozen=True)
class Revealing:
    """One line of the report. ``exported`` are rows of a month, the other figures values looked at."""

    staff: Staff
    today: int
    week: int
    month: int
    exported: int
    refused: int
    last_on: date


@dataclass(frozen=True)
class Reading:
    """One line of the report: what a key has read in full."""

    key: ApiKey
    today: int
    month: int
    refused: int
    last_on: date


def count_reveals(*, staff: Staff, at: datetime, n: int = 1) -> EnoughRevealed | None:
    """Count ``n`` values that ``staff`` is about to see in full. Opens no transaction.

    Returns:
        the refusal when they would pass the day's limit: nothing may be shown then. It is returned and not raised, so
        that the caller can commit what administrators are told before it raises.
    """
    limit, on = limit_of("reveals_a_day", role=staff.role), _today(at)
    if _add(staff, _W.LOOKED, on=on, n=n, limit=limit):
        return None
    _refused(staff, _W.LOOKED, on=on, at=at)
    return EnoughRevealed(limit=limit)


def count_exported(*, staff: Staff, at: datetime, rows: int) -> EnoughExported | None:
    """The same for ``rows`` of a list that is about to be exported in full."""
    limit, on = limit_of("exported_in_full_a_day", role=staff.role), _today(at)
    if _add(staff, _W.EXPORTED, on=on, n=rows, limit=limit):
        return None
    return EnoughExported(limit=limit, n=_refused(staff, _W.EXPORTED, on=on, at=at))


def count_read(*, key: ApiKey, at: datetime, n: int) -> EnoughRead | None:
    """The same for ``n`` values that another system is about to read in full."""
    limit, on = limit_of("read_in_full_a_day", role=key.created_by.role), _today(at)
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO platform_keyrevealcount AS c (key_id, "on", n, refused) SELECT %(key)s, %(on)s, %(n)s, 0'
            " WHERE %(n)s <= %(limit)s"
            ' ON CONFLICT (key_id, "on") DO UPDATE SET n = c.n + excluded.n WHERE c.n + excluded.n <= %(limit)s',
            {"key": key.pk, "on": on, "n": n, "limit": limit},
        )
        if cursor.rowcount:
            return None
    today, _is_new = KeyRevealCount.objects.get_or_create(key=key, on=on, defaults={"n": 0})
    if not today.refused:
        _tell_administrators(key.name, group=f"key:{key.pk}", n=today.n, on=on, at=at)
    KeyRevealCount.objects.filter(pk=today.pk).update(refused=F("refused") + 1)
    return EnoughRead(limit=limit, n=today.n)


def left_to_export(*, staff: Staff, at: datetime) -> int:
    """How many rows ``staff`` may still export in full today."""
    limit, on = limit_of("exported_in_full_a_day", role=staff.role), _today(at)
    today = RevealCount.objects.filter(staff=staff, on=on, way=_W.EXPORTED).values_list("n", flat=True).first()
    return max(limit - (today or 0), 0)


def report(*, at: datetime) -> list[Revealing]:
    """Who has looked at how many in the last thirty days, most first."""
    today = _today(at)
    looked = Q(way=_W.LOOKED)
    since = today - timedelta(days=REPORT_DAYS - 1)
    sums = (
        RevealCount.objects.filter(on__gte=since)
        .values("staff")
        .annotate(
            today=Sum("n", filter=looked & Q(on=today), default=0),
            week=Sum("n", filter=looked & Q(on__gt=today - timedelta(days=7)), default=0),
            month=Sum("n", filter=looked, default=0),
            exported=Sum("n", filter=Q(way=_W.EXPORTED), default=0),
            stopped=Count("pk", filter=Q(refused__gt=0)),
            last_on=Max("on"),
        )
        .order_by("-month", "-exported", "staff")[:200]
    )
    rows = list(sums)
    staff = Staff.objects.in_bulk([row["staff"] for row in rows])
    return [
        Revealing(
            staff=staff[row["staff"]],
            today=row["today"],
            week=row["week"],
            month=row["month"],
            exported=row["exported"],
            refused=row["stopped"],
            last_on=row["last_on"],
        )
        for row in rows
    ]


def report_of_keys(*, at: datetime) -> list[Reading]:
    """Which key has read how many in the last thirty days, most first."""
    today = _today(at)
    sums = (
        KeyRevealCount.objects.filter(on__gt=today - timedelta(days=REPORT_DAYS))
        .values("key")
        .annotate(
            today=Sum("n", filter=Q(on=today), default=0),
            month=Sum("n"),
            stopped=Count("pk", filter=Q(refused__gt=0)),
            last_on=Max("on"),
        )
        .order_by("-month", "key")[:50]
    )
    rows = list(sums)
    keys = ApiKey.objects.in_bulk([row["key"] for row in rows])
    return [Reading(keys[row["key"]], row["today"], row["month"], row["stopped"], row["last_on"]) for row in rows]


def _today(at: datetime) -> date:
    return at.astimezone(our_zone()).date()


def _add(staff: Staff, way: RevealCount.Way, *, on: date, n: int, limit: int) -> bool:
    """Count ``n`` more, unless that passes the limit."""
    with connection.cursor() as cursor:
        # One statement settles a race between two tabs at the limit.
        cursor.execute(
            'INSERT INTO platform_revealcount AS c (staff_id, "on", way, n, refused)'
            " SELECT %(staff)s, %(on)s, %(way)s, %(n)s, 0 WHERE %(n)s <= %(limit)s"
            ' ON CONFLICT (staff_id, "on", way) DO UPDATE SET n = c.n + excluded.n'
            " WHERE c.n + excluded.n <= %(limit)s",
            {"staff": staff.pk, "on": on, "way": way.value, "n": n, "limit": limit},
        )
        return bool(cursor.rowcount)


def _refused(staff: Staff, way: RevealCount.Way, *, on: date, at: datetime) -> int:
    """Note a refusal, tell administrators of the first of a day; the number counted today."""
    today, _is_new = RevealCount.objects.get_or_create(staff=staff, on=on, way=way, defaults={"n": 0})
    if not today.refused:
        _tell_administrators(staff.full_name, group=f"{way.value}:{staff.pk}", n=today.n, on=on, at=at)
    RevealCount.objects.filter(pk=today.pk).update(refused=F("refused") + 1)
    return today.n


def _tell_administrators(name: str, *, group: str, n: int, on: date, at: datetime) -> None:
    administrators = Staff.objects.active().filter(role=Role.ADMIN)
    notices = [
        Notice(
            staff_id=one.pk,
            kind="reveal_limit",
            group=f"reveals:{group}:{on}",
            url="/system/reveals/",
            params={"name": name, "n": n},
        )
        for one in administrators
    ]
    notify_many(notices, at=at)
