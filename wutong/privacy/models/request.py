"""What people ask about their personal information, and by when it must be answered."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.people.models import Identifier, Person
from wutong.platform.models import Staff


class RequestKind(models.TextChoices):
    """The rights of the law (PIPL, articles 44 to 50)."""

    ACCESS = "access", pgettext_lazy("subject request", "See the information")
    COPY = "copy", pgettext_lazy("subject request", "Get a copy")
    CORRECTION = "correction", pgettext_lazy("subject request", "Correct it")
    ERASURE = "erasure", pgettext_lazy("subject request", "Erase it")
    WITHDRAWAL = "withdrawal", pgettext_lazy("subject request", "Withdraw consent")
    OBJECTION = "objection", pgettext_lazy("subject request", "Object to its use")


class RequestState(models.TextChoices):
    NEW = "new", pgettext_lazy("subject request", "New")
    IN_PROGRESS = "in_progress", pgettext_lazy("subject request", "In progress")
    DONE = "done", pgettext_lazy("subject request", "Done")
    DECLINED = "declined", pgettext_lazy("subject request", "Declined")


OPEN = (RequestState.NEW, RequestState.IN_PROGRESS)
_IS_OPEN = Q(state__in=["new", "in_progress"])


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class SubjectRequest(models.Model):
    """One request. Whoever it is about is a person of ours, or somebody whom we do not know (``from_whom``)."""

    class Source(models.TextChoices):
        STAFF = "staff", pgettext_lazy("subject request", "Taken in by a colleague")
        SELF_SERVICE = "self_service", pgettext_lazy("subject request", "Sent by their own link")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    state = models.CharField(max_length=11, choices=RequestState.choices, default=RequestState.NEW)
    source = models.CharField(max_length=12, choices=Source.choices)
    subject = models.ForeignKey(Identifier, models.PROTECT, null=True, related_name="subject_requests")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="subject_requests")
    from_whom = models.CharField(max_length=120, blank=True)
    said = models.TextField(blank=True)
    received_at = models.DateTimeField()
    due_on = models.DateField()
    taken_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="subject_requests")
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_request_is_of_a_known_kind", condition=Q(kind__in=RequestKind.values)),
            models.CheckConstraint(
                name="a_closed_request_says_when",
                condition=(_IS_OPEN & Q(closed_at=None)) | (~_IS_OPEN & Q(closed_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="nobody_asks_twice_while_we_answer",
                fields=["subject", "kind"],
                condition=_IS_OPEN & Q(source="self_service"),
            ),
        ]
        indexes = [
            models.Index(name="requests_to_answer", fields=["due_on", "id"], condition=_IS_OPEN),
            models.Index(name="requests_by_arrival", fields=["-received_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} request {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
