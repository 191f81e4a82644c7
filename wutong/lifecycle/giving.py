"""Giving leads to colleagues by hand, one or many."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from wutong.events.hot import insert_many
from wutong.lifecycle.assignment_told import Reason, assigning
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Assignment, HandOver, Lead
from wutong.lifecycle.seen import ChangedMeanwhile
from wutong.platform.audit import record
from wutong.platform.models import Role, Staff
from wutong.platform.notify import Notice, announce, notify_many
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.platform.rows import insert_objects, update_objects

AT_ONCE = 200
"""The most leads that are given away by hand in one act."""
_GIVEN = (Role.SDR, Role.SALES, Role.MANAGER)


class NotYoursToAssign(Refusal):
    """Leads are given to others by managers."""

    code = "not_yours_to_assign"
    message = gettext_lazy("Only managers give leads to others. Ask yours.")


class TooManyAtOnce(Refusal):
    """More than can be looked over and undone."""

    code = "too_many_at_once"
    message = gettext_lazy("At most %(most)d leads are given away at once. Choose fewer.")


class CannotTakeIt(Refusal):
    """The colleague has left, or does other work."""

    code = "cannot_take_it"
    message = gettext_lazy(
        "%(name)s cannot take this lead: it needs somebody active in %(function)s. Choose a colleague."
    )


class GivenMeanwhile(Refusal):
    """The lead has changed hands since the page was drawn."""

    code = "lead_given_meanwhile"
    message = gettext_lazy("This lead has changed hands in the meantime: %(name)s has it now. Nothing was changed.")


class NothingToAssign(Refusal):
    """A closed lead belongs to nobody's work."""

    code = "lead_closed"
    message = gettext_lazy("A closed lead cannot be given to anybody. Recall it first.")


def whose(lead: Lead) -> str:
    """Who owns a lead, as forms say it: so that of two who give it away at once the second is told."""
    return str(lead.owner_id or "-")


def assign(*, lead: Lead, to: Staff, by: Staff, at: datetime, seen: str = "") -> None:
    """Give one lead to a colleague by hand.

    Args:
        seen: whose the lead was (:func:`whose`) when the giver saw it; empty for a giver who saw no form.

    Raises:
        NotYoursToAssign, CannotTakeIt, NothingToAssign, GivenMeanwhile: see there.
    """
    assign_by_hand([lead], to=to, by=by, at=at, seen={lead.pk: seen} if seen else None)


def assign_by_hand(
    leads: Sequence[Lead], *, to: Staff, by: Staff, at: datetime, seen: Mapping[int, str] | None = None
) -> int:
    """Give ``leads`` to a colleague; those that are theirs already stay as they are. Returns how many were given.

    Args:
        seen: whose the leads were (:func:`whose`) when the giver saw them, by id, where that is known.

    Raises:
        NotYoursToAssign, TooManyAtOnce, CannotTakeIt, NothingToAssign, GivenMeanwhile: nothing is changed then.
    """
    if not may(by, "routing.manage"):
        raise NotYoursToAssign
    if len(leads) > AT_ONCE:
        raise TooManyAtOnce(most=AT_ONCE)
    with transaction.atomic(durable=True):
        return give_leads([lead.pk for lead in leads], to=to, by=by, at=at, seen=seen)


def give_leads(ids: Sequence[int], *, to: Staff, by: Staff, at: datetime, seen: Mapping[int, str] | None = None) -> int:
    """Give leads to a colleague, who is told; returns how many were not theirs before. Opens no transaction.

    Raises:
        CannotTakeIt, NothingToAssign, GivenMeanwhile: nothing is changed then.
    """
    now = list(
        Lead.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .exclude(owner=to)
        .select_related("person", "team")
        .order_by("pk")
    )
    for lead in now:
        _refuse_unfit(lead, to)
        if seen is not None and seen.get(lead.pk, whose(lead)) != whose(lead):
            raise GivenMeanwhile(name=lead.owner.full_name) if lead.owner else ChangedMeanwhile
    give_many([(lead, to) for lead in now], by=by, at=at)
    if to != by:
        notify_many([_notice(lead, to=to, by=by) for lead in now], at=at)
    announce([(0, 0, "lead_changed", ["inbox"])])
    return len(now)


def give_many(gifts: Sequence[tuple[Lead, Staff]], *, by: Staff, at: datetime) -> None:
    """Make each colleague the owner of their lead, open hand-overs included. Opens no transaction, tells nobody.

    Args:
        gifts: locked leads, each with somebody who may have it.
    """
    for lead, to in gifts:
        lead.owner, lead.team = to, to.team or lead.team
        lead.version += 1
    update_objects([lead for lead, _to in gifts], ["owner", "team", "version"])
    for taker in {to for _lead, to in gifts}:
        theirs = [lead for lead, to in gifts if to == taker]
        HandOver.objects.filter(lead__in=theirs, decided_at=None).update(sent_to=taker)
    made = [Assignment(lead=lead, at=at, to=to, team=lead.team, reason=Reason.HAND, by=by) for lead, to in gifts]
    insert_objects(made)
    insert_many([assigning(one, at=at) for one in made])
    for lead, to in gifts:
        record("lifecycle.lead_assigned", actor=by, subject=lead, at=at, to=str(to.public_id))


def who_may_be_given_leads() -> list[Staff]:
    """Colleagues to whom leads may be given by hand, by name."""
    return list(Staff.objects.active().filter(role__in=_GIVEN).order_by("sort_key", "pk"))


def _refuse_unfit(lead: Lead, to: Staff) -> None:
    if lead.stage in CLOSED_STAGES:
        raise NothingToAssign
    needs_seller = lead.accountable == Accountable.SALES
    fitting = (Role.SALES, Role.MANAGER) if needs_seller else _GIVEN
    if not to.is_active or to.role not in fitting:
        raise CannotTakeIt(name=to.full_name, function=lead.get_accountable_display())


def _notice(lead: Lead, *, to: Staff, by: Staff) -> Notice:
    return Notice(
        staff_id=to.pk,
        kind="lead_assigned",
        group=f"lead:{lead.public_id}",
        url=f"/inbox/?view=all&lead={lead.public_id}",
        params={"name": lead.person.full_name, "company": lead.person.company_name, "by": by.full_name},
        topics=("inbox",),
    )
