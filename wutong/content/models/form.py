"""Forms that visitors fill in: what colleagues set up, what is public now, and what was public before."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wutong.content.hosted.design import Design, questions_in, wording_in
from wutong.events.models import Site
from wutong.lifecycle.models import ProductLine
from wutong.platform.models import DataScope, Staff


def of_sites_seen_by(staff: Staff, *, site: str) -> Q:
    """What belongs to the websites of the teams that a colleague sees; ``site`` is the way to the website."""
    nothing = Q(pk__in=[])
    if not staff.is_active:
        return nothing
    scopes = staff.own_scopes()
    within = Q(**{f"{site}scope__in": scopes}) if scopes else Q()
    if staff.data_scope == DataScope.ALL:
        return within
    if staff.team is None:
        return nothing
    if staff.data_scope == DataScope.TREE:
        return within & Q(**{f"{site}team__path__startswith": staff.team.path})
    return within & Q(**{f"{site}team": staff.team})


class FormQuerySet(models.QuerySet["Form"]):
    def visible_to(self, staff: Staff) -> Self:
        """The only door to forms for code that answers a person: those of the own team's websites."""
        return self.filter(of_sites_seen_by(staff, site="site__"))


class Form(models.Model):
    """A form of a site. Its columns say what is public; ``draft`` is what colleagues are working on."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    site = models.ForeignKey(Site, models.PROTECT, related_name="forms")
    product_line = models.ForeignKey(ProductLine, models.PROTECT, null=True, blank=True, related_name="forms")
    fields = models.JSONField(default=list, help_text="Questions, as hosted.design.Question.")
    wording = models.JSONField(default=dict, db_default={}, help_text="As hosted.design.Wording.")
    consent_version = models.CharField(max_length=40)
    consent_text = models.TextField()
    is_consent_required = models.BooleanField(default=False, db_default=False)
    thanks_url = models.URLField(blank=True)
    company_names = ArrayField(models.CharField(max_length=120), default=list, db_default=[])
    takes_own_markup = models.BooleanField(
        default=True, db_default=True, help_text="Posts of pages with markup of their own, which carry no token."
    )
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0, db_default=0, help_text="Of what is public; 0 before that.")
    draft = models.JSONField(null=True, blank=True, help_text="As hosted.design.Design, while it differs.")
    revision = models.PositiveIntegerField(default=1, db_default=1, help_text="Raised by each change of a colleague.")
    objects = FormQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="a_form_has_a_key", condition=~Q(key=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def public_design(self) -> Design:
        """What visitors get."""
        return Design(
            questions=questions_in(self.fields),
            wording=wording_in(self.wording),
            consent_text=self.consent_text,
            is_consent_required=self.is_consent_required,
            thanks_url=self.thanks_url,
            company_names=tuple(self.company_names),
        )


class FormVersion(models.Model):
    """What a form asked and said from its publication on, until the next."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    design = models.JSONField(help_text="As hosted.design.Design.")
    consent_version = models.CharField(max_length=40)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_form_has_one_version_of_a_number", fields=["form", "number"]),
            models.CheckConstraint(name="versions_count_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of form {self.form_id}"


class FormUse(models.Model):
    """How often a form was begun and sent on one day at one place: a website's host, or empty for a strange one."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="uses")
    on = models.DateField()
    host = models.CharField(max_length=120, blank=True)
    begun = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_form_counts_once_a_day", fields=["form", "on", "host"])]

    def __str__(self) -> str:
        return f"form {self.form_id} on {self.on}"
