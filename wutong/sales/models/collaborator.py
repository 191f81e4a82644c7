"""Colleagues who work on a deal together with its owner."""

from django.db import models

from wutong.platform.models import Staff
from wutong.sales.models.opportunity import Opportunity


class OpportunityCollaborator(models.Model):
    """A colleague who was let in to a deal: sees it, its company and the people who have a part in it."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="collaborators")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="shared_deals")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_colleague_is_let_in_to_a_deal_once", fields=["opportunity", "staff"])
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} works on opportunity {self.opportunity_id}"
