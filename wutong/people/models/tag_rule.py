"""Tags by a rule: what must be true of whoever carries a tag, and what a colleague's hand has said against it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.account import Account
from wutong.people.models.identity import Identifier
from wutong.people.models.person import Person
from wutong.people.models.tag import Tag


class TagRuleQuerySet(models.QuerySet["TagRule"]):
    def at_work(self) -> Self:
        """Those that give and take back: a retired tag is left where it is."""
        return self.filter(state=TagRule.State.ON, tag__is_active=True)


class TagRule(models.Model):
    """Who is to carry a tag: whoever a list shows under these conditions. The machine gives it and takes it back."""

    class State(models.TextChoices):
        ON = "on", pgettext_lazy("rule of a tag", "on")
        PAUSED = "paused", pgettext_lazy("rule of a tag", "paused")
        ENDING = "ending", pgettext_lazy("rule of a tag", "is being removed")

    tag = models.OneToOneField(Tag, models.PROTECT, related_name="rule")
    query = models.CharField(max_length=1000, help_text="Conditions, as in the address of the list.")
    state = models.CharField(max_length=6, choices=State.choices, default=State.ON)
    changed_by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, help_text="When everybody was looked at last; none since a change.")
    given = models.PositiveIntegerField(default=0, help_text="Since the rule was changed.")
    taken = models.PositiveIntegerField(default=0, help_text="Since the rule was changed.")
    objects = TagRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_rule_of_a_tag_has_a_known_state", condition=Q(state__in=["on", "paused", "ending"])
            )
        ]

    def __str__(self) -> str:
        return f"rule of tag {self.tag_id}"


class PersonTagKeptOff(models.Model):
    """A colleague took a tag off a person: its rule does not give it again."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_tag_is_kept_off_a_person_once", fields=["subject", "tag"])]
        indexes = [models.Index(name="people_without_a_tag", fields=["tag", "person"])]

    def __str__(self) -> str:
        return f"tag {self.tag_id} kept off person {self.person_id}"


class AccountTagKeptOff(models.Model):
    """The same of a company."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_tag_is_kept_off_an_account_once", fields=["account", "tag"])]

    def __str__(self) -> str:
        return f"tag {self.tag_id} kept off account {self.account_id}"


class PersonToTag(models.Model):
    """Somebody about whom something has changed since the rules of tags looked. May stand here several times."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"person {self.person_id} to tag"
