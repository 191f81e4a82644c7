"""Scoring models: each version whole, from draft to retirement."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.platform.models import Staff


class ScoreModel(models.Model):
    """One version of the company's model or, with ``product_line`` (its code), of that line's. Once published it stays.

    ``definition`` is read through :func:`wutong.scoring.definition.parsed`. ``recounted_at`` is empty while people are
    still being scored anew by a version just published.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("model", "Draft")
        PUBLISHED = "published", pgettext_lazy("model", "In force")
        RETIRED = "retired", pgettext_lazy("model", "Retired")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    product_line = models.SlugField(max_length=40, blank=True)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    definition = models.JSONField()
    revision = models.PositiveIntegerField(default=1, help_text="Raised by each change of a draft.")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", help_text="Empty: shipped.")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)
    recounted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_version_of_a_model_stands_once", fields=["product_line", "version"]),
            models.UniqueConstraint(
                name="one_model_of_a_line_is_in_force", fields=["product_line"], condition=Q(state="published")
            ),
            models.UniqueConstraint(
                name="one_draft_of_a_line_is_open", fields=["product_line"], condition=Q(state="draft")
            ),
            models.CheckConstraint(
                name="a_model_is_a_draft_until_it_is_published",
                condition=Q(state="draft", published_at=None)
                | Q(state__in=["published", "retired"], published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"scoring model {self.product_line or 'company'} v{self.version}"

    @property
    def audit_label(self) -> str:
        return f"v{self.version} {self.product_line}".strip()
