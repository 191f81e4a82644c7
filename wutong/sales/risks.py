"""What may cost us a deal, as far as it can be read from what is recorded. Each rule stands here once, in SQL."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, TextChoices
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models import FollowUp
from wutong.people.models import Affiliation
from wutong.sales.models import CLOSED, Opportunity, OpportunityPerson, OpportunityQuerySet

SILENT_AFTER = timedelta(days=14)


class Risk(TextChoices):
    """Marks of an open deal."""

    SILENT = "silent", _("No contact for 14 days")
    NO_DECIDER = "no_decider", _("No decision maker")
    LATE = "late", _("Close date past")
    NO_NEXT_STEP = "no_next_step", _("No next step")


def with_risks(deals: OpportunityQuerySet, *, at: datetime, zone: ZoneInfo) -> OpportunityQuerySet:
    """``deals`` with ``last_contact_at`` and one annotation ``is_…`` for each :class:`Risk`. Closed ones bear none.

    A contact counts with whomever of the deal's people it was, and whatever lead it was recorded on.
    """
    return marked(deals, at=at, silent_since=at - SILENT_AFTER, today=at.astimezone(zone).date())


def marked(deals: OpportunityQuerySet, *, at: datetime, silent_since: datetime, today: date) -> OpportunityQuerySet:
    """The same, for a ready-made question, which works nothing out."""
    contacts = FollowUp.objects.filter(person__opportunity_parts__opportunity=OuterRef("pk"), at__lte=at)
    latest = contacts.exclude(kind=FollowUp.Kind.NOTE).order_by("-at").values("at")[:1]
    deciders = OpportunityPerson.objects.filter(opportunity=OuterRef("pk"), role=Affiliation.BuyingRole.DECISION_MAKER)
    is_open = ~Q(stage__in=[*CLOSED])
    return deals.annotate(
        last_contact_at=Greatest(Coalesce(Subquery(latest), F("created_at")), F("created_at")),
        has_decider=Exists(deciders),
    ).annotate(
        is_silent=_is(is_open & Q(last_contact_at__lt=silent_since)),
        is_no_decider=_is(is_open & Q(has_decider=False)),
        is_late=_is(is_open & Q(close_on__lt=today)),
        is_no_next_step=_is(is_open & Q(next_step="")),
    )


def risks_of(deal: Opportunity) -> list[Risk]:
    """The marks of a deal that :func:`with_risks` has annotated."""
    return [risk for risk in Risk if getattr(deal, f"is_{risk.value}")]


def _is(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, output_field=BooleanField())
