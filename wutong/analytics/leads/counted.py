"""Figures that count: each is one queryset, from which the number, its parts and the list behind it come.

What a figure counts are leads, timers, hand-overs or contacts. A lead that was handed over twice is two hand-overs, in
the number, in the rate and in the list, so that the three never differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.leads.question import LeadQuestion
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Clock, FollowUp, HandOver, Stage, StageVisit
from wutong.lifecycle.models.lead import LeadQuerySet
from wutong.lifecycle.speed import WHOSE_FIRST_CONTACT

Rows = QuerySet[Any]
SPLITS = ("colleague", "worker", "channel", "reason")
"""Whose a row is; which SDR's work it is; how the lead came; why it was returned."""
PEOPLE = ("colleague", "worker")
"""Splits whose keys are colleagues."""
NOBODY = ""
"""The key of what belongs to no colleague."""


@dataclass(frozen=True)
class Kind:
    """What rows are: the way to their lead, their instant, and whose they are by each split that makes sense."""

    lead: str
    """Empty where the row is the lead."""
    at: str
    splits: Mapping[str, Combinable]


LEADS = Kind("", "created_at", {"colleague": F("owner_id"), "worker": F("owner_id"), "channel": F("channel")})
TIMERS = Kind("lead", "started_at", {"colleague": WHOSE_FIRST_CONTACT})
HAND_OVERS = Kind(
    "lead",
    "at",
    {
        "colleague": F("sent_to_id"),
        "worker": F("sent_by_id"),
        "channel": F("lead__channel"),
        "reason": F("reason"),
    },
)
CONTACTS = Kind("lead", "at", {"colleague": F("by_id")})


@dataclass(frozen=True)
class Counted:
    """A figure: its name, what it means, the rows it counts and what they are."""

    name: Promise
    meaning: Promise
    rows: Callable[[LeadQuestion], Rows]
    kind: Kind


def rows_counted(question: LeadQuestion, figure: str, *, split: str = "", key: str = "") -> Rows:
    """The rows behind ``figure``; of one part alone where ``split`` says by what.

    Raises:
        KeyError: the figure cannot be split like that.
    """
    counted = COUNTED[figure]
    rows = counted.rows(question)
    if not split:
        return rows
    parts = rows.annotate(part=counted.kind.splits[split])
    # An empty key is a part like others, but of colleagues it is what belongs to none.
    chosen: Rows = parts.filter(part=None) if split in PEOPLE and key == NOBODY else parts.filter(part=key)
    return chosen


def count_parts(question: LeadQuestion, figure: str, *, split: str) -> dict[str, int]:
    """How many rows ``figure`` counts in each part; parts are named as in addresses."""
    counted = COUNTED[figure]
    rows = counted.rows(question).order_by().annotate(part=counted.kind.splits[split])
    found = rows.values("part").annotate(n=Count("pk"))
    return {NOBODY if row["part"] is None else str(row["part"]): row["n"] for row in found}


def _timers(question: LeadQuestion, kind: Clock.Kind, condition: Q | None = None) -> QuerySet[Clock]:
    timers = Clock.objects.filter(
        lead__in=question.leads(),
        kind=kind,
        started_at__gte=question.since,
        started_at__lt=min(question.until, question.as_of),
    )
    return timers if condition is None else timers.filter(condition)


def _missed(question: LeadQuestion) -> Q:
    """Nobody stopped it, and its deadline passed while the lead was open: closing a late one hides nothing."""
    closed_in_time = StageVisit.objects.filter(
        lead=OuterRef("lead"), machine="lead", left_at=None, stage__in=CLOSED_STAGES, entered_at__lte=OuterRef("due_at")
    )
    return Q(due_at__lt=question.as_of, stopped_at=None) & ~Q(Exists(closed_in_time))


_MET = Q(stopped_at__lte=F("due_at"))
_STOPPED = Q(stopped_at__isnull=False)
_FIRST = Clock.Kind.FIRST_CONTACT
_RETURNING = Clock.Kind.RE_ENGAGED


def _handed_over(question: LeadQuestion, *outcomes: str) -> QuerySet[HandOver]:
    sent = HandOver.objects.filter(lead__in=question.leads(), at__gte=question.since, at__lt=question.until)
    return sent.filter(outcome__in=outcomes) if outcomes else sent


def _fed_back(question: LeadQuestion) -> QuerySet[HandOver]:
    contacts = FollowUp.objects.filter(lead=OuterRef("lead"), at__gte=OuterRef("decided_at"))
    went_on = Q(lead__next_step_at__isnull=False) | ~Q(lead__stage=Stage.SAL)
    accepted = _handed_over(question, HandOver.Outcome.ACCEPTED)
    return accepted.filter(went_on, Exists(contacts.exclude(kind=FollowUp.Kind.NOTE)))


def _waiting(question: LeadQuestion) -> QuerySet[HandOver]:
    return HandOver.objects.filter(
        lead__in=question.leads().filter(accountable=Accountable.SALES), decided_at=None, at__lte=question.as_of
    )


def _overdue(question: LeadQuestion) -> QuerySet[HandOver]:
    late = Clock.objects.filter(
        lead=OuterRef("lead"), kind=Clock.Kind.ACCEPTANCE, stopped_at=None, due_at__lt=question.as_of
    )
    return _waiting(question).filter(Exists(late))


def _contacts(question: LeadQuestion) -> QuerySet[FollowUp]:
    made = FollowUp.objects.filter(lead__in=question.leads(), at__gte=question.since, at__lt=question.until)
    return made.exclude(kind=FollowUp.Kind.NOTE)


def _with_sdr(question: LeadQuestion, *stages: str) -> LeadQuerySet:
    theirs = question.leads().open().filter(accountable__in=[Accountable.SDR, Accountable.LEAD_OPERATIONS])
    return theirs.filter(stage__in=stages) if stages else theirs


COUNTED: Mapping[str, Counted] = {
    "received": Counted(
        _("New leads"),
        _(
            "Leads whose first-contact timer began in the period. A lead is of the colleague who contacted it first;"
            " while nobody has, of its owner."
        ),
        lambda question: _timers(question, _FIRST),
        TIMERS,
    ),
    "contacted": Counted(
        pgettext_lazy("figure", "Contacted"),
        _("Of the new leads of the period, those that a colleague has recorded a contact with."),
        lambda question: _timers(question, _FIRST, _STOPPED),
        TIMERS,
    ),
    "late": Counted(
        pgettext_lazy("figure", "Late"),
        _("Of the new leads of the period, those without a contact whose deadline passed while they were open."),
        lambda question: _timers(question, _FIRST, _missed(question)),
        TIMERS,
    ),
    "met": Counted(
        _("First contact in time"),
        _("Of the new leads of the period, those contacted before the deadline."),
        lambda question: _timers(question, _FIRST, _MET),
        TIMERS,
    ),
    "due": Counted(
        _("First contact due"),
        _("Of the new leads of the period, those contacted and those whose deadline passed without a contact."),
        lambda question: _timers(question, _FIRST, _STOPPED | _missed(question)),
        TIMERS,
    ),
    "came_back": Counted(
        _("Came back"),
        _(
            "People in nurturing who did something new in the period, so that their lead waits for an answer again."
            " Each time counts."
        ),
        lambda question: _timers(question, _RETURNING),
        TIMERS,
    ),
    "back_met": Counted(
        _("Returning people answered in time"),
        _("Of those who came back in the period, the ones contacted before the deadline."),
        lambda question: _timers(question, _RETURNING, _MET),
        TIMERS,
    ),
    "back_due": Counted(
        _("Returning people due"),
        _("Of those who came back in the period, the ones contacted or whose deadline passed without a contact."),
        lambda question: _timers(question, _RETURNING, _STOPPED | _missed(question)),
        TIMERS,
    ),
    "sent": Counted(
        pgettext_lazy("figure", "Handed over"),
        _("Hand-overs from SDRs to sales in the period. A lead handed over twice counts twice."),
        lambda question: _handed_over(question),
        HAND_OVERS,
    ),
    "accepted": Counted(
        pgettext_lazy("figure", "Accepted"),
        _("Of the hand-overs of the period, those that sales accepted."),
        lambda question: _handed_over(question, HandOver.Outcome.ACCEPTED),
        HAND_OVERS,
    ),
    "returned": Counted(
        pgettext_lazy("figure", "Returned"),
        _("Of the hand-overs of the period, those that sales returned instead of accepting."),
        lambda question: _handed_over(question, HandOver.Outcome.RETURNED),
        HAND_OVERS,
    ),
    "answered": Counted(
        pgettext_lazy("figure", "Answered"),
        _("Of the hand-overs of the period, those that sales accepted or returned."),
        lambda question: _handed_over(question, HandOver.Outcome.ACCEPTED, HandOver.Outcome.RETURNED),
        HAND_OVERS,
    ),
    "fed_back": Counted(
        _("With feedback"),
        _(
            "Of the accepted hand-overs, those after which sales recorded a contact, and planned a next step or took"
            " the lead on."
        ),
        _fed_back,
        HAND_OVERS,
    ),
    "to_answer": Counted(
        _("Waiting for an answer"),
        _("Leads that were handed over, whenever that was, and are neither accepted nor returned."),
        _waiting,
        HAND_OVERS,
    ),
    "overdue_answer": Counted(
        _("Answer overdue"),
        _("Of those waiting, the ones whose time to answer has passed."),
        _overdue,
        HAND_OVERS,
    ),
    "open": Counted(
        _("Open leads"),
        _("Leads that are neither won, lost nor disqualified, by who owns them now."),
        lambda question: question.leads().open(),
        LEADS,
    ),
    "uncontacted": Counted(
        _("Without a contact"),
        _("Open leads that nobody has recorded a contact with."),
        lambda question: question.leads().awaiting_first_contact(),
        LEADS,
    ),
    "overdue": Counted(
        _("Next step overdue"),
        _("Open leads whose planned next step lies in the past."),
        lambda question: question.leads().open().filter(next_step_at__lt=question.as_of),
        LEADS,
    ),
    "contacts": Counted(
        _("Contacts made"),
        _("Calls, chats, mails and visits that colleagues recorded in the period; notes do not count."),
        _contacts,
        CONTACTS,
    ),
    "with_sdr": Counted(
        _("With SDRs"),
        _("Open leads that SDRs or lead operations must act on, by who owns them now."),
        lambda question: _with_sdr(question),
        LEADS,
    ),
    "sdr_new": Counted(
        pgettext_lazy("figure", "New"),
        _("Of those with SDRs, the ones that are new."),
        lambda question: _with_sdr(question, Stage.NEW),
        LEADS,
    ),
    "sdr_nurture": Counted(
        pgettext_lazy("figure", "Nurturing"),
        _("Of those with SDRs, the ones that are being nurtured."),
        lambda question: _with_sdr(question, Stage.NURTURE),
        LEADS,
    ),
    "sdr_mql": Counted(
        _("MQL to hand over"),
        _("Of those with SDRs, the MQLs that are not handed over yet."),
        lambda question: _with_sdr(question, Stage.MQL),
        LEADS,
    ),
    "sdr_back": Counted(
        _("Back from sales"),
        _("Of those with SDRs, the ones that sales returned."),
        lambda question: _with_sdr(question, Stage.RETURNED),
        LEADS,
    ),
}
