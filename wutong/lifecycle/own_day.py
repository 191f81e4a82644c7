"""A colleague's own day in figures and lists: what was done today, what was qualified this week."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from wutong.lifecycle.models import FollowUp, Lead, Machine, Stage, StageVisit
from wutong.platform.models import Staff
from wutong.platform.organisation import our_zone

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
    done = FollowUp.objects.filter(by=staff, at__gte=today).exclude(kind=FollowUp.Kind.NOTE)
    is_call = Q(kind=FollowUp.Kind.CALL)
    counted = done.aggregate(
        all=Count("pk"),
        calls=Count("pk", filter=is_call),
        reached=Count("pk", filter=is_call & ~Q(outcome=FollowUp.Outcome.NO_ANSWER)),
    )
    shown = (
        done.filter(lead__in=Lead.objects.visible_to(staff))
        .select_related("lead__person")
        .only("at", "kind", "outcome", "lead__next_step", "lead__person__public_id", "lead__person__full_name")
    )
    return Contacts(**counted, latest=list(shown.order_by("-at")[:_SHOWN]))


def qualified_in_week_of(today: datetime, staff: Staff) -> Qualified:
    """The MQLs that ``staff`` has made since Monday; each lead once, however often it went there and back."""
    monday = today - timedelta(days=today.weekday())
    visits = StageVisit.objects.filter(
        machine=Machine.LEAD, stage=Stage.MQL, entered_at__gte=monday, entered_by=staff
    ).select_related("lead__person", "lead__owner", "lead__account")
    of_lead = {visit.lead_id: visit for visit in visits.only(*_OF_VISIT).order_by("entered_at")}
    went_on = StageVisit.objects.filter(lead__in=of_lead, stage=Stage.SAL, entered_at__gte=monday)
    accepted = went_on.values("lead").distinct().count()
    visible = set(Lead.objects.visible_to(staff).filter(pk__in=of_lead).values_list("pk", flat=True))
    shown = [visit for lead_id, visit in reversed(of_lead.items()) if lead_id in visible]
    return Qualified(n=len(of_lead), accepted=accepted, latest=shown[:_SHOWN])
