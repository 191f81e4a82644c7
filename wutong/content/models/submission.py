"""What visitors answered: kept as a submission, or set aside as suspected spam."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wutong.content.models.form import Form, FormVersion
from wutong.people.models import Identifier, Person
from wutong.platform.models import Staff


class FormSubmission(models.Model):
    """What one visitor answered. Its id is the event's, so that a retry is the same submission."""

    id = models.UUIDField(primary_key=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="submissions", db_index=False)
    version = models.ForeignKey(FormVersion, models.PROTECT, null=True, related_name="submissions")
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="submissions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="submissions", db_index=False)
    at = models.DateTimeField()
    url = models.TextField(blank=True)
    channel = models.CharField(max_length=20, blank=True)
    first_touch = models.JSONField(default=dict, db_default={}, help_text="As events.touch.Origin.")
    registration_touch = models.JSONField(default=dict, db_default={}, help_text="As events.touch.Origin.")
    answers = models.JSONField()

    class Meta:
        indexes = [
            models.Index(name="submissions_of_a_person", fields=["person", "-at"]),
            models.Index(name="submissions_of_a_form", fields=["form", "-at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class QuarantinedQuerySet(models.QuerySet["QuarantinedSubmission"]):
    def waiting(self) -> Self:
        return self.filter(released_at=None)


class QuarantinedSubmission(models.Model):
    """A filled-in form that looks like spam. It is nobody's and opens no lead until a colleague releases it."""

    id = models.UUIDField(primary_key=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="quarantined")
    version = models.ForeignKey(FormVersion, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    url = models.TextField(blank=True)
    answers = models.JSONField()
    reasons = ArrayField(models.CharField(max_length=20), help_text="Codes of edge.suspicions.")
    body = models.BinaryField(help_text="The arrival, as packed for the inbox.")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    objects = QuarantinedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="somebody_released_a_released_submission",
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
            )
        ]
        indexes = [models.Index(name="quarantine_of_a_form", fields=["form", "-at", "-id"])]

    def __str__(self) -> str:
        return f"quarantined submission {self.pk}"
