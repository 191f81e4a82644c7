"""What arrived and is not yet worked through. Shared by the collector and every platform's callbacks."""

from django.db import models


class InboxBlock(models.Model):
    """Up to 500 items of one group commit, packed. Gone once worked through; leased while somebody works on it."""

    lane = models.CharField(max_length=20, default="collector")
    received_at = models.DateTimeField()
    count = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    leased_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(name="inbox_in_order", fields=["lane", "id"])]

    def __str__(self) -> str:
        return f"block {self.pk} ({self.count})"


class ParkedItem(models.Model):
    """A block of one item that could not be worked through, kept until somebody retries or discards it."""

    lane = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    parked_at = models.DateTimeField()
    body = models.BinaryField()
    error = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [models.Index(name="parked_by_time", fields=["-parked_at"])]

    def __str__(self) -> str:
        return f"parked {self.pk}"


class DropCount(models.Model):
    """How many items of a day were dropped on purpose, by named reason."""

    on = models.DateField()
    door = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    n = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_count_a_day_and_reason", fields=["on", "door", "reason"])]

    def __str__(self) -> str:
        return f"{self.on} {self.door} {self.reason}: {self.n}"


class SenderKey(models.Model):
    """The event id given to a sender's own key, so that its retry is recognised. Kept thirty days.

    Of a request to the API it keeps what was asked, as a digest, and what was answered.
    """

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    event_id = models.UUIDField()
    created_at = models.DateTimeField()
    asked_digest = models.BinaryField(max_length=32, null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_senders_key_names_one_event", fields=["source", "key"])]
        indexes = [models.Index(name="sender_keys_by_age", fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"
