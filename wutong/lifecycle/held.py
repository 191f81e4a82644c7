"""What this capability holds about people."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import (
    Assignment,
    Clock,
    Contract,
    Escalation,
    FollowUp,
    HandOver,
    Lead,
    PersonFile,
    Qualification,
    StageVisit,
)
from wutong.lifecycle.person_files import erase_files
from wutong.people.holdings import Fate, Whom, hold, mark, sweep

_OF_A_LEAD = ("person", "lead__person")


def register_holdings() -> None:
    """Called once, when everything is loaded."""
    hold(Lead, _("Leads"), subjects="subject", hidden={"version"})
    of_contracts = Q(contract__isnull=False)
    visits = {"people": _OF_A_LEAD, "subjects": "subject"}
    hold(StageVisit, _("Stages they went through"), only=~of_contracts, **visits)  # type: ignore[arg-type]  # names of arguments
    hold(StageVisit, _("Stages of their contracts"), only=of_contracts, fate=Fate.NAMELESS, subjects="subject")
    hold(FollowUp, _("Contacts with them"), people=_OF_A_LEAD, subjects="subject")
    hold(HandOver, _("What sales were told of them"), people="lead__person")
    hold(Qualification, _("Budget, authority, need, timing"), people="lead__person")
    hold(Assignment, _("Who was given their leads"), people="lead__person", hidden={"rule", "rule_name"})
    hold(Clock, _("Time limits"), people="lead__person", is_copied=False)
    hold(Escalation, _("Reminders of time limits"), people="clock__lead__person", is_copied=False)
    hold(Contract, _("Contracts whose contact they are"), subjects="subject", fate=Fate.NAMELESS, hidden={"version"})
    hold(PersonFile, _("Files about them"), subjects="subject", fate=Fate.WITH_IDENTITY)  # what is in them goes before
    sweep("files about them", erase_files)
    mark(_public_ids)


def _public_ids(whom: Whom) -> list[UUID]:
    about = Q(person__in=whom.people) | Q(subject__in=whom.subjects)
    leads = Lead.objects.filter(about).values_list("public_id", flat=True)
    follow_ups = FollowUp.objects.filter(about | Q(lead__person__in=whom.people)).values_list("public_id", flat=True)
    hand_overs = HandOver.objects.filter(lead__person__in=whom.people).values_list("public_id", flat=True)
    return [*leads, *follow_ups, *hand_overs]
