"""What sales keeps about companies: files, wishes to take one over, and where colleagues get in each other's way."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models import ProductLine
from wutong.people.models import Account
from wutong.platform.models import Staff, StoredFile


class AccountFile(models.Model):
    """A file that belongs to a company: whoever sees the company may open it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="account_file")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="files_of_an_account", fields=["account", "-at"])]

    def __str__(self) -> str:
        return f"file {self.file_id} of account {self.account_id}"


class AccountWish(models.Model):
    """A colleague asks to take a company over, or to work on it together. A manager or its owner decides."""

    class What(models.TextChoices):
        TAKE_OVER = "take_over", pgettext_lazy("wish about a company", "Take it over")
        COLLABORATE = "collaborate", pgettext_lazy("wish about a company", "Work on it together")

    class Decision(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("decision about a company", "Granted")
        DENIED = "denied", pgettext_lazy("decision about a company", "Denied")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="wishes")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, related_name="+")
    what = models.CharField(max_length=11, choices=What.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decision = models.CharField(max_length=7, choices=Decision.choices, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_colleague_asks_for_a_company_once", fields=["account", "by"], condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                name="a_decided_wish_says_by_whom",
                condition=Q(decided_at=None, decided_by=None, decision="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")),
            ),
        ]
        indexes = [models.Index(name="wishes_to_decide", fields=["-at", "-id"], condition=Q(decided_at=None))]

    def __str__(self) -> str:
        return f"{self.by_id} wishes to {self.what} account {self.account_id}"


class Collision(models.Model):
    """A company that several of us work on, or two that are one group's or alike. Found by a job, looked at afresh."""

    class Kind(models.TextChoices):
        OWNERS = "owners", pgettext_lazy("collision", "Several owners")
        GROUP = "group", pgettext_lazy("collision", "One group")
        ALIKE = "alike", pgettext_lazy("collision", "Names alike")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    account = models.ForeignKey(Account, models.CASCADE, related_name="collisions")
    other = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_collision_stands_once", fields=["account", "kind", "other"], nulls_distinct=False
            ),
            models.CheckConstraint(name="a_company_collides_with_another", condition=~Q(account=F("other"))),
        ]
        indexes = [models.Index(name="collisions_by_time", fields=["-found_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} collision of account {self.account_id}"
