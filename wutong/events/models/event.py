"""The hot store: what people did lately, partitioned by id. The lake holds all of it."""

from django.db import models


class Event(models.Model):
    """One act at an instant, never changed afterwards except for whose it is.

    The table is created in SQL (``0002_event_table``): range-partitioned by its UUIDv7 id, a partition a month. Columns
    that Django has no field for: ``xid`` (xid8, the inserting transaction, by which the lake exports) and ``digest``
    (bigint, of the body, by which a reused id is told from a repeat).
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    subject = models.ForeignKey(
        "people.Identifier", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    person = models.ForeignKey(
        "people.Person", models.DO_NOTHING, null=True, related_name="events", db_constraint=False
    )
    site = models.ForeignKey("events.Site", models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    source = models.CharField(max_length=20, help_text="The door: web, server, staff, system, import.")
    view_id = models.UUIDField(null=True, help_text="The page view it happened in.")
    channel = models.CharField(max_length=20, blank=True)
    campaign = models.CharField(max_length=80, blank=True)
    url = models.TextField(blank=True)
    props = models.JSONField(default=dict)
    is_own = models.BooleanField(default=False)
    is_machine = models.BooleanField(default=False)

    class Meta:
        managed = False
        db_table = "event"

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
