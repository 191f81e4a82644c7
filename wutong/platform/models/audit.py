"""Who did what, when: one row for each state change by a person and each read of sensitive data."""

from django.db import models

from wutong.platform.models.staff import Staff


class AuditEntry(models.Model):
    """One act. ``actor`` is empty for command line and machine; ``detail`` holds no secrets and no free text."""

    at = models.DateTimeField()
    actor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="audit_entries")
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_label = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(name="audit_by_time", fields=["-at", "-id"]),
            models.Index(name="audit_by_subject", fields=["subject_kind", "subject_id", "-at"]),
            models.Index(name="audit_by_actor", fields=["actor", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_id} at {self.at:%Y-%m-%d %H:%M}"
