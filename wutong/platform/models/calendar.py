"""When the company works: weekly hours, and days that differ from the public calendar."""

from django.db import models
from django.db.models import F, Q


class WorkingHours(models.Model):
    """One stretch of work on a weekday, in the organisation's zone."""

    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="work_ends_after_it_begins", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="a_week_has_seven_days", condition=Q(weekday__lte=6)),
            models.UniqueConstraint(name="a_stretch_of_work_stands_once", fields=["weekday", "opens_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens_at}-{self.closes_at}"


class CalendarDay(models.Model):
    """A day on which this company works or rests against the public calendar. It beats the public calendar."""

    on = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    note = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.on}: {'work' if self.is_working else 'rest'}"
