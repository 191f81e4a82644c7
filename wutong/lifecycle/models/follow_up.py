"""What a colleague did with a lead: a call, a chat, a visit, a mail or a note."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.lead import Lead
from wutong.people.models import Identifier, Person
from wutong.platform.models import Staff


class FollowUp(models.Model):
    """A recorded contact with its outcome and the next step."""

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("follow-up", "Call")
        CHAT = "chat", pgettext_lazy("follow-up", "Chat")
        MAIL = "mail", pgettext_lazy("follow-up", "E-mail")
        VISIT = "visit", pgettext_lazy("follow-up", "Visit")
        NOTE = "note", pgettext_lazy("follow-up", "Note")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        LATER = "later", _("Worth following later")
        NOT_INTERESTED = "not_interested", _("Not interested")
        NOTED = "noted", _("Noted")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="follow_ups")
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="follow_ups", db_index=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="follow_ups", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    note = models.TextField(blank=True)
    is_first_contact = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_note_is_no_first_contact", condition=~Q(kind="note") | Q(is_first_contact=False)
            ),
            models.UniqueConstraint(
                name="a_lead_is_first_contacted_once", fields=["lead"], condition=Q(is_first_contact=True)
            ),
        ]
        indexes = [
            models.Index(name="follow_ups_of_a_person", fields=["person", "-at"]),
            models.Index(name="follow_ups_of_a_colleague", fields=["by", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on lead {self.lead_id}"
