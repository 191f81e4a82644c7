"""From the SDR to sales and back: handing over, accepting, returning, qualifying."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from msgspec.structs import asdict

from wutong.events.hot import insert_many
from wutong.lifecycle.clocks import start_clocks, time_limits
from wutong.lifecycle.happenings import happening
from wutong.lifecycle.models import Accountable, Clock, FollowUp, HandOver, Lead, Qualification, Stage
from wutong.lifecycle.seen import mark_of, refuse_unseen
from wutong.lifecycle.stages import NoSuchStep, NotYourStep, Through, locked, may_step, step_many, works_as_sdr
from wutong.lifecycle.visibility import managers_over
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, announce, notify_many
from wutong.platform.refusal import Refusal

ACCEPT_WITHIN = timedelta(hours=24)
"""Working time in which sales accept or return an MQL. Source: ``product.md`` 3."""
HANDED_OVER_FROM = (Stage.NEW, Stage.NURTURE, Stage.RETURNED, Stage.MQL)
SELLERS = (Role.SALES, Role.MANAGER)


class NotASeller(Refusal):
    """The hand-over is addressed to somebody who does not sell."""

    code = "not_a_seller"
    message = _("%(name)s does not take leads from SDRs. Choose a salesperson who is active.")


class AlreadyHandedOver(Refusal):
    """The lead waits for an answer already."""

    code = "already_handed_over"
    message = _("This lead waits for %(name)s to accept it. Nothing was changed.")


class NothingToAccept(Refusal):
    """No hand-over waits for an answer."""

    code = "nothing_to_accept"
    message = _("This lead was not handed over, or somebody has answered already. Reload the page.")


class BantIncomplete(Refusal):
    """An SQL without budget, authority, need or timing."""

    code = "bant_incomplete"
    message = _("Fill in budget, authority, need and timing: an SQL is a lead of which all four are confirmed.")


class HandOverFacts(Struct, frozen=True, kw_only=True):
    """What the SDR tells sales. Source: ``product.md`` 3, stage ``mql``."""

    need: str
    pain: str
    intent: HandOver.Intent
    level: HandOver.Level
    budget: str
    project_period: HandOver.Period
    note: str = ""


class Bant(Struct, frozen=True, kw_only=True):
    """Budget, authority, need and timing, each in a few words."""

    budget: str = ""
    authority: str = ""
    need: str = ""
    timing: str = ""

    @property
    def is_complete(self) -> bool:
        return all(text.strip() for text in asdict(self).values())

    @property
    def mark(self) -> str:
        """Changes with the answers; see :mod:`wutong.lifecycle.seen`."""
        return mark_of(*asdict(self).values())

    @classmethod
    def of(cls, lead: Lead) -> "Bant":
        """What is known so far."""
        known = Qualification.objects.filter(lead=lead).first()
        if known is None:
            return cls()
        return cls(budget=known.budget, authority=known.authority, need=known.need, timing=known.timing)


def hand_over(*, lead: Lead, to: Staff, by: Staff, at: datetime, facts: HandOverFacts) -> HandOver:
    """Give ``lead`` to the salesperson ``to``, as an MQL if it is none yet, and start the acceptance clock.

    Raises:
        MovedMeanwhile, NoSuchStep, NotYourStep: the machine says no.
        AlreadyHandedOver: somebody else is to answer first.
        NotASeller: ``to`` does not sell, or has left.
    """
    with transaction.atomic(durable=True):
        now = locked(lead)
        if now.stage not in HANDED_OVER_FROM:
            raise NoSuchStep(stage=now.get_stage_display())
        waiting = HandOver.objects.filter(lead=now, decided_at=None).select_related("sent_to").first()
        if waiting is not None:
            raise AlreadyHandedOver(name=waiting.sent_to.full_name)
        if not may_hand_over(now, by=by):
            raise NotYourStep
        if to.role not in SELLERS or not to.is_active:
            raise NotASeller(name=to.full_name)
        if now.stage != Stage.MQL:
            step_many([now], to=Stage.MQL, by=by, at=at, reason="handed_over")
        given = HandOver.objects.create(
            lead=now, sent_by=by, sent_to=to, from_team_id=now.team_id, at=at, **asdict(facts)
        )
        now.sent_by, now.owner, now.team, now.accountable = by, to, to.team or now.team, Accountable.SALES
        now.version += 1
        now.save(update_fields=["sent_by", "owner", "team", "accountable", "version"])
        start_clocks([now], Clock.Kind.ACCEPTANCE, within=timedelta(hours=time_limits().acceptance_hours), at=at)
        _tell("lead_handed_over", now, to=to, by=by, at=at)
        insert_many([happening("lead_handed_over", now, at=at, to=str(to.public_id))])
        record("lifecycle.lead_handed_over", actor=by, subject=now, at=at, to=str(to.public_id))
        announce([(0, 0, "lead_changed", ["inbox"])])
    return given


def accept(*, lead: Lead, by: Staff, at: datetime) -> None:
    """Take a handed-over lead as one's own to sell: it becomes an SAL.

    Raises:
        MovedMeanwhile, NotYourStep: see there.
        NothingToAccept: no hand-over waits for an answer.
    """
    with transaction.atomic(durable=True):
        now = locked(lead)
        waiting = HandOver.objects.filter(lead=now, decided_at=None).first()
        if waiting is None:
            raise NothingToAccept
        step_many([now], to=Stage.SAL, by=by, at=at, through=Through.ACCEPTANCE)
        if waiting.sent_by.is_active:
            _tell("lead_accepted", now, to=waiting.sent_by, by=by, at=at)
        record("lifecycle.lead_accepted", actor=by, subject=now, at=at)
        announce([(0, 0, "lead_changed", ["inbox"])])


def return_lead(*, lead: Lead, by: Staff, at: datetime, reason: str, note: str = "") -> None:
    """Give a lead back to the SDR who sent it; to lead operations if that person is gone.

    Raises:
        MovedMeanwhile, NoSuchStep, NotYourStep, ReasonNeeded: see there.
        NothingToAccept: an MQL that was not handed over is not in sales' hands.
    """
    with transaction.atomic(durable=True):
        now = locked(lead)
        if now.stage == Stage.MQL and not HandOver.objects.filter(lead=now, decided_at=None).exists():
            raise NothingToAccept
        step_many([now], to=Stage.RETURNED, by=by, at=at, reason=reason, through=Through.RETURN)
        for colleague in [now.owner] if now.owner is not None else _managers_over(now):
            _tell("lead_sent_back", now, to=colleague, by=by, at=at)
        insert_many([happening("lead_returned", now, at=at, reason=reason)])
        if note.strip():
            FollowUp.objects.create(
                lead=now,
                subject_id=now.subject_id,
                person_id=now.person_id,
                by=by,
                at=at,
                kind=FollowUp.Kind.NOTE,
                outcome=FollowUp.Outcome.NOTED,
                note=note.strip(),
            )
        record("lifecycle.lead_returned", actor=by, subject=now, at=at, reason=reason)
        announce([(0, 0, "lead_changed", ["inbox"])])


def note_bant(*, lead: Lead, by: Staff, at: datetime, bant: Bant, seen: str = "") -> None:
    """Keep what is known of the four questions so far.

    Args:
        seen: the mark of the answers that the form showed.

    Raises:
        NotYourStep: the lead is a colleague's.
        ChangedMeanwhile: somebody else has answered since.
    """
    with transaction.atomic(durable=True):
        now = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
        if now.owner_id not in (None, by.pk) and by.role != Role.MANAGER:
            raise NotYourStep
        refuse_unseen(seen, Bant.of(now).mark)
        _keep_bant(now, bant, by=by, at=at)
        now.version += 1
        now.save(update_fields=["version"])
        record("lifecycle.bant_noted", actor=by, subject=now, at=at)


def qualify(*, lead: Lead, by: Staff, at: datetime, bant: Bant, seen: str = "") -> None:
    """Confirm budget, authority, need and timing: the lead becomes an SQL.

    Args:
        seen: as of :func:`note_bant`.

    Raises:
        BantIncomplete: one of the four is empty.
        ChangedMeanwhile: somebody else has answered since.
        MovedMeanwhile, NoSuchStep, NotYourStep: see there.
    """
    if not bant.is_complete:
        raise BantIncomplete
    with transaction.atomic(durable=True):
        now = locked(lead)
        step_many([now], to=Stage.SQL, by=by, at=at, through=Through.QUALIFICATION)
        refuse_unseen(seen, Bant.of(now).mark)
        _keep_bant(now, bant, by=by, at=at, confirmed_at=at, confirmed_by=by)
        record("lifecycle.lead_qualified", actor=by, subject=now, at=at)
        announce([(0, 0, "lead_changed", ["inbox"])])


def may_hand_over(lead: Lead, *, by: Staff) -> bool:
    """Whether ``by`` may give ``lead`` to sales now."""
    if lead.stage not in HANDED_OVER_FROM:
        return False
    is_sdrs_to_give = by.role == Role.SDR and lead.owner_id in (None, by.pk)
    return by.role == Role.MANAGER or is_sdrs_to_give or works_as_sdr(by, lead)


def may_answer(lead: Lead, *, by: Staff) -> bool:
    """Whether ``by`` may accept or return ``lead`` now, a hand-over waiting."""
    return lead.stage == Stage.MQL and lead.accountable == Accountable.SALES and may_step(lead, Stage.SAL, by=by)


def may_return(lead: Lead, *, by: Staff) -> bool:
    """Whether ``by`` may give ``lead`` back to the SDR now."""
    return may_answer(lead, by=by) or (lead.stage != Stage.MQL and may_step(lead, Stage.RETURNED, by=by))


def _keep_bant(lead: Lead, bant: Bant, *, by: Staff, at: datetime, **confirmed: Any) -> None:
    known = {name: text.strip() for name, text in asdict(bant).items()}
    forgotten = {} if bant.is_complete else {"confirmed_at": None, "confirmed_by": None}
    Qualification.objects.update_or_create(
        lead=lead, defaults={**known, **forgotten, "changed_at": at, "changed_by": by, **confirmed}
    )


def _managers_over(lead: Lead) -> list[Staff]:
    """The managers of a lead that is nobody's."""
    managers = Staff.objects.active().filter(role=Role.MANAGER).select_related("team").order_by("pk")
    seeing = [one for one in managers if Lead.objects.visible_to(one).filter(pk=lead.pk).exists()]
    return managers_over(lead, seeing)


def _tell(kind: str, lead: Lead, *, to: Staff, by: Staff, at: datetime) -> None:
    if to == by:
        return
    notify_many(
        [
            Notice(
                staff_id=to.pk,
                kind=kind,
                group=f"lead:{lead.public_id}",
                params={"name": lead.person.full_name, "by": by.full_name, "company": lead.person.company_name},
                url=f"/inbox/?lead={lead.public_id}",
            )
        ],
        at=at,
    )
