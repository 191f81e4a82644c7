"""A possible deal with an account: its stage, its amount, the people who decide it, the leads that feed it."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models import Contract, Lead, ProductLine
from wutong.lifecycle.models.lead import in_sight, is_let_in_anywhere
from wutong.people.models import Account, Affiliation, Identifier, Person
from wutong.platform.models import BusinessScope, DataScope, Staff, Team


class OpportunityStage(models.TextChoices):
    """Stages of an opportunity."""

    DISCOVER = "discover", pgettext_lazy("opportunity stage", "Discover")
    CONFIRM = "confirm", pgettext_lazy("opportunity stage", "Confirm")
    PROPOSE = "propose", pgettext_lazy("opportunity stage", "Propose")
    NEGOTIATE = "negotiate", pgettext_lazy("opportunity stage", "Negotiate")
    WON = "won", pgettext_lazy("opportunity stage", "Won")
    LOST = "lost", pgettext_lazy("opportunity stage", "Lost")
    INVALID = "invalid", pgettext_lazy("opportunity stage", "Invalid")


CLOSED = (OpportunityStage.WON, OpportunityStage.LOST, OpportunityStage.INVALID)
PROBABILITY: Mapping[str, Decimal] = {
    OpportunityStage.DISCOVER: Decimal("0.2"),
    OpportunityStage.CONFIRM: Decimal("0.4"),
    OpportunityStage.PROPOSE: Decimal("0.6"),
    OpportunityStage.NEGOTIATE: Decimal("0.8"),
    OpportunityStage.WON: Decimal(1),
    OpportunityStage.LOST: Decimal(0),
    OpportunityStage.INVALID: Decimal(0),
}
"""How likely a deal in a stage is taken to be won. Source: ``product.md`` 4.14."""


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def visible_to(self, staff: Staff) -> Self:
        """The only door to opportunities for code that answers a person."""
        if not staff.is_active or staff.data_scope == DataScope.ALL or not is_let_in_anywhere(staff):
            return in_sight(self, staff)
        return in_sight(self, staff, also=Q(pk__in=staff.shared_deals.order_by().values("opportunity")))

    def for_list(self, *joined: str) -> Self:
        """With the account and what else is ``joined``, without what only a search reads: hundreds of keys a row."""
        return self.select_related("account", *joined).defer("search_keys", "account__search_keys")

    def open(self) -> Self:
        return self.exclude(stage__in=CLOSED)


class Opportunity(models.Model):
    """A possible deal with an account, for one product line."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    account = models.ForeignKey(Account, models.PROTECT, related_name="opportunities")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, related_name="+")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="opportunities")
    stage = models.CharField(max_length=10, choices=OpportunityStage.choices, default=OpportunityStage.DISCOVER)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    close_on = models.DateField(help_text="When the deal is expected to be decided.")
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    competitor = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    contract = models.OneToOneField(Contract, models.PROTECT, null=True, blank=True, related_name="opportunity")
    version = models.PositiveIntegerField(default=1)
    search_keys = ArrayField(
        models.CharField(max_length=80), default=list, help_text="Of its name and its company's name."
    )
    objects = OpportunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_opportunity_has_a_known_stage", condition=Q(stage__in=OpportunityStage.values)
            ),
            models.CheckConstraint(
                name="an_opportunity_is_closed_when_it_says_so",
                condition=Q(stage__in=[*CLOSED], closed_at__isnull=False)
                | (~Q(stage__in=[*CLOSED]) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="a_won_opportunity_has_an_amount", condition=~Q(stage="won") | Q(amount__isnull=False)
            ),
            models.CheckConstraint(
                name="an_opportunity_amount_is_not_negative", condition=Q(amount=None) | Q(amount__gte=0)
            ),
        ]
        indexes = [
            models.Index(
                name="open_opportunities_by_close", fields=["close_on", "id"], condition=~Q(stage__in=[*CLOSED])
            ),
            models.Index(
                name="open_opportunities_of_an_owner",
                fields=["owner", "close_on", "id"],
                condition=~Q(stage__in=[*CLOSED]),
            ),
            models.Index(name="opportunities_of_an_owner", fields=["owner", "-changed_at"]),
            models.Index(name="opportunities_of_an_account", fields=["account", "-changed_at"]),
            models.Index(name="opportunities_by_stage", fields=["stage", "closed_at"], include=["amount"]),
            models.Index(name="opportunities_by_change", fields=["-changed_at", "-id"]),
            GinIndex(name="opportunities_by_search_key", fields=["search_keys"], fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"opportunity {self.pk}"

    @property
    def probability(self) -> Decimal:
        return PROBABILITY[self.stage]

    @property
    def weighted(self) -> Decimal | None:
        """The amount by its probability; None while there is no amount."""
        return None if self.amount is None else self.amount * self.probability


class OpportunityStay(models.Model):
    """One stay of an opportunity in a stage: entered, left, by whom and why."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="stays")
    stage = models.CharField(max_length=10, choices=OpportunityStage.choices)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text="As it was on entering.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_opportunity_is_in_one_stage", fields=["opportunity"], condition=Q(left_at=None)
            ),
            models.CheckConstraint(
                name="an_opportunity_stay_ends_after_it_begins",
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")),
            ),
        ]
        indexes = [models.Index(name="opportunity_stays_by_entry", fields=["stage", "entered_at"])]

    def __str__(self) -> str:
        return f"{self.stage} of opportunity {self.opportunity_id}"

    @property
    def lasted(self) -> timedelta | None:
        """How long; None while it lasts."""
        return None if self.left_at is None else self.left_at - self.entered_at


class OpportunityPerson(models.Model):
    """Somebody who has a say in the deal, and which."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="people")
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="opportunity_parts")
    role = models.CharField(max_length=16, choices=Affiliation.BuyingRole.choices, blank=True)
    is_main = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_subject_has_one_part_in_a_deal", fields=["opportunity", "subject"]),
            models.UniqueConstraint(
                name="a_deal_has_one_main_contact", fields=["opportunity"], condition=Q(is_main=True)
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in opportunity {self.opportunity_id}"


class OpportunityLead(models.Model):
    """A lead that feeds a deal. Several may feed one; one feeds two only after each other, when it was recalled."""

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="leads")
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="deals")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_lead_feeds_a_deal_once", fields=["opportunity", "lead"]),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} in opportunity {self.opportunity_id}"
