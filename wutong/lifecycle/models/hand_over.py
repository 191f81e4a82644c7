"""From the SDR to sales: what was handed over, what is known of the need, and what sales answered."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.lead import Lead
from wutong.platform.models import Staff, Team


class HandOver(models.Model):
    """An MQL given to a salesperson, who accepts or returns it. What the form told stays with it."""

    class Intent(models.TextChoices):
        HIGH = "high", pgettext_lazy("intent", "High")
        MEDIUM = "medium", pgettext_lazy("intent", "Medium")
        LOW = "low", pgettext_lazy("intent", "Low")

    class Level(models.TextChoices):
        KEY = "key", _("Key account")
        MIDDLE = "middle", _("Mid-size")
        SMALL = "small", _("Small")
        UNKNOWN = "unknown", pgettext_lazy("level", "Unknown")

    class Period(models.TextChoices):
        MONTH = "month", _("Within a month")
        QUARTER = "quarter", _("1 to 3 months")
        HALF_YEAR = "half_year", _("3 to 6 months")
        YEAR = "year", _("6 to 12 months")
        LATER = "later", _("Later than a year")
        UNKNOWN = "unknown", pgettext_lazy("project period", "Unknown")

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("hand-over", "Accepted")
        RETURNED = "returned", pgettext_lazy("hand-over", "Returned")
        WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "Withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="hand_overs")
    sent_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    sent_to = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    from_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    need = models.CharField(max_length=300)
    pain = models.CharField(max_length=300)
    intent = models.CharField(max_length=6, choices=Intent.choices)
    level = models.CharField(max_length=8, choices=Level.choices)
    budget = models.CharField(max_length=120)
    project_period = models.CharField(max_length=10, choices=Period.choices)
    note = models.TextField(blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_lead_waits_for_one_answer_of_sales", fields=["lead"], condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                name="an_answered_hand_over_says_who_and_how",
                condition=Q(decided_at=None, outcome="")
                | (Q(decided_at__gte=F("at"), decided_by__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(name="hand_overs_waiting", fields=["sent_to", "at"], condition=Q(decided_at=None)),
            models.Index(name="hand_overs_by_time", fields=["-at"]),
        ]

    def __str__(self) -> str:
        return f"hand-over of lead {self.lead_id}"


class Qualification(models.Model):
    """What is known of budget, authority, need and timing; confirmed by sales when the lead becomes an SQL."""

    lead = models.OneToOneField(Lead, models.PROTECT, related_name="qualification")
    budget = models.CharField(max_length=200, blank=True)
    authority = models.CharField(max_length=200, blank=True)
    need = models.CharField(max_length=200, blank=True)
    timing = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="what_is_confirmed_is_known",
                condition=Q(confirmed_at=None)
                | (~Q(budget="") & ~Q(authority="") & ~Q(need="") & ~Q(timing="") & Q(confirmed_by__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"qualification of lead {self.lead_id}"
