"""How many masked values a colleague has looked at in full, by day."""

from django.db import models

from wutong.platform.models.staff import Staff


class RevealCount(models.Model):
    """One colleague's day, in the organisation's zone. What was looked at stands in the audit trail."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="reveal_counts")
    on = models.DateField()
    n = models.PositiveIntegerField()
    refused = models.PositiveIntegerField(default=0, db_default=0, help_text="Asked for beyond the limit.")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_reveal_count_a_day", fields=["staff", "on"])]
        indexes = [models.Index(name="reveal_counts_by_day", fields=["on"])]

    def __str__(self) -> str:
        return f"{self.n} reveals of {self.staff_id} on {self.on}"
