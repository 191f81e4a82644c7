"""Who of us looks after a company: an owner for each product line, and those it is shared with."""

from typing import Self

from django.db import models
from django.db.models import Q

from wutong.lifecycle.models.lead import ProductLine
from wutong.people.models import Account
from wutong.platform.models import DataScope, Staff


class AccountOwnerQuerySet(models.QuerySet["AccountOwner"]):
    def visible_to(self, staff: Staff) -> Self:
        """The only door to owners of companies for code that answers a person: one's own, and those of one's teams."""
        if not staff.is_active:
            return self.none()
        mine, theirs = Q(owner=staff), Q()
        scopes = staff.own_scopes()
        if scopes:
            theirs = Q(owner__in=Staff.objects.filter(Q(scopes__in=scopes) | Q(scopes=None)).values("pk"))
        if staff.data_scope == DataScope.ALL:
            return self.filter(mine | theirs) if scopes else self
        if staff.team_id is None or staff.data_scope == DataScope.OWN:
            return self.filter(mine)
        if staff.data_scope == DataScope.TEAM or staff.team is None:
            return self.filter(mine | (theirs & Q(owner__team=staff.team_id)))
        return self.filter(mine | (theirs & Q(owner__team__path__startswith=staff.team.path)))


class AccountOwner(models.Model):
    """Whoever looks after a company for one product line, and since when."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="owners")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="owned_accounts")
    since = models.DateTimeField()
    given_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    objects = AccountOwnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_company_has_one_owner_a_line", fields=["account", "product_line"])
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} owns account {self.account_id}"


class AccountCollaborator(models.Model):
    """A colleague whom a company is shared with: sees all that belongs to it, and works along."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="collaborators")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="shared_accounts")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_company_is_shared_with_a_colleague_once", fields=["account", "staff"])
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} shared with {self.staff_id}"
