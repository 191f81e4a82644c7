"""Who is not the market: colleagues, partners, tests. Said of one person, or by a rule of many."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Identifier
from wutong.people.models.person import Person


class OwnKind(models.TextChoices):
    """Why somebody is one of ours."""

    STAFF = "staff", pgettext_lazy("own people", "Colleague")
    PARTNER = "partner", pgettext_lazy("own people", "Partner")
    TEST = "test", pgettext_lazy("own people", "Test")


class OwnMark(models.Model):
    """A colleague's word about one person, kept by subject so that merges and splits take it along.

    Without a kind it says that the person is *not* one of ours, whatever the rules say.
    """

    subject = models.OneToOneField(Identifier, models.PROTECT, related_name="own_mark")
    person = models.ForeignKey(Person, models.PROTECT, related_name="own_marks", db_index=False)
    kind = models.CharField(max_length=8, choices=OwnKind.choices, blank=True)
    by = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_own_mark_has_a_known_kind_or_none", condition=Q(kind="") | Q(kind__in=OwnKind.values)
            )
        ]
        indexes = [models.Index(name="own_marks_of_a_person", fields=["person"])]

    def __str__(self) -> str:
        return f"{self.kind or 'market'} mark of person {self.person_id}"


class OwnRule(models.Model):
    """An address, a number or a whole domain whose people are ours. Colleagues' own addresses need no rule."""

    class What(models.TextChoices):
        DOMAIN = "domain", pgettext_lazy("own rule", "E-mail domain")
        EMAIL = "email", pgettext_lazy("own rule", "E-mail address")
        PHONE = "phone", pgettext_lazy("own rule", "Phone")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    what = models.CharField(max_length=8, choices=What.choices)
    value = models.CharField(max_length=320)
    kind = models.CharField(max_length=8, choices=OwnKind.choices)
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="an_own_rule_stands_once", fields=["what", "value"])]

    def __str__(self) -> str:
        return f"own {self.what}"


class OwnLink(models.Model):
    """A link that marks the browser which opens it as a colleague's. Only its digest is kept."""

    digest = models.BinaryField(unique=True, max_length=32)
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"own link {self.pk}"
