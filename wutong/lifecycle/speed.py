"""How fast first contacts are made: the figures of the manager's page, each with its definition.

Source: ``algorithms.md`` 5 (SLA attainment, speed to lead).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from wutong.lifecycle.models import Clock, Lead, Machine, StageVisit
from wutong.lifecycle.models.lead import CLOSED_STAGES
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff

MOST_CLOCKS = 20_000


@dataclass(frozen=True, kw_only=True)
class Speed:
    """First contacts of one colleague or of all, over a period."""

    started: int
    """Leads whose first-contact clock began in the period."""
    contacted: int
    """Of these, contacted by a human so far."""
    waiting: int
    """Of these, not contacted and still open."""
    late: int
    """Of those not contacted, past their deadline: while the lead was open, so closing a late one hides nothing."""
    met: int
    due: int
    """Clocks whose deadline has passed, or that were met; the open ones not yet due are in neither."""
    median: timedelta | None
    """Working time from creation to first contact, open ones censored; None while fewer than half were contacted."""
    is_partial: bool = False
    """Whether only the latest :data:`MOST_CLOCKS` were taken."""

    @property
    def attainment(self) -> float | None:
        """Met / due, None where nothing was due."""
        return self.met / self.due if self.due else None


def speed(staff: Staff, *, since: datetime, at: datetime) -> tuple[Speed, dict[Staff, Speed]]:
    """The first contacts that ``staff`` may see since an instant: all together, and by the colleague who made them."""
    return speed_of(Lead.objects.visible_to(staff), since=since, until=at, at=at)


def speed_of(
    leads: QuerySet[Lead], *, since: datetime, until: datetime, at: datetime
) -> tuple[Speed, dict[Staff, Speed]]:
    """The same of ``leads`` whose clocks began in ``[since, until)``, as things stood at ``at``."""
    clocks = list(
        Clock.objects.filter(lead__in=leads, kind=Clock.Kind.FIRST_CONTACT, started_at__gte=since, started_at__lt=until)
        .select_related("lead", "stopped_by")
        .order_by("-started_at")[: MOST_CLOCKS + 1]
    )
    is_partial = len(clocks) > MOST_CLOCKS
    clocks = clocks[:MOST_CLOCKS]
    calendar = WorkingCalendar.load()
    ended_at = _ends_of_waiting(clocks, at=at)
    by_colleague: dict[Staff, list[Clock]] = {}
    for clock in clocks:
        if clock.stopped_by is not None:
            by_colleague.setdefault(clock.stopped_by, []).append(clock)
    return (
        _speed(clocks, calendar, ended_at, is_partial=is_partial),
        {
            one: _speed(own, calendar, ended_at, is_partial=is_partial)
            for one, own in sorted(by_colleague.items(), key=lambda item: item[0].sort_key)
        },
    )


def _ends_of_waiting(clocks: Sequence[Clock], *, at: datetime) -> dict[int, datetime]:
    """Until when each clock's lead waited: its first contact, else its closing, else ``at``."""
    closed = [clock.lead_id for clock in clocks if clock.stopped_at is None and clock.lead.stage in CLOSED_STAGES]
    visits = StageVisit.objects.filter(lead__in=closed, machine=Machine.LEAD, left_at=None)
    closed_at = dict(visits.values_list("lead_id", "entered_at"))
    return {clock.pk: clock.stopped_at or closed_at.get(clock.lead_id, at) for clock in clocks}


def _speed(
    clocks: Sequence[Clock], calendar: WorkingCalendar, ended_at: dict[int, datetime], *, is_partial: bool
) -> Speed:
    contacted = [clock for clock in clocks if clock.stopped_at is not None]
    others = [clock for clock in clocks if clock.stopped_at is None]
    missed = [clock for clock in others if clock.due_at < ended_at[clock.pk]]
    waits = [
        (calendar.working_between(clock.started_at, ended_at[clock.pk]), clock.stopped_at is not None)
        for clock in clocks
    ]
    return Speed(
        started=len(clocks),
        contacted=len(contacted),
        waiting=sum(1 for clock in others if clock.lead.stage not in CLOSED_STAGES),
        late=len(missed),
        met=sum(1 for clock in contacted if ended_at[clock.pk] <= clock.due_at),
        due=len(contacted) + len(missed),
        median=censored_median(waits),
        is_partial=is_partial,
    )


def censored_median(waits: Iterable[tuple[timedelta, bool]]) -> timedelta | None:
    """The time by which half are done, when some are still waiting (False); None when half are not done yet.

    Written out because the library for it weighs more than this whole package.
    Source: E. L. Kaplan, P. Meier (1958), J. Am. Stat. Assoc. 53(282), 457-481.
    """
    ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
    surviving, at_risk = 1.0, len(ordered)
    for wait, is_done in ordered:
        if is_done:
            surviving *= 1 - 1 / at_risk
            if surviving <= 0.5 + 1e-12:
                return wait
        at_risk -= 1
    return None
