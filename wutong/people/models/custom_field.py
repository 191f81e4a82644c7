"""Fields that a company adds to its people and its customers, and what stands of their values.

What somebody says is a statement like any other: ``FieldValue`` and ``AccountFact`` under ``custom:<code>``, every one
of them kept with source and time. The two tables of values here hold what counts of it, typed, so that lists are
filtered by an index; they are worked out anew by :mod:`wutong.people.custom_values`.
"""

import uuid
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wutong.people.models.account import Account
from wutong.people.models.person import Person
from wutong.platform.models import Role

PREFIX = "custom:"


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def of(self, about: str) -> Self:
        return self.filter(about=about)

    def in_use(self) -> Self:
        """Those that are asked for; a retired one keeps its values."""
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        return self.order_by("about", "position", "pk")


class CustomField(models.Model):
    """One thing that this company wants to know of people or of companies, and who may see and say it."""

    class About(models.TextChoices):
        PERSON = "person", _("People")
        ACCOUNT = "account", pgettext_lazy("companies", "Accounts")

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of field", "Text")
        NUMBER = "number", pgettext_lazy("kind of field", "Number")
        MONEY = "money", pgettext_lazy("kind of field", "Amount of money")
        DATE = "date", pgettext_lazy("kind of field", "Date")
        YES_NO = "yes_no", pgettext_lazy("kind of field", "Yes or no")
        ONE = "one", pgettext_lazy("kind of field", "One of several")
        MANY = "many", pgettext_lazy("kind of field", "Any of several")
        LINK = "link", pgettext_lazy("kind of field", "Link")

    class ForKeys(models.TextChoices):
        NOTHING = "nothing", pgettext_lazy("other systems", "Neither read nor write")
        READ = "read", pgettext_lazy("other systems", "Read")
        WRITE = "write", pgettext_lazy("other systems", "Read and write")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    about = models.CharField(max_length=7, choices=About.choices)
    code = models.CharField(max_length=32, help_text="What programs and files call it; never changes.")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    group = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField()
    is_required = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    lowest = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    highest = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    readers = ArrayField(models.CharField(max_length=16, choices=Role.choices))
    editors = ArrayField(models.CharField(max_length=16, choices=Role.choices))
    for_keys = models.CharField(max_length=7, choices=ForKeys.choices, default=ForKeys.READ)
    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="custom_fields_differ_in_code", fields=["about", "code"]),
            models.UniqueConstraint("about", Lower("name_zh"), name="custom_fields_differ_in_chinese"),
            models.UniqueConstraint("about", Lower("name_en"), name="custom_fields_differ_in_english"),
            models.CheckConstraint(
                name="a_custom_field_has_a_plain_code", condition=Q(code__regex=r"^[a-z][a-z0-9_]*$")
            ),
            models.CheckConstraint(
                name="a_custom_field_is_of_people_or_accounts", condition=Q(about__in=["person", "account"])
            ),
            models.CheckConstraint(
                name="who_may_say_a_field_may_see_it", condition=Q(editors__contained_by=F("readers"))
            ),
            models.CheckConstraint(
                name="the_least_is_no_more_than_the_most",
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lte=F("highest")),
            ),
        ]

    def __str__(self) -> str:
        return f"custom field {self.code}"

    @property
    def audit_label(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en

    @property
    def statement(self) -> str:
        """What its statements are filed under."""
        return PREFIX + self.code

    @property
    def has_options(self) -> bool:
        return self.kind in (self.Kind.ONE, self.Kind.MANY)

    @property
    def is_counted(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in (self.Kind.NUMBER, self.Kind.MONEY)


class CustomOption(models.Model):
    """One of the answers that a field offers."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    field = models.ForeignKey(CustomField, models.PROTECT, related_name="options")
    code = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="options_of_a_field_differ_in_code", fields=["field", "code"]),
            models.UniqueConstraint("field", Lower("name_zh"), name="options_of_a_field_differ_in_chinese"),
            models.UniqueConstraint("field", Lower("name_en"), name="options_of_a_field_differ_in_english"),
            models.CheckConstraint(name="an_option_has_a_plain_code", condition=Q(code__regex=r"^[a-z0-9][a-z0-9_]*$")),
        ]

    def __str__(self) -> str:
        return f"option {self.code} of custom field {self.field_id}"

    @property
    def audit_label(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


class _Standing(models.Model):
    """What counts of a field, in its type. Of a field with several answers there are several rows."""

    field = models.ForeignKey(CustomField, models.PROTECT, related_name="+")
    option = models.ForeignKey(CustomOption, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    day = models.DateField(null=True)
    is_yes = models.BooleanField(null=True)

    class Meta:
        abstract = True

    OWNER: ClassVar[str]

    def __str__(self) -> str:
        return f"custom value {self.pk}"


class PersonCustomValue(_Standing):
    """What counts of a field of a person. Redone whenever what is known of them, or who they are, changes."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="custom_values", db_index=False)
    OWNER = "person"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_person_has_a_custom_value_once", fields=["person", "field", "option"], nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(name="people_by_option", fields=["field", "option", "person"], condition=~Q(option=None)),
            models.Index(name="people_by_number", fields=["field", "number", "person"], condition=~Q(number=None)),
            models.Index(name="people_by_day", fields=["field", "day", "person"], condition=~Q(day=None)),
            models.Index(name="people_by_yes", fields=["field", "is_yes", "person"], condition=~Q(is_yes=None)),
            models.Index("field", Lower("text"), "person", name="people_by_text", condition=~Q(text="")),
        ]


class AccountCustomValue(_Standing):
    """What counts of a field of a company. Redone whenever somebody says something, and with merges."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="custom_values")
    OWNER = "account"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_account_has_a_custom_value_once", fields=["account", "field", "option"], nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(name="accounts_by_option", fields=["field", "option", "account"], condition=~Q(option=None)),
            models.Index(name="accounts_by_number", fields=["field", "number", "account"], condition=~Q(number=None)),
            models.Index(name="accounts_by_day", fields=["field", "day", "account"], condition=~Q(day=None)),
            models.Index(name="accounts_by_yes", fields=["field", "is_yes", "account"], condition=~Q(is_yes=None)),
            models.Index("field", Lower("text"), "account", name="accounts_by_text", condition=~Q(text="")),
        ]
