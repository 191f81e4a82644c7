"""Every stay in a stage, of the three machines: the history that funnels read."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.models.contract import Contract
from wutong.lifecycle.models.lead import Lead
from wutong.people.models import Identifier, Person
from wutong.platform.models import Staff, Team


class Machine(models.TextChoices):
    """The three state machines."""

    REACH = "reach", _("Reach")
    LEAD = "lead", _("Lead")
    CONTRACT = "contract", _("Contract")


class StageVisit(models.Model):
    """One stay: entered, left, by whom and why. The column ``xid`` (SQL only) tells the lake what changed.

    Subject and person are kept by the lane, or by the lead and the contract: see :mod:`wutong.people.lane`.
    """

    machine = models.CharField(max_length=8, choices=Machine.choices)
    stage = models.CharField(max_length=16)
    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="stage_visits", db_index=False, db_constraint=False)
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, blank=True, related_name="stage_visits", db_index=False)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="stage_visits", db_index=False
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Whose it was on entering.",
    )
    owner = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", db_index=False, help_text="Empty: the machine."
    )
    reason = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_lead_is_in_one_stage", fields=["lead"], condition=Q(machine="lead", left_at=None)
            ),
            models.CheckConstraint(
                name="a_stay_ends_after_it_begins", condition=Q(left_at=None) | Q(left_at__gte=F("entered_at"))
            ),
            models.CheckConstraint(
                name="a_lead_stay_names_its_lead", condition=~Q(machine="lead") | Q(lead__isnull=False)
            ),
            models.UniqueConstraint(
                name="a_contract_is_in_one_stage", fields=["contract"], condition=Q(machine="contract", left_at=None)
            ),
            models.CheckConstraint(
                name="a_contract_stay_names_its_contract",
                condition=~Q(machine="contract") | Q(contract__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="stays_of_a_person", fields=["person", "machine", "-entered_at"]),
            models.Index(name="stays_of_leads_by_entry", fields=["stage", "entered_at"], condition=Q(machine="lead")),
            models.Index(name="stays_of_a_lead", fields=["lead"], condition=Q(lead__isnull=False)),
            models.Index(name="stays_of_a_contract", fields=["contract"], condition=Q(contract__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.machine}:{self.stage} of person {self.person_id}"
