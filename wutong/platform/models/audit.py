"""Who did what, when: one row for each state change by a person or an API key and each read of sensitive data."""

from django.db import models
from django.db.models import Q

from wutong.platform.models.api_key import ApiKey
from wutong.platform.models.staff import Staff


class AuditEntry(models.Model):
    """One act. ``detail`` holds no secrets and no free text.

    ``actor`` and ``api_key`` are empty for command line and machine; at most one of them is not.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="audit_entries")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+", db_index=False)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="an_act_has_one_actor", condition=Q(actor=None) | Q(api_key=None)),
        ]
        indexes = [
            models.Index(name="audit_by_time", fields=["-at", "-id"]),
            models.Index(name="audit_by_subject", fields=["subject_kind", "subject_id", "-at"]),
            models.Index(name="audit_by_actor", fields=["actor", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_id} at {self.at:%Y-%m-%d %H:%M}"
