"""Companies, and who works there in which part."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Assurance, Identifier
from wutong.people.models.person import Person


class Industry(models.TextChoices):
    """The sections of GB/T 4754-2017."""

    AGRICULTURE = "A", pgettext_lazy("industry", "Agriculture, forestry, animal husbandry and fishery")
    MINING = "B", pgettext_lazy("industry", "Mining")
    MANUFACTURING = "C", pgettext_lazy("industry", "Manufacturing")
    ENERGY = "D", pgettext_lazy("industry", "Electricity, heat, gas and water")
    CONSTRUCTION = "E", pgettext_lazy("industry", "Construction")
    TRADE = "F", pgettext_lazy("industry", "Wholesale and retail trade")
    TRANSPORT = "G", pgettext_lazy("industry", "Transport, storage and post")
    HOSPITALITY = "H", pgettext_lazy("industry", "Accommodation and catering")
    INFORMATION = "I", pgettext_lazy("industry", "Information transmission, software and IT services")
    FINANCE = "J", pgettext_lazy("industry", "Finance")
    REAL_ESTATE = "K", pgettext_lazy("industry", "Real estate")
    BUSINESS_SERVICES = "L", pgettext_lazy("industry", "Leasing and business services")
    SCIENCE = "M", pgettext_lazy("industry", "Scientific research and technical services")
    ENVIRONMENT = "N", pgettext_lazy("industry", "Water, environment and public facilities")
    RESIDENTIAL_SERVICES = "O", pgettext_lazy("industry", "Residential services, repair and others")
    EDUCATION = "P", pgettext_lazy("industry", "Education")
    HEALTH = "Q", pgettext_lazy("industry", "Health and social work")
    CULTURE = "R", pgettext_lazy("industry", "Culture, sport and entertainment")
    GOVERNMENT = "S", pgettext_lazy("industry", "Public administration and social organisations")
    INTERNATIONAL = "T", pgettext_lazy("industry", "International organisations")


class SizeBand(models.TextChoices):
    """How many people a company employs. Borders are those of the national classes of size (20, 300, 1,000)."""

    UNDER_20 = "1", pgettext_lazy("company size", "1–19 people")
    UNDER_100 = "20", pgettext_lazy("company size", "20–99 people")
    UNDER_300 = "100", pgettext_lazy("company size", "100–299 people")
    UNDER_1000 = "300", pgettext_lazy("company size", "300–999 people")
    UNDER_5000 = "1000", pgettext_lazy("company size", "1,000–4,999 people")
    FROM_5000 = "5000", pgettext_lazy("company size", "5,000 people and more")


class AccountQuerySet(models.QuerySet["Account"]):
    def current(self) -> Self:
        """Companies as they are today: without those that were found to be a second entry of another."""
        return self.filter(merged_into=None)


class Account(models.Model):
    """A company. ``name_key`` is the normal form of the name; an unconfirmed one was only typed by a visitor.

    ``domain`` is what a colleague has said to be the company's: whoever has an address there works there. After a
    merge the absorbed row stays: whoever comes by its name, code or domain is led to the one that remains.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, db_collation="C")
    credit_code = models.CharField(max_length=18, null=True, blank=True, unique=True)
    domain = models.CharField(max_length=120, blank=True)
    industry = models.CharField(max_length=1, choices=Industry.choices, blank=True, default="", db_default="")
    size_band = models.CharField(max_length=4, choices=SizeBand.choices, blank=True, default="", db_default="")
    region = models.CharField(
        max_length=6, blank=True, default="", db_default="", help_text="Administrative division, GB/T 2260: 2, 4 or 6."
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subsidiaries")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")
    is_confirmed = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=240, db_collation="C", blank=True)
    search_keys = ArrayField(models.CharField(max_length=80), default=list)
    brand = models.CharField(max_length=200, blank=True, default="", db_default="")
    name_grams = ArrayField(models.CharField(max_length=200), null=True, help_text="What names like it are found by.")
    compared_at = models.DateTimeField(null=True, help_text="When companies of names like it were looked for last.")
    created_at = models.DateTimeField()
    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="no_company_is_its_own_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(name="no_company_is_merged_into_itself", condition=~Q(merged_into=F("id"))),
            models.CheckConstraint(name="a_region_is_a_division", condition=Q(region__regex=r"^([0-9]{2}){0,3}$")),
            models.UniqueConstraint(name="a_company_name_stands_once", fields=["name_key"]),
            models.CheckConstraint(name="a_company_has_a_name", condition=~Q(name="") & ~Q(name_key="")),
        ]
        indexes = [
            GinIndex(name="accounts_by_search_key", fields=["search_keys"], fastupdate=False),
            models.Index(name="accounts_by_name", fields=["sort_key", "id"]),
            GinIndex(name="accounts_by_gram", fields=["name_grams"], fastupdate=False),
            models.Index(name="accounts_by_domain", fields=["domain"], condition=~Q(domain="")),
            models.Index(
                name="accounts_of_an_industry", fields=["industry", "sort_key", "id"], condition=~Q(industry="")
            ),
            models.Index(name="accounts_of_a_size", fields=["size_band", "sort_key", "id"], condition=~Q(size_band="")),
            models.Index(
                name="accounts_of_a_region",
                fields=["region", "sort_key", "id"],
                opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
                condition=~Q(region=""),
            ),
            models.Index(name="accounts_to_compare", fields=["id"], condition=Q(compared_at=None)),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def audit_label(self) -> str:
        return self.name


class Affiliation(models.Model):
    """A person's place in a company.

    Who it is about is kept by the lane instead of by the database: see :mod:`wutong.people.lane`.
    """

    class BuyingRole(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        ECONOMIC_BUYER = "economic_buyer", _("Economic buyer")
        CHAMPION = "champion", _("Champion")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", pgettext_lazy("buying role", "User")
        FINANCE = "finance", _("Finance")
        IT_SECURITY = "it_security", _("IT and security")
        BLOCKER = "blocker", _("Blocker")

    subject = models.ForeignKey(
        Identifier, models.PROTECT, related_name="affiliations", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations", db_index=False, db_constraint=False)
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
        indexes = [models.Index(name="likeliest_companies", fields=["-score", "-id"])]

    def __str__(self) -> str:
        return f"account {self.account_id} may be {self.other_id}"
