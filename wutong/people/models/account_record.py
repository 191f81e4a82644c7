"""What is written down about a company beside its name: other names, domains, facts with their source, merges."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.account import Account
from wutong.platform.models import Staff


class AccountAlias(models.Model):
    """Another name of a company: a former one, a short one, one in another language. Whoever types it means it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, db_collation="C", unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="an_alias_has_letters", condition=~Q(name="") & ~Q(name_key=""))]

    def __str__(self) -> str:
        return f"alias of account {self.account_id}"


class AccountDomain(models.Model):
    """A further e-mail domain of a company, beside the one that stands on it. Several companies make it ambiguous."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="further_domains")
    domain = models.CharField(max_length=120)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_company_has_a_domain_once", fields=["domain", "account"]),
            models.CheckConstraint(name="a_further_domain_is_named", condition=~Q(domain="")),
        ]

    def __str__(self) -> str:
        return f"domain of account {self.account_id}"


class AccountFact(models.Model):
    """One statement about a company: a field, its value from then on, who said it, where it was read, when."""

    class Source(models.TextChoices):
        COLLEAGUE = "colleague", pgettext_lazy("source of a fact", "A colleague")
        REGISTER = "register", pgettext_lazy("source of a fact", "Company register")
        LICENCE = "licence", pgettext_lazy("source of a fact", "Business licence")
        WEBSITE = "website", pgettext_lazy("source of a fact", "Its website")
        CUSTOMER = "customer", pgettext_lazy("source of a fact", "The customer")
        CREDIT_CODE = "credit_code", pgettext_lazy("source of a fact", "Read off the credit code")
        IMPORT = "import", pgettext_lazy("source of a fact", "Import")
        SYSTEM = "system", pgettext_lazy("source of a fact", "Another system")

    account = models.ForeignKey(Account, models.PROTECT, related_name="facts")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=1_000, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="facts_of_a_company", fields=["account", "field", "-at"])]

    def __str__(self) -> str:
        return f"{self.field} of account {self.account_id}"


class AccountMerge(models.Model):
    """Two entries that were found to be one company: what the surviving one got, so that it can be taken back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survivor = models.ForeignKey(Account, models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Account, models.PROTECT, related_name="+")
    taken = models.JSONField(default=dict, help_text="Of each field that the survivor took: before and after.")
    filled = models.JSONField(default=list, help_text="Of each place that was filled in: its id, before and after.")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="no_company_absorbs_itself", condition=~Q(survivor=F("absorbed"))),
            models.UniqueConstraint(
                name="a_company_is_absorbed_once", fields=["absorbed"], condition=Q(undone_at=None)
            ),
            models.CheckConstraint(
                name="a_merge_is_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.absorbed_id} into {self.survivor_id}"


class AccountMove(models.Model):
    """The rows of one table that a merge has moved."""

    merge = models.ForeignKey(AccountMerge, models.CASCADE, related_name="moves")
    table = models.CharField(max_length=63)
    column = models.CharField(max_length=63)
    rows = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{len(self.rows)} rows of {self.table}"
