"""Who gets which lead: ordered rules, who is on duty, and what was decided for each lead and why."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.models.lead import Lead
from wutong.platform.models import Staff, Team


class AssignmentRule(models.Model):
    """Leads that meet ``conditions`` go to the target. Rules are asked in the order of ``position``; the first that
    has somebody to give the lead to decides. Whose turn it is follows from :class:`Assignment`.

    Turns without a ``team`` are taken in the lead's own. ``routing_rules.conditions_of`` reads ``conditions``.
    """

    class Target(models.TextChoices):
        COLLEAGUE = "colleague", _("One colleague")
        ROUND_ROBIN = "round_robin", _("A team, in turns")
        LEAST_LOAD = "least_load", _("A team, whoever has fewest waiting")
        ACCOUNT_OWNER = "account_owner", _("Whoever looks after the same company")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveIntegerField()
    code = models.SlugField(
        max_length=40, blank=True, default="", db_default="", help_text="Of a rule that ships with the product."
    )
    own_name = models.CharField(
        max_length=60, blank=True, db_column="name", help_text="Empty: shipped, and not renamed."
    )
    is_on = models.BooleanField(default=True)
    conditions = models.JSONField(default=dict)
    target = models.CharField(max_length=13, choices=Target.choices)
    colleague = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rules_stand_in_one_order", fields=["position"], deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="a_rule_names_whom_it_gives_to",
                condition=Q(target="colleague", colleague__isnull=False, team=None)
                | Q(target__in=["round_robin", "least_load"], colleague=None)
                | Q(target="account_owner", colleague=None, team=None),
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.position}: {self.own_name or self.code}"

    @property
    def name(self) -> str:
        """What people read, in their language where it is one that ships with the product."""
        return called(self.own_name or self.code)

    @property
    def audit_label(self) -> str:
        return self.name


_SHIPPED_RULES = {
    "same_company": _("One company, one colleague"),
    "turns_in_team": _("In turns within the team"),
}


def called(name_or_code: str) -> str:
    """What people read for a rule's own name, or for the code of one that ships with the product."""
    return str(_SHIPPED_RULES.get(name_or_code, name_or_code))


class Duty(models.Model):
    """Whether a colleague takes new leads, and how many may wait for them at once. Without a row: yes, and thirty."""

    CAPACITY = 30

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, related_name="duty")
    is_on = models.BooleanField(default=True)
    off_until = models.DateTimeField(
        null=True, help_text="Back on duty by itself then; empty while off: when switched."
    )
    capacity = models.PositiveSmallIntegerField(default=CAPACITY)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_who_is_off_duty_comes_back", condition=Q(is_on=False) | Q(off_until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"duty of {self.staff_id}"


class Assignment(models.Model):
    """One decision about who gets a lead. ``to`` is empty where it waits in its team."""

    class Reason(models.TextChoices):
        RULE = "rule", pgettext_lazy("assignment", "By a rule")
        NOBODY = "nobody", pgettext_lazy("assignment", "Nobody was free")
        NO_RULE = "no_rule", pgettext_lazy("assignment", "No rule fitted")
        HAND = "hand", pgettext_lazy("assignment", "By hand")

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="assignments", db_index=False)
    at = models.DateTimeField()
    to = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="assignments", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    rule = models.ForeignKey(AssignmentRule, models.SET_NULL, null=True, related_name="+", db_index=False)
    rule_name = models.CharField(
        max_length=60, blank=True, help_text="As the rule was called then; of a shipped one its code."
    )
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", help_text="Empty: the machine.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="who_assigns_by_hand_is_known", condition=~Q(reason="hand") | Q(by__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="assignments_of_a_lead", fields=["lead", "-at"]),
            models.Index(name="assignments_to_a_colleague", fields=["to", "-at"]),
            models.Index(name="turns_by_a_rule", fields=["rule", "to", "-id"]),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} to {self.to_id}"
