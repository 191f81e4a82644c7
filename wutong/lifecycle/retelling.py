"""Whole lives of leads at once, as another system tells them: who did what with each, when, to the present day.

The machine is the one of the present (:mod:`wutong.lifecycle.stages`), walked in memory and written set-wise: a
thousand lives cost about as much as fifty that are recorded act by act. Nobody is told of them: it is the past.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from msgspec.structs import asdict

from wutong.events.hot import HotRow, insert_many
from wutong.lifecycle.assignment_told import assigning
from wutong.lifecycle.clocks import new_clock
from wutong.lifecycle.contact import TakenByColleague
from wutong.lifecycle.hand_over import ACCEPT_WITHIN, Bant, HandOverFacts
from wutong.lifecycle.happenings import happening
from wutong.lifecycle.models import (
    Accountable,
    Assignment,
    AssignmentRule,
    Clock,
    ContactStatus,
    FollowUp,
    HandOver,
    Lead,
    Machine,
    Qualification,
    Stage,
    StageVisit,
)
from wutong.lifecycle.stages import (
    ANSWER_RETURNING_WITHIN,
    NoSuchStep,
    Through,
    checked_step,
    enter,
    entering,
    new_stay,
)
from wutong.platform.calendar import WorkingCalendar
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal
from wutong.platform.rows import execute_with_rows


class LifeHasBegun(Refusal):
    """The lead has been worked on here, so what another system tells would contradict it."""

    code = "life_has_begun"
    message = _("Somebody has worked on this lead already. Only leads that nobody has touched take a told history.")


class ActsOutOfOrder(Refusal):
    """An act before the lead began, or before the act told before it."""

    code = "acts_out_of_order"
    message = _("The acts of a lead must be told in the order in which they happened, none before it was captured.")


@dataclass(frozen=True, kw_only=True)
class Given:
    """A rule gave the lead to a colleague."""

    at: datetime
    to: Staff
    rule: AssignmentRule


@dataclass(frozen=True, kw_only=True)
class Contacted:
    """Somebody recorded a contact, and what to do next."""

    at: datetime
    by: Staff
    kind: FollowUp.Kind
    outcome: FollowUp.Outcome
    note: str = ""
    next_step: str = ""
    next_step_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The lead took one step. ``by`` None is the machine."""

    at: datetime
    by: Staff | None
    to: Stage
    reason: str = ""
    through: Through = Through.MOVE


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """An SDR gave the lead to a salesperson."""

    at: datetime
    by: Staff
    to: Staff
    facts: HandOverFacts


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Sales accepted it, or returned it with a reason."""

    at: datetime
    by: Staff
    is_accepted: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Qualified:
    """Sales confirmed the four questions."""

    at: datetime
    by: Staff
    bant: Bant


Act: TypeAlias = Given | Contacted | Moved | HandedOver | Answered | Qualified


def retell_many(lives: Sequence[tuple[Lead, Sequence[Act]]]) -> None:
    """Give each of the captured leads the life that is told of it. Opens no transaction.

    Args:
        lives: leads as they are now, locked where others may work on them; they are changed. Their acts in order.

    Raises:
        LifeHasBegun, ActsOutOfOrder, TakenByColleague, NoSuchStep, NotYourStep, ReasonNeeded: nothing is written then.
    """
    calendar = WorkingCalendar.load()
    leads = [lead for lead, _acts in lives]
    stays = {stay.lead_id: stay for stay in StageVisit.objects.filter(lead__in=leads, machine=Machine.LEAD)}
    tellings = []
    for lead, acts in lives:
        if lead.stage != Stage.NEW or lead.first_contact_at is not None:
            raise LifeHasBegun
        telling = _Telling(lead, calendar, stay=stays[lead.pk])
        for act in acts:
            telling.tell(act)
        tellings.append(telling)
    _write(tellings)


@dataclass
class _Telling:
    """One lead on its way through its life, and the rows that it leaves behind."""

    lead: Lead
    calendar: WorkingCalendar
    stay: StageVisit
    left_first_at: datetime | None = None
    contacted: "_FirstContact | None" = None
    assignments: list[Assignment] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    stays: list[StageVisit] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    hand_overs: list[HandOver] = field(default_factory=list)
    qualification: Qualification | None = None
    events: list[HotRow] = field(default_factory=list)
    last_at: datetime | None = None
    reached: int = 0

    def tell(self, act: Act) -> None:
        if act.at < (self.last_at or self.lead.created_at):
            raise ActsOutOfOrder
        self.last_at = act.at
        match act:
            case Given():
                self._give(act)
            case Contacted():
                self._contact(act)
            case Moved():
                self._step(act.to, by=act.by, at=act.at, reason=act.reason, through=act.through)
                if act.to == Stage.NEW:
                    self._start(Clock.Kind.RE_ENGAGED, within=ANSWER_RETURNING_WITHIN, at=act.at)
                    self.lead.last_touch_at = act.at
            case HandedOver():
                self._hand_over(act)
            case Answered():
                self._answer(act)
            case Qualified():
                self._step(Stage.SQL, by=act.by, at=act.at, through=Through.QUALIFICATION)
                self.qualification = Qualification(
                    lead=self.lead,
                    changed_at=act.at,
                    changed_by=act.by,
                    confirmed_at=act.at,
                    confirmed_by=act.by,
                    **asdict(act.bant),
                )
        self.lead.version += 1

    def _give(self, act: Given) -> None:
        lead = self.lead
        given = Assignment(
            lead=lead,
            at=act.at,
            to=act.to,
            team_id=lead.team_id,
            reason=Assignment.Reason.RULE,
            rule=act.rule,
            rule_name=act.rule.own_name or act.rule.code,
        )
        self.assignments.append(given)
        lead.owner = act.to
        for stay in self.stays[-1:] or [self.stay]:
            stay.owner = act.to
        self.events.append(assigning(given, at=act.at))

    def _contact(self, act: Contacted) -> None:
        lead, is_first = self.lead, self.contacted is None
        if lead.owner is not None and lead.owner != act.by:
            raise TakenByColleague(name=lead.owner.full_name)
        follow_up = FollowUp(
            lead=lead,
            subject_id=lead.subject_id,
            person_id=lead.person_id,
            by=act.by,
            at=act.at,
            kind=act.kind,
            outcome=act.outcome,
            note=act.note,
            is_first_contact=is_first,
        )
        self.follow_ups.append(follow_up)
        if is_first:
            lead.first_contact_at = act.at
            self.contacted = _FirstContact(lead_id=lead.pk, at=act.at, by_id=act.by.pk)
        for clock in self.clocks:
            if clock.kind == Clock.Kind.RE_ENGAGED and clock.stopped_at is None:
                clock.stopped_at, clock.stopped_by = act.at, act.by
        lead.owner = act.by
        lead.last_touch_at = max(lead.last_touch_at, act.at)
        lead.contact_status = self._status_after(act.outcome)
        lead.next_step, lead.next_step_at = act.next_step, act.next_step_at
        name = "first_contact" if is_first else "follow_up"
        self.events.append(happening(name, lead, at=act.at, kind=act.kind.value, outcome=act.outcome.value))

    def _status_after(self, outcome: FollowUp.Outcome) -> ContactStatus:
        if outcome == FollowUp.Outcome.NO_ANSWER:
            return ContactStatus.NO_ANSWER
        self.reached += 1
        if outcome == FollowUp.Outcome.LATER:
            return ContactStatus.WORTH_FOLLOWING
        return (ContactStatus.FIRST, ContactStatus.SECOND, ContactStatus.THIRD)[min(self.reached, 3) - 1]

    def _step(
        self, to: Stage, *, by: Staff | None, at: datetime, reason: str = "", through: Through = Through.MOVE
    ) -> None:
        lead = self.lead
        step = checked_step(lead, to, by=by, reason=reason, through=through)
        if lead.stage == Stage.MQL:
            self._settle(to, by=by, at=at, reason=reason)
        enter(lead, to, step, by=by, sent=self.hand_overs[-1] if self.hand_overs else None)
        if self.stays:
            self.stays[-1].left_at = at
        else:
            self.left_first_at = at
        self.stays.append(new_stay(lead, by=by, at=at, reason=reason))
        self.events.append(entering(lead, by=by, at=at))

    def _settle(self, to: Stage, *, by: Staff | None, at: datetime, reason: str) -> None:
        """Answer the hand-over that the lead leaves behind."""
        outcome = {Stage.SAL: HandOver.Outcome.ACCEPTED, Stage.RETURNED: HandOver.Outcome.RETURNED}
        for waiting in self.hand_overs:
            if waiting.decided_at is None:
                waiting.outcome = outcome.get(to, HandOver.Outcome.WITHDRAWN)
                waiting.decided_at, waiting.decided_by, waiting.reason = at, by, reason
        for clock in self.clocks:
            if clock.kind == Clock.Kind.ACCEPTANCE and clock.stopped_at is None:
                clock.stopped_at, clock.stopped_by = at, by

    def _hand_over(self, act: HandedOver) -> None:
        lead = self.lead
        if lead.stage != Stage.MQL:
            self._step(Stage.MQL, by=act.by, at=act.at, reason="handed_over")
        given = HandOver(
            lead=lead, sent_by=act.by, sent_to=act.to, from_team_id=lead.team_id, at=act.at, **asdict(act.facts)
        )
        self.hand_overs.append(given)
        lead.sent_by, lead.owner, lead.team_id = act.by, act.to, act.to.team_id or lead.team_id
        lead.accountable = Accountable.SALES
        self._start(Clock.Kind.ACCEPTANCE, within=ACCEPT_WITHIN, at=act.at)
        self.events.append(happening("lead_handed_over", lead, at=act.at, to=str(act.to.public_id)))

    def _answer(self, act: Answered) -> None:
        lead = self.lead
        if all(one.decided_at is not None for one in self.hand_overs):
            raise NoSuchStep(stage=lead.get_stage_display())
        if act.is_accepted:
            self._step(Stage.SAL, by=act.by, at=act.at, through=Through.ACCEPTANCE)
            return
        self._step(Stage.RETURNED, by=act.by, at=act.at, reason=act.reason, through=Through.RETURN)
        self.events.append(happening("lead_returned", lead, at=act.at, reason=act.reason))

    def _start(self, kind: Clock.Kind, *, within: timedelta, at: datetime) -> None:
        self.clocks.append(new_clock(self.lead, kind, self.calendar, within=within, at=at))


class _FirstContact(Struct, frozen=True, kw_only=True):
    lead_id: int
    at: datetime
    by_id: int


class _FirstStay(Struct, frozen=True, kw_only=True):
    """Whose it was, and when it ended, if it has."""

    id: int
    at: datetime | None
    owner_id: int | None


class _Lead(Struct, frozen=True, kw_only=True):
    """What a life leaves a lead as."""

    id: int
    stage: str
    accountable: str
    owner_id: int | None
    team_id: int
    sent_by_id: int | None
    contact_status: str
    first_contact_at: datetime | None
    last_touch_at: datetime
    next_step: str
    next_step_at: datetime | None
    version: int


def _write(tellings: Sequence[_Telling]) -> None:
    firsts = [_FirstStay(id=one.stay.pk, at=one.left_first_at, owner_id=one.stay.owner_id) for one in tellings]
    execute_with_rows(
        "UPDATE lifecycle_stagevisit v SET left_at = r.at, owner_id = r.owner_id"
        " FROM json_to_recordset(%(rows)s::json) AS r(id bigint, at timestamptz, owner_id bigint) WHERE v.id = r.id",
        firsts,
    )
    contacted = [one.contacted for one in tellings if one.contacted is not None]
    if contacted:
        execute_with_rows(
            "UPDATE lifecycle_clock c SET stopped_at = r.at, stopped_by_id = r.by_id"
            " FROM json_to_recordset(%(rows)s::json) AS r(lead_id bigint, at timestamptz, by_id bigint)"
            " WHERE c.lead_id = r.lead_id AND c.kind = 'first_contact'",
            contacted,
        )
    StageVisit.objects.bulk_create(_all(tellings, lambda one: one.stays), batch_size=1_000)
    Assignment.objects.bulk_create(_all(tellings, lambda one: one.assignments), batch_size=1_000)
    FollowUp.objects.bulk_create(_all(tellings, lambda one: one.follow_ups), batch_size=1_000)
    HandOver.objects.bulk_create(_all(tellings, lambda one: one.hand_overs))
    Clock.objects.bulk_create(_all(tellings, lambda one: one.clocks))
    Qualification.objects.bulk_create([one.qualification for one in tellings if one.qualification is not None])
    execute_with_rows(
        """
        UPDATE lifecycle_lead l SET stage = r.stage, accountable = r.accountable, owner_id = r.owner_id,
            team_id = r.team_id, sent_by_id = r.sent_by_id, contact_status = r.contact_status,
            first_contact_at = r.first_contact_at, last_touch_at = r.last_touch_at, next_step = r.next_step,
            next_step_at = r.next_step_at, version = r.version
        FROM json_to_recordset(%(rows)s::json) AS r(
            id bigint, stage text, accountable text, owner_id bigint, team_id bigint, sent_by_id bigint,
            contact_status text, first_contact_at timestamptz, last_touch_at timestamptz, next_step text,
            next_step_at timestamptz, version int)
        WHERE l.id = r.id
        """,
        [_as_it_is(one.lead) for one in tellings],
    )
    insert_many(_all(tellings, lambda one: one.events))


def _as_it_is(lead: Lead) -> _Lead:
    return _Lead(**{"id": lead.pk, **{name: getattr(lead, name) for name in _Lead.__struct_fields__ if name != "id"}})


_Row = TypeVar("_Row")


def _all(tellings: Sequence[_Telling], rows_of: Callable[[_Telling], list[_Row]]) -> list[_Row]:
    return [row for one in tellings for row in rows_of(one)]
