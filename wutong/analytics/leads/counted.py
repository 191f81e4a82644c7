"""Figures that are numbers of leads: each is one queryset, from which both the number and the list behind it come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.analytics.leads.question import LeadQuestion
from wutong.lifecycle.models import CLOSED_STAGES, Accountable, Clock, FollowUp, HandOver, StageVisit
from wutong.lifecycle.models.lead import LeadQuerySet

Leads = LeadQuerySet


@dataclass(frozen=True)
class Counted:
    """A figure: its name, what it means, the leads it counts, and whose each of them is."""

    name: Promise
    meaning: Promise
    leads: Callable[[LeadQuestion], Leads]
    colleague: Callable[[LeadQuestion], Combinable] = lambda _: F("owner_id")


def _first_clocks(question: LeadQuestion, condition: Q | None = None) -> Leads:
    clocks = Clock.objects.filter(
        lead=OuterRef("pk"),
        kind=Clock.Kind.FIRST_CONTACT,
        started_at__gte=question.since,
        started_at__lt=min(question.until, question.as_of),
    )
    return question.leads().filter(Exists(clocks.filter(condition) if condition is not None else clocks))


def _late(question: LeadQuestion) -> Leads:
    closed_in_time = StageVisit.objects.filter(
        lead=OuterRef("lead"), machine="lead", left_at=None, stage__in=CLOSED_STAGES, entered_at__lte=OuterRef("due_at")
    )
    late = Q(due_at__lt=question.as_of, stopped_at=None) & ~Q(Exists(closed_in_time))
    return _first_clocks(question, late)


def _handed_over(question: LeadQuestion, **given: object) -> Leads:
    sent = HandOver.objects.filter(lead=OuterRef("pk"), at__gte=question.since, at__lt=question.until, **given)
    return question.leads().filter(Exists(sent))


def _waiting(question: LeadQuestion, condition: Q | None = None) -> Leads:
    sent = HandOver.objects.filter(lead=OuterRef("pk"), decided_at=None)
    leads = question.leads().filter(Exists(sent), accountable=Accountable.SALES)
    return leads if condition is None else leads.filter(condition)


def _who_stopped(_question: LeadQuestion) -> Combinable:
    clocks = Clock.objects.filter(lead=OuterRef("pk"), kind=Clock.Kind.FIRST_CONTACT)
    return Subquery(clocks.values("stopped_by_id")[:1])


def _asked(*outcomes: str) -> Callable[[LeadQuestion], Combinable]:
    """Whom the latest hand-over in the period (with one of these outcomes) was sent to."""

    def asked(question: LeadQuestion) -> Combinable:
        sent = HandOver.objects.filter(lead=OuterRef("pk"), at__gte=question.since, at__lt=question.until)
        sent = sent.filter(outcome__in=outcomes) if outcomes else sent
        return Subquery(sent.order_by("-at").values("sent_to_id")[:1])

    return asked


def _who_followed_up(question: LeadQuestion) -> Combinable:
    made = FollowUp.objects.filter(lead=OuterRef("pk"), at__gte=question.since, at__lt=question.until)
    return Subquery(made.exclude(kind=FollowUp.Kind.NOTE).order_by("-at").values("by_id")[:1])


COUNTED: Mapping[str, Counted] = {
    "received": Counted(
        _("New leads"),
        _("Leads whose first-contact timer began in the period."),
        lambda question: _first_clocks(question),
    ),
    "contacted": Counted(
        pgettext_lazy("figure", "Contacted"),
        _("Of the new leads of the period, those that a colleague has recorded a contact with."),
        lambda question: _first_clocks(question, Q(stopped_at__isnull=False)),
        _who_stopped,
    ),
    "late": Counted(
        pgettext_lazy("figure", "Late"),
        _("Of the new leads of the period, those without a contact whose deadline passed while they were open."),
        _late,
    ),
    "sent": Counted(
        pgettext_lazy("figure", "Handed over"),
        _("Leads that an SDR handed over to sales in the period."),
        lambda question: _handed_over(question),
        _asked(),
    ),
    "accepted": Counted(
        pgettext_lazy("figure", "Accepted"),
        _("Of the leads handed over in the period, those that sales accepted."),
        lambda question: _handed_over(question, outcome=HandOver.Outcome.ACCEPTED),
        _asked(HandOver.Outcome.ACCEPTED),
    ),
    "returned": Counted(
        pgettext_lazy("figure", "Returned"),
        _("Of the leads handed over in the period, those that sales returned instead of accepting."),
        lambda question: _handed_over(question, outcome=HandOver.Outcome.RETURNED),
        _asked(HandOver.Outcome.RETURNED),
    ),
    "to_answer": Counted(
        _("Waiting for an answer"),
        _("Leads that were handed over, whenever that was, and are neither accepted nor returned."),
        lambda question: _waiting(question),
    ),
    "overdue_answer": Counted(
        _("Answer overdue"),
        _("Of those waiting, the ones whose time to answer has passed."),
        lambda question: _waiting(
            question,
            Q(
                Exists(
                    Clock.objects.filter(
                        lead=OuterRef("pk"),
                        kind=Clock.Kind.ACCEPTANCE,
                        stopped_at=None,
                        due_at__lt=question.as_of,
                    )
                )
            ),
        ),
    ),
    "open": Counted(
        _("Open leads"),
        _("Leads that are neither won, lost nor disqualified, by who owns them now."),
        lambda question: question.leads().open(),
    ),
    "uncontacted": Counted(
        _("Without a contact"),
        _("Open leads that nobody has recorded a contact with."),
        lambda question: question.leads().awaiting_first_contact(),
    ),
    "overdue": Counted(
        _("Next step overdue"),
        _("Open leads whose planned next step lies in the past."),
        lambda question: question.leads().open().filter(next_step_at__lt=question.as_of),
    ),
    "followed_up": Counted(
        _("Followed up"),
        _("Leads that somebody was in contact with in the period; notes do not count."),
        lambda question: question.leads().filter(
            Exists(
                FollowUp.objects.filter(lead=OuterRef("pk"), at__gte=question.since, at__lt=question.until).exclude(
                    kind=FollowUp.Kind.NOTE
                )
            )
        ),
        _who_followed_up,
    ),
}
SPEED = ("received", "contacted", "late")
ACCEPTANCE = ("sent", "accepted", "returned", "to_answer", "overdue_answer")
WORKLOAD = ("open", "uncontacted", "overdue", "to_answer", "followed_up")


def leads_counted(question: LeadQuestion, figure: str, *, colleague: int | None = None) -> Leads:
    """The leads behind ``figure``; of one colleague alone where one is named, 0 standing for nobody."""
    counted = COUNTED[figure]
    if colleague is None:
        return counted.leads(question)
    whose = counted.leads(question).annotate(whose=counted.colleague(question))
    return whose.filter(whose=colleague) if colleague else whose.filter(whose=None)


def count_by_colleague(question: LeadQuestion, figure: str) -> dict[int, int]:
    """How many leads ``figure`` counts for each colleague; under 0 those that are nobody's."""
    counted = COUNTED[figure]
    whose = counted.leads(question).order_by().annotate(whose=counted.colleague(question))
    return {row["whose"] or 0: row["n"] for row in whose.values("whose").annotate(n=Count("pk"))}
