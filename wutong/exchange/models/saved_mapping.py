"""Columns that have been mapped before."""

from django.db import models

from wutong.platform.models import Staff


class SavedMapping(models.Model):
    """What columns of these names mean; a file with the same headings is mapped by it."""

    name = models.CharField(max_length=80, unique=True)
    meanings = models.JSONField(help_text="By the plain name of a column.")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
