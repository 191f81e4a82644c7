"""A list that was, or is to be, written to a file."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from wutong.platform.models import Staff, StoredFile


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, staff: Staff) -> Self:
        """One's own: what a file holds depends on who asked for it."""
        return self.filter(by=staff) if staff.is_active else self.none()


class Export(models.Model):
    """One export: of which list, by which conditions, as which kind of file, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("export", "Waiting")
        RUNNING = "running", pgettext_lazy("export", "Being written")
        DONE = "done", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel (xlsx)"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    conditions = models.CharField(max_length=500, blank=True, help_text="The query of the list's address.")
    format = models.CharField(max_length=4, choices=Format.choices)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    rows = models.PositiveIntegerField(default=0)
    is_cut = models.BooleanField(default=False, help_text="There were more rows than one file takes.")
    is_in_full = models.BooleanField(default=False, help_text="Telephone numbers and addresses are not masked.")
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    columns = ArrayField(
        models.CharField(max_length=80), default=list, db_default=[], help_text="Chosen on the page; none: all."
    )
    has_tags = models.BooleanField(default=False, db_default=False)
    sight = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="How far its colleague saw when it was written."
    )
    finished_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="exports_of_a_colleague", fields=["by", "-at"])]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def mark(self) -> str:
        """The number that stands in every row of its file."""
        return self.public_id.hex[:8]
