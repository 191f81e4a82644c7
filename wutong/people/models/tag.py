"""Tags: what a company calls its people and its customers, in groups of four families. Source: ``product.md`` 4.1."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.people.models.account import Account
from wutong.people.models.identity import Identifier
from wutong.people.models.person import Person


class TagFamily(models.TextChoices):
    """What a group of tags is about."""

    BASIC = "basic", pgettext_lazy("tag family", "Basic")
    FACTS = "facts", pgettext_lazy("tag family", "Facts")
    MODEL = "model", pgettext_lazy("tag family", "Model")
    PREDICTION = "prediction", pgettext_lazy("tag family", "Prediction")


class TagSource(models.TextChoices):
    """Who or what gave a tag. All but the first are automatic."""

    HAND = "hand", pgettext_lazy("tag source", "by hand")
    RULE = "rule", pgettext_lazy("tag source", "by a rule")
    CONTENT = "content", pgettext_lazy("tag source", "by what they read")
    CHAT = "chat", pgettext_lazy("tag source", "by what they said")
    CODE = "code", pgettext_lazy("tag source", "by the code they scanned")
    IMPORT = "import", pgettext_lazy("tag source", "by an import")
    WECOM = "wecom", pgettext_lazy("tag source", "by WeCom")


class TagGroup(models.Model):
    """Tags that belong together: industries, grades of interest. In an exclusive group one tag replaces another."""

    class About(models.TextChoices):
        PERSON = "person", _("People")
        ACCOUNT = "account", pgettext_lazy("companies", "Accounts")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40)
    family = models.CharField(max_length=10, choices=TagFamily.choices)
    about = models.CharField(max_length=7, choices=About.choices)
    is_exclusive = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("about", Lower("name"), name="tag_groups_differ_in_name"),
            models.CheckConstraint(name="a_tag_group_has_a_known_family", condition=Q(family__in=TagFamily.values)),
            models.CheckConstraint(
                name="a_tag_group_is_of_people_or_accounts", condition=Q(about__in=["person", "account"])
            ),
        ]

    def __str__(self) -> str:
        return f"tag group {self.pk}"

    @property
    def audit_label(self) -> str:
        return self.name


class TagQuerySet(models.QuerySet["Tag"]):
    def of_people(self) -> Self:
        return self.filter(group__about=TagGroup.About.PERSON)

    def of_accounts(self) -> Self:
        return self.filter(group__about=TagGroup.About.ACCOUNT)

    def in_use(self) -> Self:
        """Those that may be given; a retired one stays where it is."""
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        return self.select_related("group").order_by("group__family", "group__name", "name", "pk")


class Tag(models.Model):
    """One word that people or companies may carry."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(TagGroup, models.PROTECT, related_name="tags")
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("group", Lower("name"), name="tags_of_a_group_differ_in_name")]

    def __str__(self) -> str:
        return f"tag {self.pk}"

    @property
    def audit_label(self) -> str:
        return self.name


class PersonTag(models.Model):
    """A tag that a person carries. Kept by subject, so that it follows merges and splits."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="tags", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="tags", db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="on_people", db_index=False)
    source = models.CharField(max_length=8, choices=TagSource.choices)
    by = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_person_carries_a_tag_once", fields=["subject", "tag"]),
            models.CheckConstraint(
                name="somebody_gave_a_tag_of_a_person_by_hand", condition=~Q(source="hand") | Q(by__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="people_with_a_tag", fields=["tag", "person"]),
            models.Index(name="tags_of_a_person", fields=["person"]),
        ]

    def __str__(self) -> str:
        return f"tag {self.tag_id} of person {self.person_id}"

    @property
    def is_automatic(self) -> bool:
        return self.source != TagSource.HAND


class AccountTag(models.Model):
    """A tag that a company carries."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="tags")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="on_accounts")
    source = models.CharField(max_length=8, choices=TagSource.choices)
    by = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_account_carries_a_tag_once", fields=["account", "tag"]),
            models.CheckConstraint(
                name="somebody_gave_a_tag_of_an_account_by_hand", condition=~Q(source="hand") | Q(by__isnull=False)
            ),
        ]
        indexes = [models.Index(name="accounts_with_a_tag", fields=["tag", "account"])]

    def __str__(self) -> str:
        return f"tag {self.tag_id} of account {self.account_id}"

    @property
    def is_automatic(self) -> bool:
        return self.source != TagSource.HAND


class TagMirror(models.Model):
    """What a tag is called by another system, such as a WeCom corp: the table by which tags are kept alike."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="mirrors")
    system = models.SlugField(max_length=20)
    place = models.CharField(max_length=80, blank=True, help_text="Of several of one system: the corp.")
    external_id = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_outside_tag_is_one_of_ours", fields=["system", "place", "external_id"]),
            models.UniqueConstraint(name="a_tag_has_one_twin_in_a_place", fields=["tag", "system", "place"]),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id}"


class TagToTell(models.Model):
    """A change of a person's tags that another system has not been told yet. The rows of one person are in order."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    system = models.SlugField(max_length=20)
    place = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=80)
    is_carried = models.BooleanField(help_text="Given; else taken away.")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="tags_to_tell_in_order", fields=["system", "place", "id"]),
            models.Index(name="tags_to_tell_of_a_person", fields=["person"]),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id} of person {self.person_id}"
