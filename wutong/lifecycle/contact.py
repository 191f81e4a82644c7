"""What colleagues do with a lead: contact it, note it, plan the next step."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.clocks import stop_clocks
from wutong.lifecycle.models import CLOSED_STAGES, Clock, ContactStatus, FollowUp, Lead, OwnContactStatus
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
    message = _("This lead is closed. Reopen it before recording a contact.")


class UnknownContactStatus(Refusal):
    """A status that is neither ours nor the company's."""

    code = "unknown_contact_status"
    message = _("This contact status does not exist any more. Reload the page and choose another.")


class NextStepInThePast(Refusal):
    """A plan for a moment that has gone by."""

    code = "next_step_in_the_past"
    message = _("The next step lies in the past. Choose a later time.")


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
            now.contact_status = _status_after(now, outcome)
            stop_clocks(now, Clock.Kind.FIRST_CONTACT, Clock.Kind.RE_ENGAGED, by=by, at=at)
        if is_first:
            now.first_contact_at = max(at, now.created_at)
        if next_step or next_step_at:
            now.next_step, now.next_step_at = next_step, next_step_at
        now.version += 1
        now.save()

        name = "first_contact" if is_first else "follow_up"
        insert_many(
            [
                HotRow(
                    id=new_id(at),
                    name=name,
                    occurred_at=at,
                    received_at=at,
                    source="staff",
                    subject_id=now.subject_id,
                    person_id=now.person_id,
                    channel="",
                    props={"lead": str(now.public_id), "kind": kind.value, "outcome": outcome.value},
                    digest=digest_of(name, str(follow_up.public_id)),
                )
            ]
        )
        record(f"lifecycle.{name}_recorded", actor=by, subject=now, at=at, kind=kind.value, outcome=outcome.value)
        announce([(0, 0, "lead_changed", ["inbox"])])
    return follow_up


def set_contact_status(*, lead: Lead, status: str, by: Staff, at: datetime) -> None:
    """Say by hand how far contacts have come; the next recorded contact says it anew.

    Raises:
        UnknownContactStatus: neither one of ours nor an active one of the company.
        TakenByColleague: a colleague owns the lead.
    """
    with transaction.atomic(durable=True):
        now = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
        if now.owner is not None and now.owner != by:
            raise TakenByColleague(name=now.owner.full_name)
        is_own = OwnContactStatus.objects.filter(code=status, is_active=True).exists()
        if status not in ContactStatus.values and not is_own:
            raise UnknownContactStatus
        before, now.contact_status = now.contact_status, status
        now.version += 1
        now.save(update_fields=["contact_status", "version"])
        record("lifecycle.contact_status_set", actor=by, subject=now, at=at, before=before, after=status)


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
