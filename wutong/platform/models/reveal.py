"""How many masked values a colleague or a key of the API has seen in full, by day."""

from django.db import models
from django.utils.translation import pgettext_lazy

from wutong.platform.models.api_key import ApiKey
from wutong.platform.models.staff import Staff


class RevealCount(models.Model):
    """One colleague's day, in the organisation's zone. What was looked at stands in the audit trail."""

    class Way(models.TextChoices):
        LOOKED = "looked", pgettext_lazy("seen in full", "Looked at one by one")
        EXPORTED = "exported", pgettext_lazy("seen in full", "Exported in full")

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="reveal_counts")
    on = models.DateField()
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.LOOKED, db_default=Way.LOOKED)
    n = models.PositiveIntegerField(help_text="Values looked at, or rows exported.")
    refused = models.PositiveIntegerField(default=0, db_default=0, help_text="Asked for beyond the limit.")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_reveal_count_a_day_and_way", fields=["staff", "on", "way"])]
        indexes = [models.Index(name="reveal_counts_by_day", fields=["on"])]

    def __str__(self) -> str:
        return f"{self.n} {self.way} by {self.staff_id} on {self.on}"


class KeyRevealCount(models.Model):
    """One key's day: how many values another system has read in full."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="reveal_counts")
    on = models.DateField()
    n = models.PositiveIntegerField()
    refused = models.PositiveIntegerField(default=0, db_default=0, help_text="Asked for beyond the limit.")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_reveal_count_of_a_key_a_day", fields=["key", "on"])]
        indexes = [models.Index(name="reveal_counts_of_keys_by_day", fields=["on"])]

    def __str__(self) -> str:
        return f"{self.n} read by key {self.key_id} on {self.on}"
