"""Companies, and who works there in which part."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Assurance, Identifier
from wutong.people.models.person import Person


class Account(models.Model):
    """A company. ``name_key`` is the normal form of the name; an unconfirmed one was only typed by a visitor.

    ``domain`` is what a colleague has said to be the company's: whoever has an address there works there.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, db_collation="C")
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    domain = models.CharField(max_length=120, blank=True)
    is_confirmed = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=240, db_collation="C", blank=True)
    search_keys = ArrayField(models.CharField(max_length=80), default=list)
    brand = models.CharField(max_length=200, blank=True, default="", db_default="")
    name_grams = ArrayField(models.CharField(max_length=200), null=True, help_text="What names like it are found by.")
    compared_at = models.DateTimeField(null=True, help_text="When companies of names like it were looked for last.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_company_name_stands_once", fields=["name_key"]),
            models.CheckConstraint(name="a_company_has_a_name", condition=~Q(name="") & ~Q(name_key="")),
        ]
        indexes = [
            GinIndex(name="accounts_by_search_key", fields=["search_keys"], fastupdate=False),
            models.Index(name="accounts_by_name", fields=["sort_key", "id"]),
            GinIndex(name="accounts_by_gram", fields=["name_grams"], fastupdate=False),
            models.Index(name="accounts_by_domain", fields=["domain"], condition=~Q(domain="")),
            models.Index(name="accounts_to_compare", fields=["id"], condition=Q(compared_at=None)),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"


class Affiliation(models.Model):
    """A person's place in a company."""

    class BuyingRole(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        ECONOMIC_BUYER = "economic_buyer", _("Economic buyer")
        CHAMPION = "champion", _("Champion")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", pgettext_lazy("buying role", "User")
        FINANCE = "finance", _("Finance")
        IT_SECURITY = "it_security", _("IT and security")
        BLOCKER = "blocker", _("Blocker")

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="affiliations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="affiliations")
    title = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    buying_role = models.CharField(max_length=16, choices=BuyingRole.choices, blank=True)
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    source = models.CharField(max_length=60)
    email_domain = models.CharField(max_length=253, blank=True, default="", db_default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_subject_joins_a_company_once", fields=["subject", "account"]),
            models.CheckConstraint(
                name="a_place_in_a_company_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(name="companies_of_a_person", fields=["person"]),
            models.Index(
                name="companies_of_a_mail_domain",
                fields=["email_domain", "account"],
                condition=~Q(email_domain="") & Q(valid_to=None),
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} at account {self.account_id}"


class AccountCandidate(models.Model):
    """A company that may be another one's second entry, or its branch. Only a colleague can say."""

    class Decision(models.TextChoices):
        BRANCH = "branch", pgettext_lazy("company", "Branch")
        CANDIDATE = "candidate", pgettext_lazy("company", "Perhaps the same")

    account = models.ForeignKey(Account, models.CASCADE, related_name="candidates")
    other = models.ForeignKey(Account, models.CASCADE, related_name="+")
    decision = models.CharField(max_length=9, choices=Decision.choices)
    score = models.FloatField()
    reason = models.CharField(max_length=80)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="two_companies_are_compared_once", fields=["account", "other"]),
            models.CheckConstraint(name="a_company_is_no_candidate_for_itself", condition=~Q(account=F("other"))),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} may be {self.other_id}"
