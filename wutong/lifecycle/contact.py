"""What colleagues do with a lead: contact it, note it, plan the next step."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.lifecycle.models import Clock, FollowUp, Lead
from wutong.lifecycle.models.lead import CLOSED_STAGES
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
        if is_first:
            now.first_contact_at = max(at, now.created_at)
            Clock.objects.filter(lead=now, kind=Clock.Kind.FIRST_CONTACT, stopped_at=None).update(
                stopped_at=at, stopped_by=by
            )
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
