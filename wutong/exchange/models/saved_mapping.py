"""Columns that have been mapped before."""

from django.db import models

from wutong.exchange.models.people_import import PeopleImport
from wutong.platform.models import Staff


class SavedMapping(models.Model):
    """What columns of these names mean; a file with the same headings is mapped by it."""

    kind = models.CharField(max_length=9, choices=PeopleImport.Kind.choices, default="people", db_default="people")
    name = models.CharField(max_length=80)
    meanings = models.JSONField(help_text="By the plain name of a column.")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="saved_columns_differ_in_name", fields=["kind", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name
