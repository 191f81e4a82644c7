"""Figures that count: each is one queryset, from which the number, its parts and the list behind it come.

What a figure counts are leads, timers, hand-overs or contacts. A lead that was handed over twice is two hand-overs, in
the number, in the rate and in the list, so that the three never differ.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.leads.question import LeadQuestion
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Clock, FollowUp, HandOver, Stage, StageVisit
from wutong.lifecycle.speed import WHOSE_FIRST_CONTACT

Rows = QuerySet[Any]
Condition = Callable[[LeadQuestion], Q]
SPLITS = ("colleague", "worker", "channel", "reason")
"""Whose a row is; which SDR's work it is; how the lead came; why it was returned."""
PEOPLE = ("colleague", "worker")
"""Splits whose keys are colleagues."""
NOBODY = ""
"""The key of what belongs to no colleague."""


@dataclass(frozen=True, eq=False)
class Base:
    """Rows of which figures count some: the way to their lead (empty: they are leads), their instant, their parts."""

    rows: Callable[[LeadQuestion], Rows]
    lead: str
    at: str
    splits: Mapping[str, Combinable]


@dataclass(frozen=True)
class Counted:
    """A figure: its name, what it means, and which rows of its base it counts; None is all."""

    name: Promise
    meaning: Promise
    base: Base
    condition: Condition | None = None


def rows_counted(question: LeadQuestion, figure: str, *, split: str = "", key: str = "") -> Rows:
    """The rows behind ``figure``; of one part alone where ``split`` says by what.

    Raises:
        KeyError: the figure cannot be split like that.
    """
    counted = COUNTED[figure]
    rows = counted.base.rows(question)
    if counted.condition is not None:
        rows = rows.filter(counted.condition(question))
    if not split:
        return rows
    parts = rows.annotate(part=counted.base.splits[split])
    # An empty key is a part like others, but of colleagues it is what belongs to none.
    chosen: Rows = parts.filter(part=None) if split in PEOPLE and key == NOBODY else parts.filter(part=key)
    return chosen


def count_parts(question: LeadQuestion, figures: Iterable[str], *, split: str) -> dict[str, dict[str, int]]:
    """How many rows each of ``figures`` counts in each part, parts named as in addresses; one query for each base."""
    found: dict[str, dict[str, int]] = {figure: {} for figure in figures}
    for base in dict.fromkeys(COUNTED[figure].base for figure in found):
        conditions = {figure: COUNTED[figure].condition for figure in found if COUNTED[figure].base is base}
        counts = {
            figure: Count("pk", filter=condition(question) if condition is not None else None)
            for figure, condition in conditions.items()
        }
        rows = base.rows(question).order_by().annotate(part=base.splits[split])
        for row in rows.values("part").annotate(**counts):
            part = NOBODY if row["part"] is None else str(row["part"])
            for figure in conditions:
                if row[figure]:
                    found[figure][part] = row[figure]
    return found


def _timers(kind: Clock.Kind) -> Base:
    def rows(question: LeadQuestion) -> Rows:
        return Clock.objects.filter(
            lead__in=question.leads(),
            kind=kind,
            started_at__gte=question.since,
            started_at__lt=min(question.until, question.as_of),
        )

    return Base(rows, "lead", "started_at", {"colleague": WHOSE_FIRST_CONTACT})


def _handed_over(question: LeadQuestion) -> Rows:
    return HandOver.objects.filter(lead__in=question.leads(), at__gte=question.since, at__lt=question.until)


def _waiting(question: LeadQuestion) -> Rows:
    in_sales = question.leads().filter(accountable=Accountable.SALES)
    return HandOver.objects.filter(lead__in=in_sales, decided_at=None, at__lte=question.as_of)


def _contacts(question: LeadQuestion) -> Rows:
    made = FollowUp.objects.filter(lead__in=question.leads(), at__gte=question.since, at__lt=question.until)
    return made.exclude(kind=FollowUp.Kind.NOTE)


_OF_HAND_OVERS = {
    "colleague": F("sent_to_id"),
    "worker": F("sent_by_id"),
    "channel": F("lead__channel"),
    "reason": F("reason"),
}
ARRIVALS = _timers(Clock.Kind.FIRST_CONTACT)
RETURNS = _timers(Clock.Kind.RE_ENGAGED)
HAND_OVERS = Base(_handed_over, "lead", "at", _OF_HAND_OVERS)
WAITING = Base(_waiting, "lead", "at", _OF_HAND_OVERS)
CONTACTS = Base(_contacts, "lead", "at", {"colleague": F("by_id")})
OPEN = Base(
    lambda question: question.leads().open(),
    "",
    "created_at",
    {"colleague": F("owner_id"), "worker": F("owner_id"), "channel": F("channel")},
)


def _missed(question: LeadQuestion) -> Q:
    """Nobody stopped it, and its deadline passed while the lead was open: closing a late one hides nothing."""
    closed_in_time = StageVisit.objects.filter(
        lead=OuterRef("lead"), machine="lead", left_at=None, stage__in=CLOSED_STAGES, entered_at__lte=OuterRef("due_at")
    )
    return Q(due_at__lt=question.as_of, stopped_at=None) & ~Q(Exists(closed_in_time))


def _due(question: LeadQuestion) -> Q:
    return Q(stopped_at__isnull=False) | _missed(question)


def _met(_question: LeadQuestion) -> Q:
    return Q(stopped_at__lte=F("due_at"))


def _outcome(*outcomes: str) -> Condition:
    return lambda _question: Q(outcome__in=outcomes)


def _fed_back(_question: LeadQuestion) -> Q:
    contacts = FollowUp.objects.filter(lead=OuterRef("lead"), at__gte=OuterRef("decided_at"))
    went_on = Q(lead__next_step_at__isnull=False) | ~Q(lead__stage=Stage.SAL)
    return Q(outcome=HandOver.Outcome.ACCEPTED) & went_on & Q(Exists(contacts.exclude(kind=FollowUp.Kind.NOTE)))


def _overdue_answer(question: LeadQuestion) -> Q:
    late = Clock.objects.filter(
        lead=OuterRef("lead"), kind=Clock.Kind.ACCEPTANCE, stopped_at=None, due_at__lt=question.as_of
    )
    return Q(Exists(late))


def _with_sdr(*stages: str) -> Condition:
    theirs = Q(accountable__in=[Accountable.SDR, Accountable.LEAD_OPERATIONS])
    return lambda _question: theirs & Q(stage__in=stages) if stages else theirs


COUNTED: Mapping[str, Counted] = {
    "received": Counted(
        _("New leads"),
        _(
            "Leads whose first-contact timer began in the period. A lead is of the colleague who contacted it first;"
            " while nobody has, of its owner."
        ),
        ARRIVALS,
    ),
    "contacted": Counted(
        pgettext_lazy("figure", "Contacted"),
        _("Of the new leads of the period, those that a colleague has recorded a contact with."),
        ARRIVALS,
        lambda _question: Q(stopped_at__isnull=False),
    ),
    "late": Counted(
        pgettext_lazy("figure", "Late"),
        _("Of the new leads of the period, those without a contact whose deadline passed while they were open."),
        ARRIVALS,
        _missed,
    ),
    "met": Counted(
        _("First contact in time"),
        _("Of the new leads of the period, those contacted before the deadline."),
        ARRIVALS,
        _met,
    ),
    "due": Counted(
        _("First contact due"),
        _("Of the new leads of the period, those contacted and those whose deadline passed without a contact."),
        ARRIVALS,
        _due,
    ),
    "came_back": Counted(
        _("Came back"),
        _(
            "People in nurturing who did something new in the period, so that their lead waits for an answer again."
            " Each time counts."
        ),
        RETURNS,
    ),
    "back_met": Counted(
        _("Returning people answered in time"),
        _("Of those who came back in the period, the ones contacted before the deadline."),
        RETURNS,
        _met,
    ),
    "back_due": Counted(
        _("Returning people due"),
        _("Of those who came back in the period, the ones contacted or whose deadline passed without a contact."),
        RETURNS,
        _due,
    ),
    "sent": Counted(
        pgettext_lazy("figure", "Handed over"),
        _("Hand-overs from SDRs to sales in the period. A lead handed over twice counts twice."),
        HAND_OVERS,
    ),
    "accepted": Counted(
        pgettext_lazy("figure", "Accepted"),
        _("Of the hand-overs of the period, those that sales accepted."),
        HAND_OVERS,
        _outcome(HandOver.Outcome.ACCEPTED),
    ),
    "returned": Counted(
        pgettext_lazy("figure", "Returned"),
        _("Of the hand-overs of the period, those that sales returned instead of accepting."),
        HAND_OVERS,
        _outcome(HandOver.Outcome.RETURNED),
    ),
    "answered": Counted(
        pgettext_lazy("figure", "Answered"),
        _("Of the hand-overs of the period, those that sales accepted or returned."),
        HAND_OVERS,
        _outcome(HandOver.Outcome.ACCEPTED, HandOver.Outcome.RETURNED),
    ),
    "fed_back": Counted(
        _("With feedback"),
        _(
            "Of the accepted hand-overs, those after which sales recorded a contact, and planned a next step or took"
            " the lead on."
        ),
        HAND_OVERS,
        _fed_back,
    ),
    "to_answer": Counted(
        _("Waiting for an answer"),
        _("Leads that were handed over, whenever that was, and are neither accepted nor returned."),
        WAITING,
    ),
    "overdue_answer": Counted(
        _("Answer overdue"),
        _("Of those waiting, the ones whose time to answer has passed."),
        WAITING,
        _overdue_answer,
    ),
    "open": Counted(
        _("Open leads"),
        _("Leads that are neither won, lost nor disqualified, by who owns them now."),
        OPEN,
    ),
    "uncontacted": Counted(
        _("Without a contact"),
        _("Open leads that nobody has recorded a contact with."),
        OPEN,
        lambda _question: Q(first_contact_at=None),
    ),
    "overdue": Counted(
        _("Next step overdue"),
        _("Open leads whose planned next step lies in the past."),
        OPEN,
        lambda question: Q(next_step_at__lt=question.as_of),
    ),
    "contacts": Counted(
        _("Contacts made"),
        _("Calls, chats, mails and visits that colleagues recorded in the period; notes do not count."),
        CONTACTS,
    ),
    "with_sdr": Counted(
        _("With SDRs"),
        _("Open leads that SDRs or lead operations must act on, by who owns them now."),
        OPEN,
        _with_sdr(),
    ),
    "sdr_new": Counted(
        pgettext_lazy("figure", "New"),
        _("Of those with SDRs, the ones that are new."),
        OPEN,
        _with_sdr(Stage.NEW),
    ),
    "sdr_nurture": Counted(
        pgettext_lazy("figure", "Nurturing"),
        _("Of those with SDRs, the ones that are being nurtured."),
        OPEN,
        _with_sdr(Stage.NURTURE),
    ),
    "sdr_mql": Counted(
        _("MQL to hand over"),
        _("Of those with SDRs, the MQLs that are not handed over yet."),
        OPEN,
        _with_sdr(Stage.MQL),
    ),
    "sdr_back": Counted(
        _("Back from sales"),
        _("Of those with SDRs, the ones that sales returned."),
        OPEN,
        _with_sdr(Stage.RETURNED),
    ),
}
