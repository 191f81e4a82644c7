"""What colleagues do with a lead: contact it, note it, plan the next step."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from wutong.events.hot import insert_many
from wutong.lifecycle.clocks import stop_clocks
from wutong.lifecycle.contact_statuses import is_to_choose
from wutong.lifecycle.happenings import happening
from wutong.lifecycle.models import CLOSED_STAGES, Clock, ContactStatus, FollowUp, Lead
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.notify import announce
from wutong.platform.refusal import Refusal


class TakenByColleague(Refusal):
    """Somebody else owns the lead by now."""

    code = "lead_taken"
    message = _("%(name)s has taken this lead. Nothing was saved; your text is still here.")


class LeadClosed(Refusal):
    """The lead is won, lost or disqualified."""

    code = "lead_closed"
    message = _("This lead is closed. Recall it before recording a contact.")


class UnknownContactStatus(Refusal):
    """A status that is neither ours nor the company's."""

    code = "unknown_contact_status"
    message = _("This contact status does not exist any more. Reload the page and choose another.")


class NextStepInThePast(Refusal):
    """A plan for a moment that has gone by."""

    code = "next_step_in_the_past"
    message = _("The next step lies in the past. Choose a later time.")


class ChangedSince(Refusal):
    """Something else was done with the lead since the act that is to be taken back."""

    code = "changed_since"
    message = _("This lead has been changed since, so it cannot be undone. Look at it as it is now.")


class Plan(Struct, frozen=True, kw_only=True):
    """What is planned with a lead and how far contacts have come: what can be set by hand, and taken back."""

    contact_status: str
    """With its reason, as :attr:`Lead.contact_choice`."""
    next_step: str
    next_step_at: datetime | None

    @classmethod
    def of(cls, lead: Lead) -> "Plan":
        return cls(contact_status=lead.contact_choice, next_step=lead.next_step, next_step_at=lead.next_step_at)

    @property
    def mark(self) -> str:
        """Changes with the plan and the status; see :mod:`wutong.lifecycle.seen`."""
        at = self.next_step_at.astimezone(UTC) if self.next_step_at is not None else None
        return mark_of(self.contact_status, self.next_step, at)


def record_follow_up(
    *,
    lead: Lead,
    by: Staff,
    at: datetime,
    kind: FollowUp.Kind,
    outcome: FollowUp.Outcome,
    note: str = "",
    next_step: str = "",
    next_step_at: datetime | None = None,
    public_id: UUID | None = None,
) -> FollowUp:
    """Record what ``by`` did with ``lead``; the first human contact stops its clock and makes ``by`` its owner.

    Args:
        public_id: minted with the form, so that a form sent twice is recorded once.

    Raises:
        TakenByColleague: a colleague owns the lead by now.
        LeadClosed: the lead is won, lost or disqualified.
        NextStepInThePast: ``next_step_at`` is not after ``at``.
    """
    if next_step_at is not None and next_step_at <= at:
        raise NextStepInThePast
    with transaction.atomic(durable=True):
        # Whoever gets the row first wins; the other waits here and then sees the winner. The row comes alone: what is
        # joined to a row that was waited for is as it was before, and an owner who took it meanwhile would be missing.
        now = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
        sent_before = FollowUp.objects.filter(public_id=public_id).first() if public_id is not None else None
        if sent_before is not None and (sent_before.by_id, sent_before.lead_id) == (by.pk, now.pk):
            return sent_before
        if now.stage in CLOSED_STAGES:
            raise LeadClosed
        if now.owner is not None and now.owner != by:
            raise TakenByColleague(name=now.owner.full_name)

        is_contact = kind != FollowUp.Kind.NOTE
        is_first = is_contact and now.first_contact_at is None
        follow_up = FollowUp(
            lead=now,
            subject_id=now.subject_id,
            person_id=now.person_id,
            by=by,
            at=at,
            kind=kind,
            outcome=outcome,
            note=note,
            is_first_contact=is_first,
        )
        if public_id is not None and sent_before is None:  # an id used elsewhere is none of this form's
            follow_up.public_id = public_id
        follow_up.save(force_insert=True)

        if is_contact:
            now.owner = by
            now.last_touch_at = max(now.last_touch_at, at)
            now.contact_choice = _status_after(now, outcome)
            stop_clocks(now, Clock.Kind.FIRST_CONTACT, Clock.Kind.RE_ENGAGED, by=by, at=at)
        if is_first:
            now.first_contact_at = max(at, now.created_at)
        if next_step or next_step_at:
            now.next_step, now.next_step_at = next_step, next_step_at
        now.version += 1
        now.save()

        name = "first_contact" if is_first else "follow_up"
        insert_many([happening(name, now, at=at, kind=kind.value, outcome=outcome.value)])
        record(f"lifecycle.{name}_recorded", actor=by, subject=now, at=at, kind=kind.value, outcome=outcome.value)
        announce([(0, 0, "lead_changed", ["inbox"])])
    return follow_up


def set_contact_status(*, lead: Lead, status: str, by: Staff, at: datetime, seen: str = "") -> None:
    """Say by hand how far contacts have come; the next recorded contact says it anew.

    Args:
        status: as :attr:`Lead.contact_choice`.
        seen: the mark of the plan that the form showed.

    Raises:
        ChangedMeanwhile: somebody else has planned or set it since.
        UnknownContactStatus: none of ours or of the company; or nobody can be reached, for no reason.
        TakenByColleague: a colleague owns the lead.
    """
    with transaction.atomic(durable=True):
        now = _own(lead, by=by)
        refuse_unseen(seen, Plan.of(now).mark)
        if not is_to_choose(status):
            raise UnknownContactStatus
        before, now.contact_choice = now.contact_choice, status
        now.version += 1
        now.save(update_fields=["contact_status", "contact_reason", "version"])
        record("lifecycle.contact_status_set", actor=by, subject=now, at=at, before=before, after=status)
        announce([(0, 0, "lead_changed", ["inbox"])])


def plan_next_step(
    *, lead: Lead, next_step: str, next_step_at: datetime, by: Staff, at: datetime, seen: str = ""
) -> None:
    """Put a lead off until ``next_step_at``. Clocks go on: only a contact stops them.

    Args:
        seen: the mark of the plan that the form showed.

    Raises:
        NextStepInThePast, TakenByColleague, LeadClosed: see there.
        ChangedMeanwhile: somebody else has planned or set the status since.
    """
    if next_step_at <= at:
        raise NextStepInThePast
    with transaction.atomic(durable=True):
        now = _own(lead, by=by)
        if now.stage in CLOSED_STAGES:
            raise LeadClosed
        refuse_unseen(seen, Plan.of(now).mark)
        now.next_step, now.next_step_at = next_step, next_step_at
        now.version += 1
        now.save(update_fields=["next_step", "next_step_at", "version"])
        record("lifecycle.next_step_planned", actor=by, subject=now, at=at, next_step_at=next_step_at.isoformat())
        announce([(0, 0, "lead_changed", ["inbox"])])


def restore_plan(*, lead: Lead, plan: Plan, version: int, by: Staff, at: datetime) -> None:
    """Take back what was planned last, or the contact status set last.

    Args:
        version: of the lead after the act that is taken back.

    Raises:
        ChangedSince: something else was done since.
        TakenByColleague: see there.
    """
    with transaction.atomic(durable=True):
        now = _own(lead, by=by)
        if now.version != version:
            raise ChangedSince
        now.contact_choice, now.next_step, now.next_step_at = plan.contact_status, plan.next_step, plan.next_step_at
        now.version += 1
        now.save(update_fields=["contact_status", "contact_reason", "next_step", "next_step_at", "version"])
        record("lifecycle.plan_restored", actor=by, subject=now, at=at)
        announce([(0, 0, "lead_changed", ["inbox"])])


def _own(lead: Lead, *, by: Staff) -> Lead:
    """``lead`` as it is now, locked, nobody else's."""
    now = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if now.owner is not None and now.owner != by:
        raise TakenByColleague(name=now.owner.full_name)
    return now


def _status_after(lead: Lead, outcome: FollowUp.Outcome) -> ContactStatus:
    """The contact status that a contact just recorded leads to."""
    if outcome == FollowUp.Outcome.NO_ANSWER:
        return ContactStatus.NO_ANSWER
    if outcome == FollowUp.Outcome.LATER:
        return ContactStatus.WORTH_FOLLOWING
    reached = FollowUp.objects.filter(lead=lead).exclude(
        outcome__in=(FollowUp.Outcome.NO_ANSWER, FollowUp.Outcome.NOTED)
    )
    steps = (ContactStatus.FIRST, ContactStatus.SECOND, ContactStatus.THIRD)
    return steps[min(max(reached.count(), 1), len(steps)) - 1]
