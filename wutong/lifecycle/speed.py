"""How fast first contacts are made: the figures of the manager's page, each with its definition.

Source: ``algorithms.md`` 5 (SLA attainment, speed to lead).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from wutong.lifecycle.models import Assignment, Clock, Lead, Machine, StageVisit
from wutong.lifecycle.models.lead import CLOSED_STAGES
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff

MOST_CLOCKS = 20_000
WHOSE_FIRST_CONTACT = Coalesce("stopped_by", "lead__owner")
"""Over clocks: whoever made the contact; while nobody has, whoever was to make it."""


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
    median_since_given: timedelta | None
    """The same from the last assignment to a colleague before the contact; leads that nobody was given are left out."""
    is_partial: bool = False
    """Whether only the latest :data:`MOST_CLOCKS` were taken."""

    @property
    def attainment(self) -> float | None:
        """Met / due, None where nothing was due."""
        return self.met / self.due if self.due else None


def speed(staff: Staff, *, since: datetime, at: datetime) -> tuple[Speed, dict[Staff | None, Speed]]:
    """The first contacts that ``staff`` may see since an instant: all together, and by the colleague they are of."""
    return speed_of(Lead.objects.visible_to(staff).of_the_market(), since=since, until=at, at=at)


def speed_together(staff: Staff, *, since: datetime, at: datetime) -> Speed:
    """The same all together, but for the time since leads were given to somebody."""
    leads = Lead.objects.visible_to(staff).of_the_market()
    return _speed(_runs(leads, since=since, until=at, at=at, given_at=Value(None, output_field=DateTimeField())))


def speed_of(
    leads: QuerySet[Lead], *, since: datetime, until: datetime, at: datetime
) -> tuple[Speed, dict[Staff | None, Speed]]:
    """The same of ``leads`` whose clocks began in ``[since, until)``, as things stood at ``at``.

    A clock is of the colleague who stopped it; while nobody has, of the lead's owner, so that whoever lets leads wait
    answers for them. None stands for the leads that nobody has contacted and nobody owns.
    """
    given = Assignment.objects.filter(
        lead=OuterRef("lead"), to__isnull=False, at__lte=Coalesce(OuterRef("stopped_at"), at)
    )
    latest = Subquery(given.order_by("-at").values("at")[:1])
    everything = _runs(leads, since=since, until=until, at=at, given_at=latest)
    of: dict[int | None, list[_Run]] = {}
    for run in everything.runs:
        of.setdefault(run.colleague, []).append(run)
    colleagues: list[Staff | None] = list(Staff.objects.filter(pk__in=of).order_by("sort_key", "pk"))
    if None in of:
        colleagues.append(None)
    each = {one: everything._replace(runs=of[one.pk if one else None]) for one in colleagues}
    return _speed(everything), {one: _speed(runs) for one, runs in each.items()}


class _Run(NamedTuple):
    """A clock without its lead's other columns: a report looks at twenty thousand."""

    lead: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    colleague: int | None
    stage: str
    given_at: datetime | None


class _Runs(NamedTuple):
    """Clocks, until when each one's lead waited, and what working time is."""

    runs: Sequence[_Run]
    ended_at: Mapping[int, datetime]
    calendar: WorkingCalendar
    is_partial: bool


def _runs(
    leads: QuerySet[Lead], *, since: datetime, until: datetime, at: datetime, given_at: Subquery | Value
) -> _Runs:
    rows = Clock.objects.filter(
        lead__in=leads, kind=Clock.Kind.FIRST_CONTACT, started_at__gte=since, started_at__lt=until
    ).order_by("-started_at")
    rows = rows.annotate(colleague=WHOSE_FIRST_CONTACT, given_at=given_at)
    columns = ("lead_id", "started_at", "due_at", "stopped_at", "colleague", "lead__stage", "given_at")
    found = [_Run(*row) for row in rows.values_list(*columns)[: MOST_CLOCKS + 1]]
    runs = found[:MOST_CLOCKS]
    return _Runs(runs, _ends_of_waiting(runs, at=at), WorkingCalendar.load(), is_partial=len(found) > MOST_CLOCKS)


def _ends_of_waiting(clocks: Sequence[_Run], *, at: datetime) -> dict[int, datetime]:
    """Until when each lead waited: its first contact, else its closing, else ``at``."""
    closed = [clock.lead for clock in clocks if clock.stopped_at is None and clock.stage in CLOSED_STAGES]
    visits = StageVisit.objects.filter(lead__in=closed, machine=Machine.LEAD, left_at=None)
    closed_at = dict(visits.values_list("lead_id", "entered_at"))
    return {clock.lead: clock.stopped_at or closed_at.get(clock.lead, at) for clock in clocks}


def _speed(of: _Runs) -> Speed:
    clocks, ended_at, calendar, is_partial = of
    contacted = [clock for clock in clocks if clock.stopped_at is not None]
    others = [clock for clock in clocks if clock.stopped_at is None]
    missed = [clock for clock in others if clock.due_at < ended_at[clock.lead]]
    waits, since_given = [], []
    for clock in clocks:
        waited = calendar.working_between(clock.started_at, ended_at[clock.lead])
        waits.append((waited, clock.stopped_at is not None))
        if clock.given_at is not None:
            # The little time until it was given is taken off, since an open wait may be months of days to add up.
            before = calendar.working_between(clock.started_at, clock.given_at)
            since_given.append((max(waited - before, timedelta()), clock.stopped_at is not None))
    return Speed(
        started=len(clocks),
        contacted=len(contacted),
        waiting=sum(1 for clock in others if clock.stage not in CLOSED_STAGES),
        late=len(missed),
        met=sum(1 for clock in contacted if ended_at[clock.lead] <= clock.due_at),
        due=len(contacted) + len(missed),
        median=censored_median(waits),
        median_since_given=censored_median(since_given),
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
