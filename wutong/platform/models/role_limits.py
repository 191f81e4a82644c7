"""What one role's days allow, where that is not what the company's do."""

from django.db import models
from django.db.models import Q

from wutong.platform.models.staff import Role


class RoleLimits(models.Model):
    """A role's own limits a day; an empty one is the company's. See :class:`wutong.platform.models.Organisation`."""

    role = models.CharField(max_length=16, choices=Role.choices, unique=True)
    reveals_a_day = models.PositiveIntegerField(null=True)
    exported_in_full_a_day = models.PositiveIntegerField(null=True)
    read_in_full_a_day = models.PositiveIntegerField(null=True, help_text="Of keys for which such a colleague answers.")

    class Meta:
        constraints = [models.CheckConstraint(name="limits_are_of_a_known_role", condition=Q(role__in=Role.values))]

    def __str__(self) -> str:
        return f"limits of {self.role}"
