"""What a colleague is to do now, most pressing first.

What runs late stands first, the longest first; then what is due, the hottest first and of these who waits longest. Late
is a lead whose clock has run out or, while none runs, whose planned step is past. Each part is read in the order of an
index, so that a page costs the same whatever else there is. Source: ``ui.md`` 7.2.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from wutong.lifecycle.models import TO_HAND_OVER, Clock, Lead
from wutong.platform.models import Staff

Place = tuple[datetime, int]
"""Where a lead stands among the late ones: since when it is due, and its id."""
Heat = tuple[float, datetime, int]
"""Where a lead stands among those that are due: score, creation, id."""


def leads_to_do(staff: Staff, *, are_all: bool) -> QuerySet[Lead]:
    """The open leads whose clocks ``staff`` is to stop: own and nobody's; for a manager everybody's (``are_all``)."""
    leads = Lead.objects.visible_to(staff).open().of_the_market()
    return leads if are_all else leads.filter(_mine_or_nobodys(staff.pk))


def late(
    leads: QuerySet[Lead], owner: int, *, at: datetime, after: Place | None, most: int, is_clock_by_clock: bool
) -> QuerySet[Any, Place]:
    """Among which the first late ones of ``leads`` are, in no order: by their clocks, and of those that ``owner`` owns
    by their planned steps.

    Args:
        most: how many of either.
        is_clock_by_clock: whether to look at one running clock after the other: they are few, or mostly of ``leads``,
            compared with how many leads there are.
    """
    clocks = _first_clocks(_is_among(leads)) if is_clock_by_clock else first_clocks(leads)
    clocks = clocks.filter(due_at__lte=at)
    steps = planned(leads, owner).filter(next_step_at__lte=at)
    if after is not None:
        clocks = clocks.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], lead__gt=after[1]))
        steps = steps.filter(Q(next_step_at__gt=after[0]) | Q(next_step_at=after[0], pk__gt=after[1]))
    passed = clocks.order_by("due_at", "lead_id").values_list("due_at", "lead_id")[:most]
    return passed.union(steps.order_by("next_step_at", "pk").values_list("next_step_at", "pk")[:most], all=True)


def due(
    leads: QuerySet[Lead], owner: int, *, at: datetime, until: datetime, after: Heat | None
) -> QuerySet[Lead, Heat]:
    """Those to be done by ``until`` that are not late: hot ones first, then who came first."""
    parts = list(_due_parts(leads, owner, at=at, until=until))
    waiting = (
        Lead.objects.filter(pk__in=parts[0].union(*parts[1:]))
        .annotate(heat=Coalesce(F("person__score__value"), 0.0))
        .order_by("-heat", "created_at", "pk")
    )
    if after is not None:
        heat, created_at, pk = after
        same = Q(created_at__gt=created_at) | Q(created_at=created_at, pk__gt=pk)
        waiting = waiting.filter(Q(heat__lt=heat) | (Q(heat=heat) & same))
    return waiting.values_list("heat", "created_at", "pk")


def parts_to_do(leads: QuerySet[Lead], owner: int, *, at: datetime) -> list[QuerySet[Any]]:
    """What ``owner`` is to do today with ``leads``, late ones included, in parts that share no lead: by a clock, by a
    plan, by neither.
    """
    today = planned(leads, owner).filter(next_step_at__lte=end_of_day(at))
    return [first_clocks(leads), today, _to_hand_over(leads, owner)]


def first_clocks(leads: QuerySet[Lead]) -> QuerySet[Clock]:
    """Of each of ``leads`` that has running clocks the one that runs out first."""
    return _first_clocks(Q(lead__in=leads.order_by().values("pk")))


def planned(leads: QuerySet[Lead], owner: int) -> QuerySet[Lead]:
    """Those of ``leads`` with a planned step of their ``owner``'s and no running clock, which would go before it."""
    return leads.filter(~_has_running_clock(), owner=owner, next_step_at__isnull=False)


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
    """Whether a clock's lead is among ``leads``, asked clock by clock.

    As a condition that the planner can take apart, it finds all leads, or joins all clocks with theirs, before it takes
    the first few.
    """
    same = leads.order_by().filter(pk=OuterRef("lead")).values(found=Value(True))[:1]
    return Coalesce(Subquery(same, output_field=BooleanField()), Value(False))


def _due_parts(leads: QuerySet[Lead], owner: int, *, at: datetime, until: datetime) -> Iterable[QuerySet[Any, Any]]:
    yield first_clocks(leads).filter(due_at__gt=at).values("lead_id")
    yield planned(leads, owner).filter(next_step_at__gt=at, next_step_at__lte=until).values("pk")
    yield _to_hand_over(leads, owner).values("pk")


def _to_hand_over(leads: QuerySet[Lead], owner: int) -> QuerySet[Lead]:
    """Qualified or returned, nobody asked to accept it, nothing planned."""
    return leads.filter(TO_HAND_OVER).filter(~_has_running_clock()).filter(_mine_or_nobodys(owner))


def _has_running_clock() -> Exists:
    return Exists(Clock.objects.filter(lead=OuterRef("pk"), stopped_at=None))


def _mine_or_nobodys(owner: int) -> Q:
    return Q(owner=owner) | Q(owner=None)
