"""The second machine: which stage of a lead leads where, who may move it and through which use case.

The table is the machine; :func:`step_many` is the only function that walks it, and the database refuses a stage without
its stay. Source: ``product.md`` 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.clocks import first_contact_within, start_clocks
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Clock, HandOver, Lead, Machine, Stage, StageVisit
from wutong.people.people_to_tag import look_again
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal
from wutong.platform.rows import insert_objects, update_objects

REASONS: Mapping[Stage, Mapping[str, str | Promise]] = {
    Stage.NURTURE: {
        "not_now": pgettext_lazy("reason", "No project now"),
        "no_budget": pgettext_lazy("reason", "No budget yet"),
        "no_answer": pgettext_lazy("reason", "Tried, no answer"),
        "recalled": pgettext_lazy("reason", "Recalled"),
    },
    Stage.DISQUALIFIED: {
        "wrong_contact": pgettext_lazy("reason", "Wrong or made-up contact"),
        "not_a_customer": pgettext_lazy("reason", "Not our kind of customer"),
        "competitor": pgettext_lazy("reason", "Competitor"),
        "student": pgettext_lazy("reason", "Student or job seeker"),
        "duplicate": pgettext_lazy("reason", "Duplicate"),
    },
    Stage.RETURNED: {
        "unreachable": pgettext_lazy("reason", "Could not be reached"),
        "no_need": pgettext_lazy("reason", "No real need"),
        "no_budget": pgettext_lazy("reason", "No budget yet"),
        "wrong_person": pgettext_lazy("reason", "Not the person who decides"),
        "facts_missing": pgettext_lazy("reason", "The hand-over lacks facts"),
        "wrong_seller": pgettext_lazy("reason", "Belongs to another salesperson"),
    },
}
"""Why a lead may go to a stage; a stage that is listed needs one of its reasons."""
RECALLED = "recalled"
"""The one reason for which a closed lead is nurtured again, and no other lead."""


class Through(StrEnum):
    """The use case that takes a step: what it needs besides the step itself is asked there."""

    MOVE = "move"
    ACCEPTANCE = "acceptance"
    RETURN = "return"
    QUALIFICATION = "qualification"
    OPPORTUNITY = "opportunity"
    CLOSING = "closing"


@dataclass(frozen=True)
class Step:
    """One arrow of the machine: who must act on the lead then, who may take it, and through what."""

    accountable: Accountable
    by: frozenset[str]
    through: Through = Through.MOVE
    also_machine: bool = False
    """Whether the system itself may take it: by the score gate, because the person came back, or nobody followed up."""


_SDR = frozenset({Role.SDR, Role.MANAGER})
"""Lead operations too: a function, not a role. SDRs of the lead's team and managers do its work."""
_SALES = frozenset({Role.SALES, Role.MANAGER})
_RECALL = _SDR | _SALES

STEPS: Mapping[tuple[Stage, Stage], Step] = {
    (Stage.NEW, Stage.MQL): Step(Accountable.SDR, _SDR, also_machine=True),
    (Stage.NEW, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _SDR),
    (Stage.NEW, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SDR),
    (Stage.NURTURE, Stage.MQL): Step(Accountable.SDR, _SDR, also_machine=True),
    (Stage.NURTURE, Stage.NEW): Step(Accountable.SDR, _SDR, also_machine=True),
    (Stage.NURTURE, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SDR),
    (Stage.MQL, Stage.SAL): Step(Accountable.SALES, _SALES, Through.ACCEPTANCE),
    (Stage.MQL, Stage.RETURNED): Step(Accountable.SDR, _SALES, Through.RETURN),
    (Stage.MQL, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _SDR, also_machine=True),
    (Stage.MQL, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SDR),
    (Stage.SAL, Stage.SQL): Step(Accountable.SALES, _SALES, Through.QUALIFICATION),
    (Stage.SAL, Stage.RETURNED): Step(Accountable.SDR, _SALES, Through.RETURN),
    (Stage.SAL, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SALES),
    (Stage.SQL, Stage.OPPORTUNITY): Step(Accountable.SALES, _SALES, Through.OPPORTUNITY),
    (Stage.SQL, Stage.RETURNED): Step(Accountable.SDR, _SALES, Through.RETURN, also_machine=True),
    (Stage.SQL, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SALES),
    (Stage.OPPORTUNITY, Stage.WON): Step(Accountable.NOBODY, _SALES, Through.CLOSING),
    (Stage.OPPORTUNITY, Stage.LOST): Step(Accountable.NOBODY, _SALES, Through.CLOSING),
    (Stage.RETURNED, Stage.MQL): Step(Accountable.SDR, _SDR, also_machine=True),
    (Stage.RETURNED, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _SDR),
    (Stage.RETURNED, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SDR),
    (Stage.WON, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _RECALL),
    (Stage.LOST, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _RECALL),
    (Stage.DISQUALIFIED, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _RECALL),
}
"""All arrows there are."""

ANSWER_RETURNING_WITHIN = timedelta(minutes=5)
"""Working time in which somebody who came back is to be contacted, as a new lead is. Source: ``product.md`` 3."""


class NoSuchStep(Refusal):
    """The machine has no arrow from the lead's stage to the one asked for."""

    code = "no_such_step"
    message = _("A lead in stage “%(stage)s” cannot go there. Reload the page to see where it can go.")


class NotYourStep(Refusal):
    """Another function is to take this step."""

    code = "not_your_step"
    message = _("Your role does not take this step. Ask whoever is accountable for the lead.")


class ReasonNeeded(Refusal):
    """The stage asks for one of its reasons."""

    code = "reason_needed"
    message = _("Choose a reason.")


class ContactFirst(Refusal):
    """A lead is put aside that nobody has tried to reach: that would hide a late answer."""

    code = "contact_first"
    message = _("Record a contact first, or mark the lead as disqualified.")


class AnotherIsOpen(Refusal):
    """A closed lead is recalled while its person has an open one for the same product line."""

    code = "another_lead_open"
    message = _("This person has another open lead for “%(line)s”. Go on with that one.")


class MovedMeanwhile(Refusal):
    """Somebody moved the lead since the page was drawn."""

    code = "lead_moved"
    message = _("%(name)s has moved this lead to “%(stage)s” in the meantime. Nothing was changed.")


def may_step(lead: Lead, to: Stage, *, by: Staff) -> bool:
    """Whether the machine has this step for ``lead`` and lets ``by`` take it, through whatever use case."""
    step = STEPS.get((Stage(lead.stage), to))
    if step is None:
        return False
    if by.role not in step.by:
        return Role.SDR in step.by and works_as_sdr(by, lead)
    # A deal is closed by whoever owns the deal, for all the leads that feed it.
    return step.through is Through.CLOSING or lead.owner_id in (None, by.pk) or by.role == Role.MANAGER


def works_as_sdr(staff: Staff, lead: Lead) -> bool:
    """Whether a salesperson has a lead that sales were not handed yet: then an SDR's steps with it are theirs.

    Teams without an SDR give their leads to salespeople.
    """
    is_before_sales = lead.accountable in (Accountable.SDR, Accountable.LEAD_OPERATIONS)
    return staff.role == Role.SALES and lead.owner_id == staff.pk and is_before_sales


def reasons_for(before: str, to: Stage) -> Mapping[str, str | Promise]:
    """The reasons of which a colleague names one to take that step; none where none is asked for."""
    reasons = REASONS.get(to, {})
    if to != Stage.NURTURE:
        return reasons
    return {code: words for code, words in reasons.items() if (code == RECALLED) == (before in CLOSED_STAGES)}


def steps_from(lead: Lead, *, by: Staff) -> list[Stage]:
    """The stages to which ``by`` may simply move ``lead``, in the machine's order."""
    return [
        after
        for (before, after), step in STEPS.items()
        if before == lead.stage and step.through is Through.MOVE and may_step(lead, after, by=by)
    ]


def locked(lead: Lead) -> Lead:
    """``lead`` as it is now, its row locked until the transaction ends.

    Raises:
        MovedMeanwhile: it has left the stage in which the caller saw it.
    """
    # The row comes alone: joined to a team that it left while we waited for it, it would not be found at all.
    now = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if now.stage != lead.stage:
        raise MovedMeanwhile(name=_last_mover(now), stage=now.get_stage_display())
    return now


def move_lead(*, lead: Lead, to: Stage, by: Staff, at: datetime, reason: str = "") -> None:
    """Move ``lead`` along one arrow of the machine that asks for no more than a reason.

    Args:
        lead: as the mover saw it; its stage is where the mover thinks it is.

    Raises:
        MovedMeanwhile: it has left that stage since.
        NoSuchStep, NotYourStep, ReasonNeeded, ContactFirst, AnotherIsOpen: see there.
    """
    with transaction.atomic(durable=True):
        now = locked(lead)
        before = now.stage
        if now.stage == Stage.NEW and to == Stage.NURTURE and now.first_contact_at is None:
            raise ContactFirst
        if before in CLOSED_STAGES:
            _refuse_second(now)
        step_many([now], to=to, by=by, at=at, reason=reason)
        record("lifecycle.lead_moved", actor=by, subject=now, at=at, before=before, after=to.value, reason=reason)
        announce([(0, 0, "lead_changed", ["inbox"])])


def step_many(
    leads: Sequence[Lead],
    *,
    to: Stage,
    by: Staff | None,
    at: datetime,
    reason: str = "",
    through: Through = Through.MOVE,
) -> None:
    """Take ``leads`` one step: stays, clocks, what waits for an answer, event. Opens no transaction.

    Args:
        leads: locked, and as they are now; they are changed and saved.
        by: None is the machine, which may take few steps and stops no clock.

    Raises:
        NoSuchStep, NotYourStep, ReasonNeeded: nothing is changed then.
    """
    steps = [checked_step(lead, to, by=by, reason=reason, through=through) for lead in leads]
    if not leads:
        return
    look_again([lead.person_id for lead in leads])
    StageVisit.objects.filter(lead__in=leads, machine=Machine.LEAD, left_at=None).update(
        left_at=Greatest(at, F("entered_at"))
    )
    _settle_what_waits(leads, to, by=by, at=at, reason=reason)
    sent = _last_hand_overs([lead for lead in leads if _leaves_sales(lead, to)])
    for lead, step in zip(leads, steps, strict=True):
        enter(lead, to, step, by=by, sent=sent.get(lead.pk))
        lead.version += 1
    insert_objects([new_stay(lead, by=by, at=at, reason=reason) for lead in leads])
    update_objects(leads, ["stage", "accountable", "owner", "team", "version", "next_step", "next_step_at"])
    if to == Stage.NEW:
        start_clocks(leads, Clock.Kind.RE_ENGAGED, within=first_contact_within(), at=at)
    insert_many([entering(lead, by=by, at=at) for lead in leads])


def checked_step(lead: Lead, to: Stage, *, by: Staff | None, reason: str, through: Through) -> Step:
    """The arrow from where ``lead`` is, if the machine has it and lets ``by`` take it so.

    Raises:
        NoSuchStep, NotYourStep, ReasonNeeded: see there.
    """
    step = STEPS.get((Stage(lead.stage), to))
    if step is None or step.through is not through:
        raise NoSuchStep(stage=lead.get_stage_display())
    if by is None and not step.also_machine:
        raise NotYourStep
    if by is not None and not may_step(lead, to, by=by):
        raise NotYourStep
    reasons = reasons_for(lead.stage, to)
    if by is not None and reasons and reason not in reasons:
        raise ReasonNeeded
    return step


def enter(lead: Lead, to: Stage, step: Step, *, by: Staff | None, sent: HandOver | None) -> None:
    """Make ``lead`` what it is after ``step``, whose it is included; changes no row.

    A lead that leaves sales goes back to whoever sent it there; to nobody, for lead operations, if that person is gone.

    Args:
        sent: its last hand-over to sales, where there was one.
    """
    if _leaves_sales(lead, to):
        keeps = lead.owner if to == Stage.NURTURE else None
        sender = sent.sent_by if sent is not None else keeps
        lead.owner = sender if sender is not None and sender.is_active else None
        lead.team_id = sent.from_team_id if sent is not None else lead.team_id
    elif to == Stage.SAL:
        lead.owner = by  # a manager may take it for the team
    elif lead.owner_id is None:
        lead.owner = by
    is_nobodys = to == Stage.RETURNED and lead.owner is None
    lead.stage, lead.accountable = to, Accountable.LEAD_OPERATIONS if is_nobodys else step.accountable
    if to in CLOSED_STAGES:
        lead.next_step, lead.next_step_at = "", None


def _leaves_sales(lead: Lead, to: Stage) -> bool:
    """Whether the step to ``to`` takes ``lead`` out of the hands of those who sell."""
    if to not in (Stage.NURTURE, Stage.RETURNED):
        return False
    if lead.stage not in CLOSED_STAGES:
        return lead.accountable == Accountable.SALES
    return lead.owner is not None and (lead.owner.role != Role.SDR or not lead.owner.is_active)


def _last_hand_overs(leads: Sequence[Lead]) -> dict[int, HandOver]:
    if not leads:
        return {}
    latest = HandOver.objects.filter(lead__in=leads).order_by("lead", "-at", "-pk").distinct("lead")
    return {one.lead_id: one for one in latest.select_related("sent_by")}


def _refuse_second(lead: Lead) -> None:
    others = Lead.objects.open().filter(person=lead.person_id, product_line=lead.product_line_id)
    if others.exclude(pk=lead.pk).exists():
        raise AnotherIsOpen(line=lead.product_line.name)


def _settle_what_waits(leads: Sequence[Lead], to: Stage, *, by: Staff | None, at: datetime, reason: str) -> None:
    """Answer the hand-overs that these leads leave behind. Only people do: the machine moves none that waits."""
    if by is None or not any(lead.stage == Stage.MQL for lead in leads):
        return
    outcome = {Stage.SAL: HandOver.Outcome.ACCEPTED, Stage.RETURNED: HandOver.Outcome.RETURNED}
    HandOver.objects.filter(lead__in=leads, decided_at=None).update(
        outcome=outcome.get(to, HandOver.Outcome.WITHDRAWN),
        decided_at=Greatest(at, F("at")),
        decided_by=by,
        reason=reason,
    )
    Clock.objects.filter(lead__in=leads, kind=Clock.Kind.ACCEPTANCE, stopped_at=None).update(
        stopped_at=Greatest(at, F("started_at")), stopped_by=by
    )


def new_stay(lead: Lead, *, by: Staff | None, at: datetime, reason: str) -> StageVisit:
    """The stay that begins as ``lead`` enters the stage it is in, not yet stored."""
    return StageVisit(
        machine=Machine.LEAD,
        stage=lead.stage,
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        lead=lead,
        team_id=lead.team_id,
        owner_id=lead.owner_id,
        entered_at=at,
        entered_by=by,
        reason=reason,
        channel=lead.channel,
    )


def entering(lead: Lead, *, by: Staff | None, at: datetime) -> HotRow:
    """The event that goes with :func:`new_stay`."""
    return HotRow(
        id=new_id(at),
        name="stage_entered",
        occurred_at=at,
        received_at=at,
        source="system" if by is None else "staff",
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        props={"machine": Machine.LEAD.value, "stage": lead.stage},
        digest=digest_of("stage_entered", str(lead.public_id), lead.stage, at.isoformat()),
    )


def _last_mover(lead: Lead) -> str:
    visit = StageVisit.objects.filter(lead=lead, machine=Machine.LEAD).select_related("entered_by").latest("pk")
    return visit.entered_by.full_name if visit.entered_by else str(_("The system"))
