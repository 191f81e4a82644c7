"""What a person allowed or refused, with the text they saw."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Assurance, Identifier
from wutong.people.models.person import Person


class Consent(models.Model):
    """One decision on one channel and purpose, at one instant. The latest of an address counts; none is erased."""

    class State(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("consent", "Granted")
        REFUSED = "refused", pgettext_lazy("consent", "Refused")

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="consents")
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices)
    text_version = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=60)
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    at = models.DateTimeField()
    event_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_consent_is_granted_or_refused", condition=Q(state__in=["granted", "refused"])
            ),
            models.UniqueConstraint(name="an_event_decides_a_purpose_once", fields=["event_id", "channel", "purpose"]),
        ]
        indexes = [models.Index(name="consents_of_a_person", fields=["person", "channel", "purpose", "-at"])]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}/{self.purpose}"
