"""What an administrator chooses about personal information."""

from django.db import models
from django.db.models import Q

ANSWER_DAYS = 15
"""Working days in which a request is answered: the practice of China's law, which says "in good time"."""


class PrivacySettings(models.Model):
    """The company's own; there is one."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    answer_days = models.PositiveSmallIntegerField(default=ANSWER_DAYS)
    contact = models.CharField(max_length=200, blank=True, help_text="Who answers for personal information.")
    inactive_days = models.PositiveSmallIntegerField(
        null=True, help_text="People who allowed nothing and did nothing for so long are erased; empty: nobody is."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="there_is_one_set_of_privacy_settings", condition=Q(id=1)),
            models.CheckConstraint(name="an_answer_takes_a_day_or_more", condition=Q(answer_days__gte=1)),
            models.CheckConstraint(
                name="nobody_is_inactive_before_a_quarter", condition=Q(inactive_days=None) | Q(inactive_days__gte=90)
            ),
        ]

    def __str__(self) -> str:
        return "privacy settings"
