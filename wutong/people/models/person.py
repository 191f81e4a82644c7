"""One human, recognised across channels, and what is known about them with its source."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Assurance, Identifier


class Reach(models.TextChoices):
    """How far a person is known: the first of the three state machines."""

    VISITOR = "visitor", pgettext_lazy("reach", "Visitor")
    CONTACT = "contact", pgettext_lazy("reach", "Contact")
    KNOWN = "known", pgettext_lazy("reach", "Known")


class PersonQuerySet(models.QuerySet["Person"]):
    def current(self) -> Self:
        """People as they are today: without those whose identifiers all moved to another person."""
        return self.filter(merged_into=None)


class Person(models.Model):
    """A person, allotted at arrival. Ids are stable facts: after a merge the younger id stays as an alias for ever.

    ``subject`` rows point at identifiers; a person is the projection of the identifiers that belong together.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    full_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=120, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    reach = models.CharField(max_length=8, choices=Reach.choices, default=Reach.VISITOR)
    is_own = models.BooleanField(default=False, help_text="A colleague, partner or test person: not the market.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    sort_key = models.CharField(max_length=240, db_collation="C", blank=True)
    search_keys = ArrayField(models.CharField(max_length=80), default=list)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases", db_index=False
    )
    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_person_has_a_known_reach", condition=Q(reach__in=Reach.values)),
            models.CheckConstraint(name="nobody_is_merged_into_themselves", condition=~Q(merged_into=models.F("id"))),
        ]
        indexes = [
            # What is new waits in a list and is worked in together: see people.search_index.
            GinIndex(
                name="people_by_search_key", fields=["search_keys"], fastupdate=True, gin_pending_list_limit=16384
            ),
            models.Index(name="people_by_name", fields=["sort_key", "id"], condition=Q(merged_into=None)),
            models.Index(
                name="known_people_by_name",
                fields=["sort_key", "id"],
                condition=Q(merged_into=None) & ~Q(reach="visitor"),
            ),
            models.Index(name="people_by_last_act", fields=["-last_seen_at", "-id"], condition=Q(merged_into=None)),
            models.Index(
                name="known_people_by_last_act",
                fields=["-last_seen_at", "-id"],
                condition=Q(merged_into=None) & ~Q(reach="visitor"),
            ),
            models.Index(name="aliases_of_a_person", fields=["merged_into"], condition=Q(merged_into__isnull=False)),
            models.Index(name="own_people", fields=["id"], condition=Q(is_own=True)),
            models.Index(name="contacts", fields=["id"], condition=Q(merged_into=None, reach="contact")),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class FieldValue(models.Model):
    """One statement about a person: a field, its value, who said it and when. Every statement is kept.

    Its references are kept by the lane instead of by the database: see :mod:`wutong.people.lane`.
    """

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="field_values", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="field_values", db_index=False, db_constraint=False)
    field = models.CharField(max_length=40)
    value = models.TextField()
    source = models.CharField(max_length=60)
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    observed_at = models.DateTimeField()
    event_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(name="statements_about_a_person", fields=["person", "field", "-observed_at"])]
        constraints = [
            models.UniqueConstraint(name="an_event_states_a_field_once", fields=["event_id", "field"]),
        ]

    def __str__(self) -> str:
        return f"{self.field} of person {self.person_id}"
