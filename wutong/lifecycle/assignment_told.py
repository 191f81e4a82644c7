"""What is kept and told of an assignment: the stay, the event, the sentence."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from wutong.events.hot import HotRow
from wutong.lifecycle.happenings import happening
from wutong.lifecycle.models import Assignment, Lead, Machine, StageVisit
from wutong.lifecycle.models.assignment import called
from wutong.platform.rows import update_objects

Reason = Assignment.Reason


def why(reason: str, *, to: str, by: str, is_own_act: bool, rule: str) -> str:
    """Why a lead went to ``to``, in one sentence.

    Args:
        is_own_act: whether it was given by the very colleague who got it.
        rule: the name or the code of the rule that decided.
    """
    match reason:
        case Reason.HAND if is_own_act:
            return _("%(name)s took it") % {"name": to}
        case Reason.HAND:
            return _("%(by)s gave it to %(name)s") % {"by": by, "name": to}
        case Reason.RULE:
            return _("By the rule “%(rule)s” it was the turn of %(name)s") % {"rule": called(rule), "name": to}
        case Reason.NOBODY:
            return _("Nobody was on duty with a hand free; it waits in the team")
        case _:
            return _("No rule fitted; it waits in the team")


def tell_history(leads: Sequence[Lead], *, at: datetime) -> None:
    """A stay that nobody had, or that has just begun, is the new owner's from its beginning."""
    owned = {lead.pk: lead for lead in leads if lead.owner_id is not None}
    running = StageVisit.objects.filter(lead__in=owned, machine=Machine.LEAD, left_at=None)
    stays = list(running.filter(Q(owner=None) | Q(entered_at=at)))
    for stay in stays:
        lead = owned[stay.lead_id or 0]
        stay.owner_id, stay.team_id = lead.owner_id, lead.team_id
    update_objects(stays, ["owner", "team"])


def assigning(assignment: Assignment, *, at: datetime) -> HotRow:
    """The event of an assignment."""
    return happening(
        "lead_assigned",
        assignment.lead,
        at=at,
        by_machine=assignment.by_id is None,
        to=str(assignment.to.public_id) if assignment.to else "",
        reason=assignment.reason,
    )
