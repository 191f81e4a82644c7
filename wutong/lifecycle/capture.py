"""From a captured interest to a lead with a running clock."""

import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.clocks import first_contact_of, new_clock, time_limits
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Clock, Lead, Machine, ProductLine, Stage, StageVisit
from wutong.lifecycle.stages import step_many
from wutong.people.models import Account
from wutong.people.people_to_tag import look_again
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import BusinessScope, Team
from wutong.platform.rows import insert_objects, update_objects

FIRST_CONTACT_WITHIN = timedelta(minutes=5)
"""Working time in which a new lead is to be contacted, until the company sets another. Source: ``product.md`` 3."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """Somebody showed an interest and can be reached."""

    event_id: UUID
    subject_id: int
    person_id: int
    account: Account | None
    team: Team
    scope: BusinessScope
    product_line: ProductLine | None = None
    """None: the default one."""
    at: datetime
    channel: str
    campaign: str = ""
    is_complete: bool


@dataclass(frozen=True)
class Opened:
    """The lead of a capture, and whether the capture opened it or came to one that was open."""

    capture: Captured
    lead: Lead
    is_new: bool


def capture_many(captures: Sequence[Captured], *, at: datetime) -> list[Opened]:
    """Open a lead for each capture whose person has none open in the product line. Opens no transaction.

    Safe to repeat: a capture whose event has opened a lead before finds that lead.
    """
    if not captures:
        return []
    calendar = WorkingCalendar.load()
    limits = time_limits()
    first = default_product_line()
    asked = {one.event_id: one.product_line or first for one in captures}
    given = {id: line if line.is_active else first for id, line in asked.items()}
    people = [one.person_id for one in captures]
    events = [one.event_id for one in captures]
    known = list(
        # Locked, so that nobody closes a lead while a form is found to belong to it.
        Lead.objects.select_for_update(no_key=True)
        .filter(
            Q(person__in=people, product_line__in={*asked.values(), *given.values()})
            | Q(created_by_event_id__in=events)
        )
        .order_by("pk")
    )
    opened: list[Opened] = []
    for one in sorted(captures, key=lambda capture: (capture.at, capture.event_id)):
        # An open lead of a retired line goes on; a new one is of a line on offer.
        lines = {asked[one.event_id].pk, given[one.event_id].pk}
        lead = next((lead for lead in known if _takes(lead, one, lines)), None)
        if lead is None:
            lead = _new_lead(one, given[one.event_id])
            known.append(lead)
            opened.append(Opened(one, lead, is_new=True))
        else:
            _touch(lead, one)
            opened.append(Opened(one, lead, is_new=False))
    fresh = [(entry.lead, entry.capture) for entry in opened if entry.is_new]
    touched = {entry.lead.pk: entry.lead for entry in opened if entry.lead.pk is not None}
    if touched:
        update_objects(touched.values(), ["last_touch_at", "is_incomplete", "account"])
        # Who was put aside and asks again is to be answered as quickly as somebody new.
        returning = {
            entry.lead.pk: entry.lead
            for entry in opened
            if entry.lead.stage == Stage.NURTURE and entry.lead.created_by_event_id != entry.capture.event_id
        }
        step_many(list(returning.values()), to=Stage.NEW, by=None, at=at, reason="re_engaged")
    insert_objects([lead for lead, _ in fresh])
    look_again([lead.person_id for lead, _ in fresh])
    insert_objects([_first_visit(lead, capture) for lead, capture in fresh])
    insert_objects(
        [
            new_clock(
                lead,
                Clock.Kind.FIRST_CONTACT,
                calendar,
                within=first_contact_of(capture.channel, limits),
                at=capture.at,
            )
            for lead, capture in fresh
        ]
    )
    insert_many([_created(lead, capture, at=at) for lead, capture in fresh])
    return opened


def default_product_line() -> ProductLine:
    """The product line of captures that name none: the first one on offer, made when there is none."""
    line = ProductLine.objects.on_offer().in_order().first()
    if line is None:
        line, _ = ProductLine.objects.get_or_create(code="general")
    return line


def _takes(lead: Lead, capture: Captured, lines: Set[int]) -> bool:
    is_same = lead.person_id == capture.person_id and lead.product_line_id in lines
    return lead.created_by_event_id == capture.event_id or (is_same and lead.stage not in CLOSED_STAGES)


def _touch(lead: Lead, capture: Captured) -> None:
    if capture.at > lead.last_touch_at:
        lead.last_touch_at = capture.at
        lead.is_incomplete = lead.is_incomplete and not capture.is_complete
        lead.account = lead.account or capture.account


def _new_lead(capture: Captured, line: ProductLine) -> Lead:
    return Lead(
        public_id=uuid.uuid4(),
        subject_id=capture.subject_id,
        person_id=capture.person_id,
        account=capture.account,
        product_line=line,
        scope=capture.scope,
        team=capture.team,
        stage=Stage.NEW,
        accountable=Accountable.SDR,
        is_incomplete=not capture.is_complete,
        channel=capture.channel,
        campaign=capture.campaign,
        created_at=capture.at,
        last_touch_at=capture.at,
        created_by_event_id=capture.event_id,
    )


def _first_visit(lead: Lead, capture: Captured) -> StageVisit:
    return StageVisit(
        machine=Machine.LEAD,
        stage=Stage.NEW,
        subject_id=capture.subject_id,
        person_id=capture.person_id,
        lead=lead,
        team_id=lead.team_id,
        owner_id=lead.owner_id,
        entered_at=capture.at,
        reason="captured",
        channel=capture.channel,
    )


def _created(lead: Lead, capture: Captured, *, at: datetime) -> HotRow:
    return HotRow(
        id=new_id(capture.at),
        name="lead_created",
        occurred_at=capture.at,
        received_at=at,
        source="system",
        subject_id=capture.subject_id,
        person_id=capture.person_id,
        channel=capture.channel,
        campaign=capture.campaign,
        props={"lead": str(lead.public_id), "product_line": lead.product_line.code},
        digest=digest_of("lead_created", str(lead.public_id)),
    )
