"""A contract: what a won deal becomes, from its signature to renewal or churn."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.lead import ProductLine, in_sight
from wutong.people.models import Account, Identifier, Person
from wutong.platform.models import BusinessScope, Staff, Team


class ContractStage(models.TextChoices):
    """Stages of a contract, by its dates."""

    SIGNED = "signed", pgettext_lazy("contract stage", "Signed")
    ONBOARDING = "onboarding", pgettext_lazy("contract stage", "Onboarding")
    ADOPTING = "adopting", pgettext_lazy("contract stage", "Adopting")
    MATURE = "mature", pgettext_lazy("contract stage", "Mature")
    RENEWAL = "renewal", pgettext_lazy("contract stage", "Up for renewal")
    RENEWED = "renewed", pgettext_lazy("contract stage", "Renewed")
    CHURNED = "churned", pgettext_lazy("contract stage", "Churned")


ENDED_STAGES = (ContractStage.RENEWED, ContractStage.CHURNED)


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, staff: Staff) -> Self:
        """The only door to contracts for code that answers a person."""
        return in_sight(self, staff)

    def running(self) -> Self:
        return self.exclude(stage__in=ENDED_STAGES)


class Contract(models.Model):
    """What an account has bought of one product line, for a time. ``person`` is its main contact."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="contracts")
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="contracts")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, related_name="contracts")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="contracts")
    stage = models.CharField(max_length=12, choices=ContractStage.choices, default=ContractStage.SIGNED)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    signed_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day it holds.")
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="renewal")
    reason = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    objects = ContractQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_contract_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="a_contract_has_a_known_stage", condition=Q(stage__in=ContractStage.values)),
            models.CheckConstraint(name="a_contract_amount_is_not_negative", condition=Q(amount__gte=0)),
        ]
        indexes = [
            models.Index(name="contracts_of_an_account", fields=["account", "-signed_at"]),
            models.Index(
                name="running_contracts_by_end",
                fields=["ends_on"],
                condition=~Q(stage__in=[*ENDED_STAGES]),
            ),
        ]

    def __str__(self) -> str:
        return f"contract {self.pk}"
