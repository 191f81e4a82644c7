"""A website of the company that may send events."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wutong.platform.models import BusinessScope, Team


def new_site_key() -> str:
    """A key that is printed in the page: it names the site, it is no secret."""
    return f"wt{secrets.token_hex(8)}"


class Site(models.Model):
    """A website, the origins its pages are served from, and the team that its leads go to."""

    key = models.CharField(max_length=40, unique=True, default=new_site_key)
    name = models.CharField(max_length=80)
    origins = ArrayField(models.CharField(max_length=200), default=list, help_text="https://www.example.com")
    team = models.ForeignKey(Team, models.PROTECT, related_name="sites")
    scope = models.ForeignKey(BusinessScope, models.PROTECT, related_name="sites")
    server_key_digest = models.BinaryField(max_length=32, null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(name="a_site_has_a_key", condition=~Q(key=""))]

    def __str__(self) -> str:
        return self.name
