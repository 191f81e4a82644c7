"""An import of people or companies from a file: how it is read, what is to become of its rows, how far that is."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models import ProductLine
from wutong.people.models import Tag
from wutong.platform.models import ApiKey, BusinessScope, DataScope, Staff, StoredFile, Team
from wutong.platform.permissions import may


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def visible_to(self, staff: Staff) -> Self:
        """One's own; all of them for those who see everything."""
        if not staff.is_active:
            return self.none()
        if staff.data_scope == DataScope.ALL and not staff.scopes.exists():
            return self
        return self.filter(by=staff)

    def opened_by(self, staff: Staff) -> Self:
        """Those of whose files ``staff`` may read the cells, which hold numbers in full: one's own, and those of others
        as far as one may reveal contact details.
        """
        in_sight = self.visible_to(staff)
        return in_sight if may(staff, "people.reveal") else in_sight.filter(by=staff)

    def visible_to_key(self, key: ApiKey) -> Self:
        """Those that the key has begun."""
        return self.filter(api_key=key)


class PeopleImport(models.Model):
    """One file, from its upload to the day on which it can be undone no longer."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("import", "Being prepared")
        WAITING = "waiting", pgettext_lazy("import", "Waiting to run")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        CANCELLED = "cancelled", pgettext_lazy("import", "Stopped")
        FAILED = "failed", pgettext_lazy("import", "Failed")
        UNDOING = "undoing", pgettext_lazy("import", "Being undone")
        UNDONE = "undone", pgettext_lazy("import", "Undone")

    class Kind(models.TextChoices):
        """What a row tells of."""

        PEOPLE = "people", pgettext_lazy("import of", "People")
        COMPANIES = "companies", pgettext_lazy("import of", "Companies")

    class Known(models.TextChoices):
        """What becomes of a row about somebody who is known."""

        SKIP = "skip", pgettext_lazy("import of known people", "Leave them as they are")
        FILL = "fill", pgettext_lazy("import of known people", "Add what is missing")
        OVERWRITE = "overwrite", pgettext_lazy("import of known people", "Let the file count")

    class Leads(models.TextChoices):
        NONE = "none", pgettext_lazy("import of leads", "Open no leads")
        NEW = "new", pgettext_lazy("import of leads", "A lead for everybody who is new")
        ALL = "all", pgettext_lazy("import of leads", "A lead for everybody in the file")

    class Basis(models.TextChoices):
        """Why the company may hold and use the data. Source: Personal Information Protection Law, article 13."""

        CONSENT = "consent", pgettext_lazy("legal basis", "They have agreed to be contacted")
        CONTRACT = "contract", pgettext_lazy("legal basis", "Needed for a contract with them")
        PUBLIC = "public", pgettext_lazy("legal basis", "They have made it public themselves")
        DUTY = "duty", pgettext_lazy("legal basis", "A law obliges us to")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.PEOPLE, db_default="people")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)

    is_workbook = models.BooleanField()
    encoding = models.CharField(max_length=12, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    sheets = models.JSONField(default=list)
    heading = models.PositiveIntegerField(default=0, help_text="The row that names the columns; 0: none.")
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=list, help_text="The meaning of each column, as exchange.columns has it.")
    left_out = models.JSONField(
        default=list, db_default=[], help_text="Columns whose field could not be filled in any more when it began."
    )
    crm_scope = models.CharField(max_length=80, blank=True, help_text="Whose customer numbers they are.")

    known = models.CharField(max_length=9, choices=Known.choices, default=Known.FILL)
    leads = models.CharField(max_length=4, choices=Leads.choices, default=Leads.NONE)
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+")
    by_rules = models.BooleanField(default=False, help_text="Leads without an owner go by the rules of assignment.")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, null=True, related_name="+")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=20, default="import")
    campaign = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=80, blank=True, help_text="Where the list comes from, in words.")
    tags = models.ManyToManyField(Tag, blank=True, related_name="+", help_text="What everybody in the file is given.")
    basis = models.CharField(max_length=8, choices=Basis.choices, blank=True)
    basis_text = models.TextField(blank=True, help_text="What the people were told or agreed to.")
    basis_proof = models.TextField(blank=True, help_text="Where the proof of it lies.")

    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_cancel_asked = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0, help_text="So many rows have been worked through.")
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0, help_text="People who turned out to be one.")
    skipped = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0, help_text="Rows that were not imported.")
    warned = models.PositiveIntegerField(default=0, help_text="Rows that were imported but for single values.")
    leads_opened = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_place = models.PositiveIntegerField(default=0, help_text="The last row whose effects are taken back.")
    undo_report = models.JSONField(default=dict)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_import_of_people_that_runs_has_a_legal_basis",
                condition=Q(state="draft") | Q(kind="companies") | ~Q(basis=""),
            ),
            models.CheckConstraint(
                name="an_import_of_people_that_runs_has_a_team",
                condition=Q(state="draft") | Q(kind="companies") | Q(team__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="imports_of_a_colleague", fields=["by", "-created_at"]),
            models.Index(name="imports_by_time", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def audit_label(self) -> str:
        return self.file_name

    @property
    def source_code(self) -> str:
        """The source of every statement that the import makes."""
        return f"import:{self.public_id}"
