"""Colleagues who work on a person together with the owner of their leads."""

from django.db import models

from wutong.people.models.identity import Identifier
from wutong.people.models.person import Person


class PersonCollaborator(models.Model):
    """A colleague who sees a person without owning a lead. Kept by subject, so that it follows merges and splits."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="collaborators")
    person = models.ForeignKey(Person, models.PROTECT, related_name="collaborators", db_index=False)
    staff = models.ForeignKey("platform.Staff", models.PROTECT, related_name="shared_people")
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_colleague_is_let_in_once", fields=["subject", "staff"])]
        indexes = [
            models.Index(name="collaborators_of_a_person", fields=["person"]),
            models.Index(name="people_shared_with", fields=["staff", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} works on person {self.person_id}"
