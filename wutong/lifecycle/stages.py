"""The second machine: which stage of a lead leads where, who may move it and what that needs.

The table is the machine; :func:`move_lead` is the only function that walks it. Source: ``product.md`` 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.models import Accountable, Lead, Machine, Stage, StageVisit
from wutong.lifecycle.models.lead import CLOSED_STAGES
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal

REASONS: Mapping[Stage, Mapping[str, str | Promise]] = {
    Stage.NURTURE: {
        "not_now": pgettext_lazy("reason", "No project now"),
        "no_budget": pgettext_lazy("reason", "No budget yet"),
        "no_answer": pgettext_lazy("reason", "Tried, no answer"),
    },
    Stage.DISQUALIFIED: {
        "wrong_contact": pgettext_lazy("reason", "Wrong or made-up contact"),
        "not_a_customer": pgettext_lazy("reason", "Not our kind of customer"),
        "competitor": pgettext_lazy("reason", "Competitor"),
        "student": pgettext_lazy("reason", "Student or job seeker"),
        "duplicate": pgettext_lazy("reason", "Duplicate"),
    },
}
"""Why a lead may go to a stage; a stage that is listed needs one of its reasons."""


@dataclass(frozen=True)
class Step:
    """One arrow of the machine: who must act on the lead then, and which function may take it."""

    accountable: Accountable
    by: frozenset[str]


_SDR = frozenset({Role.SDR, Role.MANAGER})
_OPERATIONS = frozenset({Role.MARKETER, Role.SDR, Role.MANAGER})

STEPS: Mapping[tuple[Stage, Stage], Step] = {
    (Stage.NEW, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _SDR),
    (Stage.NEW, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _SDR),
    (Stage.NURTURE, Stage.NEW): Step(Accountable.SDR, _OPERATIONS),
    (Stage.NURTURE, Stage.DISQUALIFIED): Step(Accountable.NOBODY, _OPERATIONS),
    (Stage.DISQUALIFIED, Stage.NURTURE): Step(Accountable.LEAD_OPERATIONS, _OPERATIONS),
}
"""The arrows that can be walked today."""


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


class MovedMeanwhile(Refusal):
    """Somebody moved the lead since the page was drawn."""

    code = "lead_moved"
    message = _("%(name)s has moved this lead to “%(stage)s” in the meantime. Nothing was changed.")


def steps_from(lead: Lead, *, by: Staff) -> list[Stage]:
    """The stages to which ``by`` may move ``lead``, in the machine's order."""
    if lead.owner is not None and lead.owner != by and by.role != Role.MANAGER:
        return []
    return [after for (before, after), step in STEPS.items() if before == lead.stage and by.role in step.by]


def move_lead(*, lead: Lead, to: Stage, by: Staff, at: datetime, reason: str = "") -> None:
    """Move ``lead`` along one arrow of the machine.

    Args:
        lead: as the mover saw it; its stage is where the mover thinks it is.

    Raises:
        MovedMeanwhile: it has left that stage since.
        NoSuchStep, NotYourStep, ReasonNeeded, ContactFirst: see there.
    """
    with transaction.atomic(durable=True):
        now = (
            Lead.objects.select_for_update(no_key=True, of=("self",)).select_related("owner", "person").get(pk=lead.pk)
        )
        if now.stage != lead.stage:
            raise MovedMeanwhile(name=_last_mover(now), stage=now.get_stage_display())
        step = STEPS.get((Stage(now.stage), to))
        if step is None:
            raise NoSuchStep(stage=now.get_stage_display())
        if to not in steps_from(now, by=by):
            raise NotYourStep
        if to in REASONS and reason not in REASONS[to]:
            raise ReasonNeeded
        if to == Stage.NURTURE and now.first_contact_at is None and now.stage == Stage.NEW:
            raise ContactFirst
        before = now.stage
        _enter(now, to, step, by=by, at=at, reason=reason)
        record("lifecycle.lead_moved", actor=by, subject=now, at=at, before=before, after=to.value, reason=reason)
        announce([(0, 0, "lead_changed", ["inbox"])])


def _enter(lead: Lead, to: Stage, step: Step, *, by: Staff, at: datetime, reason: str) -> None:
    """Leave the present stage and enter the next, with its clock, its history and its event."""
    StageVisit.objects.filter(lead=lead, machine=Machine.LEAD, left_at=None).update(
        left_at=Greatest(at, F("entered_at"))
    )
    StageVisit.objects.create(
        machine=Machine.LEAD,
        stage=to,
        subject_id=lead.subject_id,
        person_id=lead.person_id,
        lead=lead,
        entered_at=at,
        entered_by=by,
        reason=reason,
        channel=lead.channel,
    )
    if to in CLOSED_STAGES:
        lead.next_step, lead.next_step_at = "", None
    lead.stage, lead.accountable = to, step.accountable
    lead.owner = lead.owner or by
    lead.version += 1
    lead.save()
    insert_many(
        [
            HotRow(
                id=new_id(at),
                name="stage_entered",
                occurred_at=at,
                received_at=at,
                source="staff",
                subject_id=lead.subject_id,
                person_id=lead.person_id,
                props={"machine": Machine.LEAD.value, "stage": to.value},
                digest=digest_of("stage_entered", str(lead.public_id), to.value, at.isoformat()),
            )
        ]
    )


def _last_mover(lead: Lead) -> str:
    visit = StageVisit.objects.filter(lead=lead, machine=Machine.LEAD).select_related("entered_by").latest("entered_at")
    return visit.entered_by.full_name if visit.entered_by else str(_("The system"))
