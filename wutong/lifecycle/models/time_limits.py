"""Time limits on leads, whom to tell when they pass, and who was told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models.lead import Clock


class TimeLimits(models.Model):
    """The company's one set of limits, and after how long who is told. Minutes and hours are working time, days not.

    A new lead is to be contacted within ``first_contact_minutes``, and within ``latest_hours`` whatever comes between.
    Whoever left a card at an event does not wait for a call: such leads have ``event_hours`` (sixteen are two days).
    An SQL that nobody follows up for ``sql_silent_days`` goes back to the SDR; 0 is never.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    first_contact_minutes = models.PositiveSmallIntegerField(default=5)
    owner_after_minutes = models.PositiveSmallIntegerField(default=5)
    team_managers_after_minutes = models.PositiveSmallIntegerField(default=15)
    managers_after_minutes = models.PositiveSmallIntegerField(default=60)
    latest_hours = models.PositiveSmallIntegerField(default=2, db_default=2)
    acceptance_hours = models.PositiveSmallIntegerField(default=24)
    acceptance_warning_hours = models.PositiveSmallIntegerField(default=4, help_text=_("Before the time is up."))
    event_hours = models.PositiveSmallIntegerField(default=16, db_default=16)
    sql_silent_days = models.PositiveSmallIntegerField(default=30, db_default=30)

    class Meta:
        constraints = [
            models.CheckConstraint(name="there_is_one_set_of_time_limits", condition=Q(id=1)),
            models.CheckConstraint(
                name="escalation_climbs",
                condition=Q(owner_after_minutes__lt=models.F("team_managers_after_minutes"))
                & Q(team_managers_after_minutes__lt=models.F("managers_after_minutes")),
            ),
            models.CheckConstraint(
                name="sales_are_warned_before_the_time_is_up",
                condition=Q(acceptance_warning_hours__lt=models.F("acceptance_hours"))
                & Q(acceptance_warning_hours__gte=1),
            ),
            models.CheckConstraint(
                name="a_first_contact_takes_time", condition=Q(first_contact_minutes__gte=1, owner_after_minutes__gte=1)
            ),
            models.CheckConstraint(name="the_latest_contact_takes_an_hour", condition=Q(latest_hours__gte=1)),
            models.CheckConstraint(name="leads_of_events_have_an_hour_at_least", condition=Q(event_hours__gte=1)),
        ]

    def __str__(self) -> str:
        return f"first contact within {self.first_contact_minutes} minutes"


class Escalation(models.Model):
    """A clock that ran late, told once at each level it reached."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=16)
    minutes = models.PositiveIntegerField(help_text="Of working time, by the limit that was passed.")
    at = models.DateTimeField()
    told = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of the colleagues.")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_clock_escalates_to_a_level_once", fields=["clock", "minutes"]),
        ]

    def __str__(self) -> str:
        return f"{self.level} of clock {self.clock_id}"
