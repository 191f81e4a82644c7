"""Forms that visitors fill in, and what they answered."""

from django.db import models

from wutong.events.models import Site
from wutong.people.models import Identifier, Person


class Form(models.Model):
    """A form of a site. ``fields`` lists its questions: name, label, kind, whether it must be answered."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, models.PROTECT, related_name="forms")
    fields = models.JSONField(default=list)
    consent_version = models.CharField(max_length=40)
    consent_text = models.TextField()
    thanks_url = models.URLField(blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class FormSubmission(models.Model):
    """What one visitor answered. Its id is the event's, so that a retry is the same submission."""

    id = models.UUIDField(primary_key=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="submissions")
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="submissions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="submissions")
    at = models.DateTimeField()
    url = models.TextField(blank=True)
    channel = models.CharField(max_length=20, blank=True)
    answers = models.JSONField()

    class Meta:
        indexes = [models.Index(name="submissions_of_a_person", fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"submission {self.pk}"
