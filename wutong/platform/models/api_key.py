"""Keys with which other systems of the company use the API."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wutong.platform.models.organisation import BusinessScope
from wutong.platform.models.staff import Staff, Team


class ApiRight(models.TextChoices):
    """What a key may do: in the API's own words, its scopes."""

    LEADS_READ = "leads:read", _("Read leads")
    LEADS_WRITE = "leads:write", _("Send in leads")
    EVENTS_WRITE = "events:write", _("Send in what people did")
    CONSENTS_WRITE = "consents:write", _("Record what people allow, refuse and withdraw")
    IMPORTS_WRITE = "imports:write", _("Import people and companies from tables")
    PEOPLE_READ = "people:read", _("Read people and companies; telephone, e-mail and credit code masked")
    PEOPLE_WRITE = "people:write", _("Set custom fields of people and companies")
    PEOPLE_MERGE = "people:merge", _("Read doubts about who is who, merge and tell apart")
    PEOPLE_REVEAL = "people:reveal", _("Read telephone numbers, e-mail addresses and credit codes in full")


class ApiKey(models.Model):
    """One key. Leads that it sends go to its team and part of the business, and it sees those of both alone.

    Only the digest of the secret is stored; ``beginning`` tells one key from another. ``created_by`` is who answers for
    it: whoever made it, until it is handed over.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    beginning = models.CharField(max_length=12)
    secret_digest = models.BinaryField(max_length=32, unique=True)
    rights = ArrayField(models.CharField(max_length=20, choices=ApiRight.choices))
    team = models.ForeignKey(Team, models.PROTECT, related_name="api_keys")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, related_name="api_keys")
    per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_key_may_do_something_known",
                condition=Q(rights__len__gte=1) & Q(rights__contained_by=ApiRight.values),
            ),
            models.CheckConstraint(name="a_key_has_a_rate", condition=Q(per_minute__gte=1)),
            models.CheckConstraint(
                name="somebody_revoked_a_revoked_key",
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @property
    def audit_label(self) -> str:
        return self.name


class ApiRate(models.Model):
    """How far a key's requests reach into the future: the instant at which its whole allowance is there again.

    One row a key, in a table without a log (``0005``): it is written with every request, and a crash may forget it.
    """

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="rate")
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rate of key {self.key_id}"
