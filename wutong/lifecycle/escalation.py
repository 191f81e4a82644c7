"""Telling colleagues of clocks that run late: first whoever is to act, then the team's managers, then all of them;
and all these once more when the latest time for a first contact has passed.

Minutes are working minutes since the clock counts. A level is told once; after an outage a clock goes straight to the
highest level it has passed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.lifecycle.clocks import EVENT, time_limits
from wutong.lifecycle.house import House, house_of
from wutong.lifecycle.models import CLOSED_STAGES, Clock, Escalation, Lead, TimeLimits
from wutong.lifecycle.visibility import managers_over
from wutong.platform.calendar import NeverOpen, WorkingCalendar
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, announce, notify_many
from wutong.platform.ready_made import ready_made

MANY = 5
"""More late leads than this in one minute are told in one sentence."""
_LOOKED_AT = 20_000


class Level(StrEnum):
    """Whom a level of the chain tells."""

    OWNER = "owner"
    """The owner; of a lead that nobody owns those of its team who are on duty."""
    TEAM_MANAGERS = "team_managers"
    MANAGERS = "managers"
    LATEST = "latest"
    """The owner and all managers, once more: the latest time has passed."""


@dataclass(frozen=True)
class Late:
    """A clock that has passed a level."""

    clock_id: int
    lead_id: int
    kind: str
    level: Level
    minutes: int


def chain(kind: str, limits: TimeLimits) -> list[tuple[int, Level]]:
    """After how many working minutes of a clock whom to tell, in rising order."""
    if kind == Clock.Kind.ACCEPTANCE:
        warned = (limits.acceptance_hours - limits.acceptance_warning_hours) * 60
        return [(warned, Level.OWNER), (limits.acceptance_hours * 60, Level.TEAM_MANAGERS)]
    levels = [
        (limits.owner_after_minutes, Level.OWNER),
        (limits.team_managers_after_minutes, Level.TEAM_MANAGERS),
        (limits.managers_after_minutes, Level.MANAGERS),
    ]
    latest = limits.latest_hours * 60
    # A company may have set a slower chain before there was a latest time.
    if kind == Clock.Kind.FIRST_CONTACT and latest > limits.managers_after_minutes:
        levels.append((latest, Level.LATEST))
    return levels


def escalate(*, at: datetime) -> int:
    """Tell whom it concerns of every clock that has passed a level; returns how many. Safe to run twice or late."""
    late = _late(time_limits(), at=at)
    if not late:
        return 0
    with transaction.atomic():
        won = _claim(late)
        if won:
            _tell(won, at=at)
    return len(won)


def told_of(clocks: Iterable[Clock]) -> dict[int, str]:
    """Who was told of each late clock, in words; nothing for those of which nobody was."""
    late = [clock.pk for clock in clocks]
    told: dict[int, list[int]] = {}
    for row in _levels_told_of(late) if late else ():
        told.setdefault(row.clock_id, []).extend(id for id in row.told if id not in told.get(row.clock_id, []))
    names = dict(_names_of(sorted({id for ids in told.values() for id in ids}))) if told else {}
    comma = pgettext("between names", ", ")
    return {
        clock: _("Told: %(names)s") % {"names": comma.join(names[id] for id in ids if id in names)}
        for clock, ids in told.items()
        if ids
    }


@ready_made
def _levels_told_of(clocks: list[int]) -> QuerySet[Escalation]:
    return Escalation.objects.filter(clock__among=clocks).order_by("minutes")


@ready_made
def _names_of(staff: list[int]) -> QuerySet[Staff, tuple[int, str]]:
    named: QuerySet[Staff, tuple[int, str]] = Staff.objects.filter(pk__among=staff).values_list("pk", "full_name")
    return named


def _late(limits: TimeLimits, *, at: datetime) -> list[Late]:
    chains = {kind: chain(kind, limits) for kind in Clock.Kind.values}
    open_steps = Q()
    for kind, levels in chains.items():
        # Working time passes no faster than time: what has not lived so long cannot have passed its first level.
        first = at - timedelta(minutes=levels[0][0])
        open_steps |= Q(kind=kind, counts_from__lte=first, escalated_to_minutes__lt=levels[-1][0])
    running = (
        Clock.objects.filter(open_steps, stopped_at=None)
        .exclude(lead__stage__in=CLOSED_STAGES)
        .exclude(lead__person__is_own=True)
    )
    columns = ("pk", "lead_id", "kind", "counts_from", "escalated_to_minutes", "due_at", "lead__channel")
    rows = running.order_by("due_at").values_list(*columns)
    calendar = WorkingCalendar.load()
    late = []
    for clock_id, lead_id, kind, counts_from, reached, due_at, channel in rows[:_LOOKED_AT]:
        has_more_time = channel == EVENT and kind == Clock.Kind.FIRST_CONTACT
        try:
            passed = calendar.working_between(due_at if has_more_time else counts_from, at)
        except NeverOpen:
            continue
        if has_more_time:  # its chain begins when its own time is up
            passed += timedelta(minutes=limits.first_contact_minutes)
        levels = [(n, level) for n, level in chains[kind] if reached < n and passed >= timedelta(minutes=n)]
        if levels:
            minutes, level = levels[-1]
            late.append(Late(clock_id, lead_id, kind, level, minutes))
    return late


def _claim(late: Sequence[Late]) -> list[Late]:
    """Those of ``late`` that nobody else has told meanwhile and no colleague has stopped. Opens no transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT c.id, d.minutes FROM unnest(%s::bigint[], %s::int[]) AS d(id, minutes)
                JOIN lifecycle_clock c ON c.id = d.id
                WHERE c.stopped_at IS NULL AND c.escalated_to_minutes < d.minutes
                ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
            )
            UPDATE lifecycle_clock c SET escalated_to_minutes = due.minutes FROM due WHERE c.id = due.id RETURNING c.id
            """,
            [[one.clock_id for one in late], [one.minutes for one in late]],
        )
        won = {id for (id,) in cursor.fetchall()}
    return [one for one in late if one.clock_id in won]


def _tell(late: Sequence[Late], *, at: datetime) -> None:
    leads = {
        lead.pk: lead
        for lead in Lead.objects.filter(pk__in=[one.lead_id for one in late]).select_related("person", "team", "owner")
    }
    staff = {one.pk: one for one in Staff.objects.active().select_related("team")}
    in_sight = _in_sight(staff.values(), leads)
    house = house_of([], at=at)
    told: dict[int, list[Late]] = {}
    rows = []
    for one in late:
        lead = leads[one.lead_id]
        hearing = [id for id in _hearing(one.level, lead, staff, in_sight, house) if lead.pk in in_sight[id]]
        hearing = hearing or [id for id in _administrators(staff) if lead.pk in in_sight[id]]
        rows.append(Escalation(clock_id=one.clock_id, level=one.level, minutes=one.minutes, at=at, told=hearing))
        for id in hearing:
            told.setdefault(id, []).append(one)
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)
    notify_many([notice for id, ones in told.items() for notice in _notices(id, ones, leads)], at=at)
    announce([(0, 0, "leads_late", ["inbox"])])


def _hearing(
    level: Level, lead: Lead, staff: Mapping[int, Staff], in_sight: Mapping[int, set[int]], house: House
) -> list[int]:
    """Whom a level tells of a lead, before those are left out who may not see it; the next level where it is empty."""
    doing = _who_is_to_act(lead, staff, in_sight, house)
    if level is Level.OWNER and doing:
        return doing
    managers = [one for one in staff.values() if one.role == Role.MANAGER and lead.pk in in_sight[one.pk]]
    match level:
        case Level.LATEST:
            above = [one.pk for one in managers] or _administrators(staff)
            return list(dict.fromkeys([*doing, *above]))
        case Level.MANAGERS:
            return [one.pk for one in managers]
    return [one.pk for one in managers_over(lead, managers)]


def _who_is_to_act(lead: Lead, staff: Mapping[int, Staff], in_sight: Mapping[int, set[int]], house: House) -> list[int]:
    """The owner; of a lead that nobody owns those of its team who are on duty."""
    if lead.owner_id is not None and lead.owner_id in staff:
        return [lead.owner_id]
    return [id for id in house.members(lead.team) if id not in house.away and lead.pk in in_sight[id]]


def _administrators(staff: Mapping[int, Staff]) -> list[int]:
    return [id for id, one in staff.items() if one.role == Role.ADMIN]


def _in_sight(staff: Iterable[Staff], leads: Mapping[int, Lead]) -> dict[int, set[int]]:
    """Which of ``leads`` each colleague may see: nobody is told of one that is out of sight."""
    within = Lead.objects.filter(pk__in=leads)
    working = (Role.SDR, Role.SALES, Role.MANAGER, Role.ADMIN)
    return {
        one.pk: set(within.visible_to(one).values_list("pk", flat=True)) if one.role in working else set()
        for one in staff
    }


def _notices(staff_id: int, late: Sequence[Late], leads: Mapping[int, Lead]) -> list[Notice]:
    if len(late) > MANY:
        return [
            Notice(
                staff_id=staff_id,
                kind="leads_late",
                group="late",
                url="/inbox/",
                params={"n": len(late)},
                topics=("inbox",),
            )
        ]
    return [_notice(staff_id, one, leads[one.lead_id]) for one in late]


def _notice(staff_id: int, late: Late, lead: Lead) -> Notice:
    return Notice(
        staff_id=staff_id,
        kind=_KINDS[late.kind == Clock.Kind.ACCEPTANCE, late.level],
        group=f"late:{lead.public_id}",
        url=f"/inbox/?view=all&lead={lead.public_id}",
        params={
            "name": lead.person.full_name,
            "company": lead.person.company_name,
            "owner": lead.owner.full_name if lead.owner else "—",
            "minutes": late.minutes,
        },
        topics=("inbox",),
    )


_KINDS = {
    (False, Level.OWNER): "contact_late",
    (False, Level.TEAM_MANAGERS): "contact_late_in_team",
    (False, Level.MANAGERS): "contact_late_for_all",
    (False, Level.LATEST): "contact_too_late",
    (True, Level.OWNER): "acceptance_soon_late",
    (True, Level.TEAM_MANAGERS): "acceptance_late",
}
