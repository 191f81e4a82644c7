"""The company that runs this deployment, and the scopes (brand, region, WeCom corp) its data falls into."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """The one company of this deployment; a second row cannot exist."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    language = models.CharField(max_length=10, default="zh-hans")
    currency = models.CharField(max_length=3, default="CNY")
    region = models.CharField(max_length=2, default="CN", help_text="Region assumed for telephone numbers.")
    audit_kept_days = models.PositiveIntegerField(
        default=1_095, help_text="Older entries of the audit trail are removed."
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=16), default=list, db_default=[], help_text="Roles that sign in with a code, too."
    )
    reveals_a_day = models.PositiveIntegerField(
        default=200, db_default=200, help_text="Masked values that one colleague may look at in full."
    )
    exported_in_full_a_day = models.PositiveIntegerField(
        default=5_000, db_default=5_000, help_text="Rows that one colleague may export with contact details in full."
    )
    read_in_full_a_day = models.PositiveIntegerField(
        default=5_000, db_default=5_000, help_text="Masked values that one key of the API may read in full."
    )
    is_demo = models.BooleanField(default=False)
    skipped_steps = ArrayField(models.CharField(max_length=20), default=list, help_text="Of the first run.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_organisation", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name


class BusinessScope(models.Model):
    """A part of the business whose leads, chats and touchpoints are kept apart: a brand, a region, a WeCom corp."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Whole company")
        BRAND = "brand", _("Brand")
        REGION = "region", _("Region")
        WECOM_CORP = "wecom_corp", _("WeCom corp")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.COMPANY)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_scope_has_a_known_kind", condition=Q(kind__in=["company", "brand", "region", "wecom_corp"])
            )
        ]

    def __str__(self) -> str:
        return self.code
