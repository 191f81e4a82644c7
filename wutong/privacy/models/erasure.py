"""The erasure of a person: what is to be done, how far it has come, and in the end its certificate."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.platform.models import Staff
from wutong.privacy.models.request import SubjectRequest


class Erasure(models.Model):
    """One person who is to be erased. When it is done it names nobody: a number, counts, dates, who asked for it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("erasure", "Waiting")
        RUNNING = "running", pgettext_lazy("erasure", "Running")
        LAKE = "lake", pgettext_lazy("erasure", "Clearing the archive")
        DONE = "done", pgettext_lazy("erasure", "Done")

    class Cause(models.TextChoices):
        ASKED = "asked", pgettext_lazy("erasure", "Asked for")
        RETENTION = "retention", pgettext_lazy("erasure", "Kept long enough")
        REPLAYED = "replayed", pgettext_lazy("erasure", "Repeated after a restore")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person_public_id = models.UUIDField(db_index=True)
    cause = models.CharField(max_length=10, choices=Cause.choices, default=Cause.ASKED)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    request = models.ForeignKey(SubjectRequest, models.PROTECT, null=True, related_name="erasures")
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    people = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    subjects = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    marks = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    counts = models.JSONField(default=dict, db_default={}, help_text="How much was erased, by table or place.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="nobody_is_erased_twice_at_once", fields=["person_public_id"], condition=~Q(state="done")
            ),
            models.CheckConstraint(
                name="a_finished_erasure_says_when",
                condition=Q(state="done", finished_at__isnull=False) | (~Q(state="done") & Q(finished_at=None)),
            ),
        ]
        indexes = [models.Index(name="erasures_by_time", fields=["-asked_at", "-id"])]

    def __str__(self) -> str:
        return f"erasure {self.public_id}"
