"""A file that tells of a person: a card, a signed agreement, a letter."""

from django.db import models

from wutong.people.models import Identifier, Person
from wutong.platform.models import StoredFile


class PersonFile(models.Model):
    """Whoever sees the person may open it. Kept by subject, so that it follows merges and splits."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="files")
    person = models.ForeignKey(Person, models.PROTECT, related_name="files", db_index=False)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="person_file")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="files_of_a_person", fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"file {self.file_id} of person {self.person_id}"
