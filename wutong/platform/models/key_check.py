"""By which keys this database's secrets can be read."""

from django.db import models
from django.db.models import Q


class KeyCheck(models.Model):
    """A value that only the right key file opens; a second row cannot exist."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    value_encrypted = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_key_check", condition=Q(id=1))]

    def __str__(self) -> str:
        return "key check"
