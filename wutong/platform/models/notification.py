"""What a colleague should know. The row is the truth; the live stream only says that it is there."""

from django.db import models
from django.db.models import Q

from wutong.platform.models.staff import Staff


class Notification(models.Model):
    """One notice for one colleague. Unread notices of one ``group`` fold into one row with a rising ``count``."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    group = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="unread_notices_of_a_group_fold", fields=["staff", "group"], condition=Q(read_at=None)
            )
        ]
        indexes = [models.Index(name="notices_of_a_colleague", fields=["staff", "-changed_at"])]

    def __str__(self) -> str:
        return f"{self.kind} for {self.staff_id}"
