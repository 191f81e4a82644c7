"""Views of lists that colleagues have saved: the conditions, order and columns of an address under a name."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import pgettext_lazy

from wutong.platform.models.staff import Staff, Team


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, staff: Staff) -> Self:
        """Their own, what is shared with everybody, and with a team that theirs is or stands below."""
        return self.seen_by(staff.pk, team=staff.team_id)

    def seen_by(self, staff: int, *, team: int | None) -> Self:
        """The same, of a colleague and a team by id."""
        seen = Q(owner=staff) | Q(shared_with=SavedView.Shared.COMPANY)
        if team is not None:
            theirs = Team.objects.filter(pk=team, path__startswith=models.OuterRef("team__path"))
            seen |= Q(models.Exists(theirs), shared_with=SavedView.Shared.TEAM)
        return self.filter(seen)

    def in_order(self) -> Self:
        """Those for everybody first, then the team's, then one's own; by name."""
        rank = models.Case(
            models.When(shared_with=SavedView.Shared.COMPANY, then=0),
            models.When(shared_with=SavedView.Shared.TEAM, then=1),
            default=2,
        )
        return self.order_by(rank, "name", "pk")


class SavedView(models.Model):
    """A named address of a list. Whose rows it shows is decided anew for each who opens it."""

    class Shared(models.TextChoices):
        NOBODY = "nobody", pgettext_lazy("saved view", "Only me")
        TEAM = "team", pgettext_lazy("saved view", "My team and those below it")
        COMPANY = "company", pgettext_lazy("saved view", "Everybody")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    list = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1_000, blank=True)
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="saved_views")
    shared_with = models.CharField(max_length=7, choices=Shared.choices, default=Shared.NOBODY)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", "list", Lower("name"), name="saved_views_of_one_differ_in_name"),
            models.CheckConstraint(
                name="a_view_for_a_team_names_it", condition=Q(shared_with="team", team__isnull=False) | Q(team=None)
            ),
        ]
        indexes = [
            models.Index(name="shared_views", fields=["list", "shared_with"], condition=~Q(shared_with="nobody"))
        ]

    def __str__(self) -> str:
        return f"saved view {self.pk}"

    @property
    def audit_label(self) -> str:
        return self.name


class DefaultView(models.Model):
    """With which view a list opens for somebody."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    list = models.CharField(max_length=20)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="a_list_opens_with_one_view", fields=["staff", "list"])]

    def __str__(self) -> str:
        return f"default of {self.staff_id} in {self.list}"
