"""What rows of an import came to: by it an import is undone and its errors told. Kept while it can be undone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from wutong.exchange.models.people_import import PeopleImport
from wutong.people.models import Account


class ImportedRow(models.Model):
    """A row that was imported. What it says bears its own id: see :func:`wutong.exchange.entries.row_id`."""

    class Outcome(models.TextChoices):
        CREATED = "created", pgettext_lazy("imported row", "Created")
        UPDATED = "updated", pgettext_lazy("imported row", "Updated")

    run = models.ForeignKey(PeopleImport, models.CASCADE, related_name="imported", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    subject = models.BigIntegerField(help_text="The identifier that is the row's subject.")
    identifiers = ArrayField(models.BigIntegerField(), help_text="All that the row names.")
    fresh = ArrayField(models.BigIntegerField(), help_text="Those that nobody had seen before.")

    class Meta:
        constraints = [models.UniqueConstraint(name="a_row_is_imported_once", fields=["run", "number"])]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.run_id}"


class FaultyRow(models.Model):
    """A row with something wrong in it, as it stood in the file."""

    run = models.ForeignKey(PeopleImport, models.CASCADE, related_name="faults", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    problems = models.JSONField(help_text="Pairs of a column's place (-1: the row) and a code of exchange.rows.")
    is_imported = models.BooleanField(help_text="Whether only single values were left out.")

    class Meta:
        constraints = [models.UniqueConstraint(name="a_faulty_row_stands_once", fields=["run", "number"])]

    def __str__(self) -> str:
        return f"faulty row {self.number} of import {self.run_id}"


class CorrectedRow(models.Model):
    """A row that a colleague has put right before its import began: its cells as they stood and as they are."""

    run = models.ForeignKey(PeopleImport, models.CASCADE, related_name="corrected", db_index=False)
    number = models.PositiveIntegerField()
    before = models.JSONField()
    cells = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_row_is_corrected_in_one_place", fields=["run", "number"])]

    def __str__(self) -> str:
        return f"corrected row {self.number} of import {self.run_id}"


class AccountByImport(models.Model):
    """A company that an import has added or told more of, and by what that is taken back."""

    run = models.ForeignKey(PeopleImport, models.CASCADE, related_name="accounts", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    is_new = models.BooleanField()
    credit_code = models.CharField(max_length=18, blank=True, help_text="What it was given; empty: nothing.")
    traces = models.JSONField(default=dict, db_default={}, help_text="As exchange.traces has it.")

    class Meta:
        constraints = [models.UniqueConstraint(name="an_import_adds_a_company_once", fields=["run", "account"])]

    def __str__(self) -> str:
        return f"account {self.account_id} by import {self.run_id}"
