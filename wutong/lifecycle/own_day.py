"""A colleague's own day in figures and lists: what was done today, what was qualified this week."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from wutong.lifecycle.models import FollowUp, Lead, Machine, Stage, StageVisit
from wutong.lifecycle.viewer import Viewer
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone
from wutong.platform.ready_made import ready_made

_SHOWN = 8
_OF_VISIT = (
    "entered_at",
    "lead__public_id",
    "lead__stage",
    "lead__person__full_name",
    "lead__person__company_name",
    "lead__owner__full_name",
    "lead__account__name",
)


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """What a colleague recorded today: calls, how many of them reached somebody, contacts of any kind."""

    calls: int
    reached: int
    all: int
    latest: list[FollowUp]


@dataclass(frozen=True, kw_only=True)
class Qualified:
    """Leads that a colleague made MQLs this week, and how many of all of them sales have accepted so far."""

    n: int
    accepted: int
    latest: list[StageVisit]


def midnight(at: datetime) -> datetime:
    """When the day began where the organisation is; days are its, whoever reads."""
    return timezone.localtime(at, our_zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def contacts_since(today: datetime, staff: Staff) -> Contacts:
    """What ``staff`` has recorded since midnight, notes left out."""
    counted = _counted_by_outcome(staff.pk, since=today)
    calls = {outcome: n for kind, outcome, n in counted if kind == FollowUp.Kind.CALL}
    all_of_them = sum(n for _kind, _outcome, n in counted)
    return Contacts(
        calls=sum(calls.values()),
        reached=sum(calls.values()) - calls.get(FollowUp.Outcome.NO_ANSWER, 0),
        all=all_of_them,
        latest=_latest_in_sight(Viewer(staff), by=staff.pk, since=today) if all_of_them else [],
    )


def qualified_in_week_of(today: datetime, staff: Staff) -> Qualified:
    """The MQLs that ``staff`` has made since Monday; each lead once, however often it went there and back."""
    monday = today - timedelta(days=today.weekday())
    of_lead = {visit.lead_id: visit for visit in _made_mql(staff.pk, since=monday)}
    went_on = StageVisit.objects.filter(lead__in=of_lead, stage=Stage.SAL, entered_at__gte=monday)
    accepted = went_on.values("lead").distinct().count()
    visible = set(Lead.objects.visible_to(staff).filter(pk__in=of_lead).values_list("pk", flat=True))
    shown = [visit for lead_id, visit in reversed(of_lead.items()) if lead_id in visible]
    return Qualified(n=len(of_lead), accepted=accepted, latest=shown[:_SHOWN])


@ready_made
def _counted_by_outcome(staff: int, *, since: datetime) -> QuerySet[FollowUp, tuple[str, str, int]]:
    counted = _recorded(staff, since).order_by().values("kind", "outcome").annotate(n=Count("pk"))
    return counted.values_list("kind", "outcome", "n")


@ready_made
def _latest_in_sight(viewer: Viewer, *, by: int, since: datetime) -> QuerySet[FollowUp]:
    seen = _recorded(by, since).filter(lead__in=Lead.objects.visible_to(viewer.staff))
    shown = seen.select_related("lead__person").only(
        "at", "kind", "outcome", "lead__next_step", "lead__person__public_id", "lead__person__full_name"
    )
    return shown.order_by("-at")[:_SHOWN]


@ready_made
def _made_mql(staff: int, *, since: datetime) -> QuerySet[StageVisit]:
    """In the order in which they became MQLs."""
    visits = StageVisit.objects.filter(
        machine=Machine.LEAD, stage=Stage.MQL, entered_at__gte=since, entered_by=staff
    ).select_related("lead__person", "lead__owner", "lead__account")
    return visits.only(*_OF_VISIT).order_by("entered_at")


def _recorded(staff: int, since: datetime) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(by=staff, at__gte=since).exclude(kind=FollowUp.Kind.NOTE)
