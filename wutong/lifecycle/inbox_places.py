"""Where leads stand in a view of the lead inbox: its order, read page by page.

``todo`` as :mod:`wutong.lifecycle.to_do` says; ``waiting`` and ``accept`` by their clocks; the others late ones first,
then by their last act; ``all`` by the last act alone. Each question reads an index in its order and is ready-made.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any, Self

import msgspec
from django.db.models import F, Q, QuerySet
from msgspec import Struct

from wutong.lifecycle.inbox_views import WIDE, Narrow, View
from wutong.lifecycle.models import Clock, Lead
from wutong.lifecycle.to_do import due, end_of_day, late, not_late
from wutong.platform.models import Staff
from wutong.platform.ready_made import ready_made

_FEW, _MANY = 25, 160
"""A question is ready with one of these limits, of which the reader takes what is wanted."""
MOST = _MANY
_STALE = timedelta(hours=12)
"""A cursor older than this starts again: what was due then is late by now."""


class Cursor(Struct, frozen=True, array_like=True):
    """Where a page ended. ``drawn_at`` keeps what is late on the next page what was late on the first."""

    part: str
    drawn_at: datetime
    at: datetime
    pk: int
    heat: float = 0.0

    @classmethod
    def read(cls, text: str | None, *, now: datetime) -> Self | None:
        """The cursor that ``str()`` wrote; None for anything else and for an old one."""
        if not text:
            return None
        try:
            cursor = msgspec.json.decode(base64.urlsafe_b64decode(text), type=cls)
        except (binascii.Error, msgspec.DecodeError, ValueError):
            return None
        if cursor.at.tzinfo is None or cursor.drawn_at.tzinfo is None:
            return None
        return cursor if now - _STALE < cursor.drawn_at <= now else None

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()


def places_in(
    staff: Staff, view: str, *, at: datetime, after: Cursor | None, most: int, narrow: Narrow = WIDE
) -> list[Cursor]:
    """Where the first leads stand, ``most`` of at most :data:`MOST`; after a cursor as of when that list was drawn."""
    drawn_at = after.drawn_at if after else at
    of, is_far = View.of(staff, view, narrow), most > _FEW
    since: dict[str, Any] = {"after": after.at if after else None, "pk": after.pk if after else None, "is_far": is_far}
    if view in ("waiting", "accept"):
        return [Cursor("late", drawn_at, *place) for place in _by_clock(of, **since)[:most]]
    if view == "all":
        return [Cursor("touch", drawn_at, *place) for place in _by_touch(of, **since)[:most]]
    found: list[Cursor] = []
    if after is None or after.part == "late":
        passed = _late(of, owner=staff.pk, at=drawn_at, **since)
        found = [Cursor("late", drawn_at, *place) for place in sorted(passed)[:most]]
        after, since = None, {"after": None, "pk": None, "is_far": is_far}
    if len(found) == most:
        return found
    if view != "todo":
        found += [Cursor("touch", drawn_at, *place) for place in _not_late_by_touch(of, at=drawn_at, **since)]
    elif after is None:
        today = _due(of, owner=staff.pk, at=drawn_at, until=end_of_day(drawn_at), is_far=is_far)
        found += [Cursor("due", drawn_at, created_at, pk, heat) for heat, created_at, pk in today]
    else:
        place = (after.heat, after.at, after.pk)
        today = list(due(of.leads(), staff.pk, at=drawn_at, until=end_of_day(drawn_at), after=place)[:most])
        found += [Cursor("due", drawn_at, created_at, pk, heat) for heat, created_at, pk in today]
    return found[:most]


@ready_made
def _by_clock(
    of: View, *, after: datetime | None, pk: int | None, is_far: bool
) -> QuerySet[Lead, tuple[datetime, int]]:
    kind = Clock.Kind.FIRST_CONTACT if of.name == "waiting" else Clock.Kind.ACCEPTANCE
    # By the running clocks, which an index holds in this order, rather than by all leads that wait.
    clocked = of.leads().filter(clocks__kind=kind, clocks__stopped_at=None).annotate(due_at=F("clocks__due_at"))
    if after is not None:
        clocked = clocked.filter(Q(due_at__gt=after) | Q(due_at=after, pk__gt=pk))
    return clocked.order_by("due_at", "pk").values_list("due_at", "pk")[: _limit(is_far)]


@ready_made
def _by_touch(
    of: View, *, after: datetime | None, pk: int | None, is_far: bool
) -> QuerySet[Lead, tuple[datetime, int]]:
    return _touched(of.leads(), after, pk)[: _limit(is_far)]


@ready_made
def _not_late_by_touch(
    of: View, *, at: datetime, after: datetime | None, pk: int | None, is_far: bool
) -> QuerySet[Lead, tuple[datetime, int]]:
    return _touched(not_late(of.leads(), at=at), after, pk)[: _limit(is_far)]


@ready_made
def _late(
    of: View, *, owner: int, at: datetime, after: datetime | None, pk: int | None, is_far: bool
) -> QuerySet[Any, tuple[datetime, int]]:
    place = None if after is None or pk is None else (after, pk)
    return late(
        of.leads(), owner, at=at, after=place, most=_limit(is_far), is_clock_by_clock=of.name in ("todo", "mine")
    )


@ready_made
def _due(
    of: View, *, owner: int, at: datetime, until: datetime, is_far: bool
) -> QuerySet[Lead, tuple[float, datetime, int]]:
    return due(of.leads(), owner, at=at, until=until, after=None)[: _limit(is_far)]


def _touched(leads: QuerySet[Lead], after: datetime | None, pk: int | None) -> QuerySet[Lead, tuple[datetime, int]]:
    ordered = leads.order_by("-last_touch_at", "-pk")
    if after is not None:
        ordered = ordered.filter(Q(last_touch_at__lt=after) | Q(last_touch_at=after, pk__lt=pk))
    return ordered.values_list("last_touch_at", "pk")


def _limit(is_far: bool) -> int:
    return _MANY if is_far else _FEW
