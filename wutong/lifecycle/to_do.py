"""What a colleague is to do now, most pressing first.

What runs late stands first, the longest first; then what is due, the hottest first and of these who waits longest. Late
is a lead whose clock has run out or, while none runs, whose planned step is past. Each part is read in the order of an
index, so that a page costs the same whatever else there is. Source: ``ui.md`` 7.2.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from wutong.lifecycle.models import TO_HAND_OVER, Clock, Lead
from wutong.platform.models import Role, Staff

Place = tuple[datetime, int]
"""Where a lead stands among the late ones: since when it is due, and its id."""
Heat = tuple[float, datetime, int]
"""Where a lead stands among those that are due: score, creation, id."""


def leads_to_do(staff: Staff) -> QuerySet[Lead]:
    """The open leads whose clocks ``staff`` is to stop: own and nobody's; for a manager everybody's."""
    leads = Lead.objects.visible_to(staff).open().of_the_market()
    return leads if staff.role == Role.MANAGER else leads.filter(_mine_or_nobodys(staff))


def late(
    leads: QuerySet[Lead], staff: Staff, *, at: datetime, after: Place | None, most: int, are_most: bool = False
) -> list[Place]:
    """The first late ones of ``leads``: by their clocks, and of those ``staff`` owns by their planned steps.

    Args:
        are_most: whether most clocks that run are of ``leads``, so that the first of all are nearly the first of these.
    """
    clocks = _first_clocks(_is_among(leads)) if are_most else first_clocks(leads)
    clocks = clocks.filter(due_at__lte=at)
    steps = planned(leads, staff).filter(next_step_at__lte=at)
    if after is not None:
        clocks = clocks.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], lead__gt=after[1]))
        steps = steps.filter(Q(next_step_at__gt=after[0]) | Q(next_step_at=after[0], pk__gt=after[1]))
    passed = clocks.order_by("due_at", "lead_id").values_list("due_at", "lead_id")[:most]
    dated = steps.order_by("next_step_at", "pk").values_list("next_step_at", "pk")[:most]
    return sorted(passed.union(dated, all=True))[:most]


def due(leads: QuerySet[Lead], staff: Staff, *, at: datetime, after: Heat | None, most: int) -> list[Heat]:
    """The first of those to be done today that are not late: hot ones first, then who came first."""
    parts = list(_due_parts(leads, staff, at=at))
    waiting = (
        Lead.objects.filter(pk__in=parts[0].union(*parts[1:]))
        .annotate(heat=Coalesce(F("person__score__value"), 0.0))
        .order_by("-heat", "created_at", "pk")
    )
    if after is not None:
        heat, created_at, pk = after
        same = Q(created_at__gt=created_at) | Q(created_at=created_at, pk__gt=pk)
        waiting = waiting.filter(Q(heat__lt=heat) | (Q(heat=heat) & same))
    return list(waiting.values_list("heat", "created_at", "pk")[:most])


def parts_to_do(staff: Staff, *, at: datetime) -> list[QuerySet[Any]]:
    """What there is to do today, late ones included, in parts that share no lead: by a clock, by a plan, by neither."""
    leads = leads_to_do(staff)
    today = planned(leads, staff).filter(next_step_at__lte=end_of_day(at))
    return [first_clocks(leads), today, _to_hand_over(leads, staff)]


def first_clocks(leads: QuerySet[Lead]) -> QuerySet[Clock]:
    """Of each of ``leads`` that has running clocks the one that runs out first."""
    return _first_clocks(Q(lead__in=leads.order_by().values("pk")))


def planned(leads: QuerySet[Lead], staff: Staff) -> QuerySet[Lead]:
    """Those of ``leads`` with a planned step of ``staff``'s own and no running clock, which would go before it."""
    return leads.filter(~_has_running_clock(), owner=staff, next_step_at__isnull=False)


def not_late(leads: QuerySet[Lead], *, at: datetime) -> QuerySet[Lead]:
    """``leads`` without those that :func:`late` tells of."""
    is_out_of_time = Exists(Clock.objects.filter(lead=OuterRef("pk"), stopped_at=None, due_at__lte=at))
    is_past = Q(next_step_at__isnull=False, next_step_at__lte=at) & ~_has_running_clock()
    return leads.exclude(is_past).exclude(is_out_of_time)


def end_of_day(at: datetime) -> datetime:
    """Midnight where the reader is."""
    local = timezone.localtime(at)
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _first_clocks(of: Q | Coalesce) -> QuerySet[Clock]:
    running = Clock.objects.filter(stopped_at=None)
    earlier = running.filter(lead=OuterRef("lead")).filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    )
    return running.filter(~Exists(earlier), of)


def _is_among(leads: QuerySet[Lead]) -> Coalesce:
    """Whether a clock is of one of ``leads``, asked clock by clock.

    As a plain condition it makes the planner join all clocks with their leads before it takes the first few.
    """
    return Coalesce(Exists(leads.order_by().filter(pk=OuterRef("lead"))), Value(False))


def _due_parts(leads: QuerySet[Lead], staff: Staff, *, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    yield first_clocks(leads).filter(due_at__gt=at).values("lead_id")
    yield planned(leads, staff).filter(next_step_at__gt=at, next_step_at__lte=end_of_day(at)).values("pk")
    yield _to_hand_over(leads, staff).values("pk")


def _to_hand_over(leads: QuerySet[Lead], staff: Staff) -> QuerySet[Lead]:
    """Qualified or returned, nobody asked to accept it, nothing planned."""
    return leads.filter(TO_HAND_OVER).filter(~_has_running_clock()).filter(_mine_or_nobodys(staff))


def _has_running_clock() -> Exists:
    return Exists(Clock.objects.filter(lead=OuterRef("pk"), stopped_at=None))


def _mine_or_nobodys(staff: Staff) -> Q:
    return Q(owner=staff) | Q(owner=None)
