"""Colleagues, the tree of teams they work in, what each role may do and how far each sees."""

import uuid
from typing import Any, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.platform.models.organisation import BusinessScope
from wutong.platform.ready_made import ready_made


class Role(models.TextChoices):
    """The eight roles, fixed in code."""

    MARKETER = "marketer", _("Marketer")
    CONTENT = "content", _("Content and campaigns")
    SDR = "sdr", _("SDR")
    SALES = "sales", pgettext_lazy("role", "Sales")
    SUCCESS = "success", _("Customer success")
    MANAGER = "manager", _("Manager")
    PARTNER_MANAGER = "partner_manager", _("Partner manager")
    ADMIN = "admin", _("Administrator")


class DataScope(models.TextChoices):
    """How far a colleague sees."""

    OWN = "own", pgettext_lazy("data scope", "Own")
    TEAM = "team", pgettext_lazy("data scope", "Team")
    TREE = "tree", pgettext_lazy("data scope", "Team and below")
    ALL = "all", pgettext_lazy("data scope", "Everything")


class Team(models.Model):
    """A department. ``path`` lists the ids from the root to this team, so that a subtree is one prefix."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, db_index=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_team_path_is_slashed", condition=Q(path__regex=r"^/([0-9]+/)+$")),
            models.UniqueConstraint(name="sibling_teams_differ_in_name", fields=["parent", "name"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name


class StaffQuerySet(models.QuerySet["Staff"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def administrators(self) -> Self:
        """Administrators who can sign in; one who is only invited cannot yet."""
        return self.active().filter(role=Role.ADMIN).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def visible_to(self, staff: "Staff") -> Self:
        """Colleagues are known to one another by name; accounts and rights are shown to administrators only."""
        return self if staff.is_active else self.none()


class StaffManager(BaseUserManager["Staff"].from_queryset(StaffQuerySet)):  # type: ignore[misc]  # built at run time
    def get(self, *args: Any, **kwargs: Any) -> "Staff":
        """By ``pk`` alone, as Django asks for whoever a session belongs to, with every page."""
        if type(self) is not StaffManager or args or kwargs.keys() != {"pk"} or not isinstance(kwargs["pk"], int):
            found: Staff = super().get(*args, **kwargs)
            return found
        for one in staff_by_key(kwargs["pk"]):
            return one
        raise Staff.DoesNotExist

    def get_by_natural_key(self, username: str | None) -> "Staff":
        found: Staff = self.get(email__iexact=username or "")
        return found


class Staff(AbstractBaseUser):
    """A colleague who signs in."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Follow the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        STANDARD = "standard", _("Standard")
        ROOMY = "roomy", _("Roomy")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=200, db_collation="C", blank=True)
    role = models.CharField(max_length=16, choices=Role.choices)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    data_scope = models.CharField(max_length=4, choices=DataScope.choices, default=DataScope.OWN)
    scopes = models.ManyToManyField(BusinessScope, blank=True, related_name="staff")
    is_active = models.BooleanField(default=True)
    auth_epoch = models.PositiveIntegerField(default=1, help_text="Raised to end every session and live stream.")
    has_second_factor = models.BooleanField(
        default=False, db_default=False, help_text="There is a SecondFactor: kept here, because every request asks."
    )
    language = models.CharField(max_length=10, default="zh-hans")
    zone = models.CharField(max_length=64, blank=True, help_text="Empty: the organisation's zone.")
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    density = models.CharField(max_length=8, choices=Density.choices, default=Density.STANDARD)
    has_shortcuts = models.BooleanField(default=True, db_default=True, help_text="Single keys act on lists.")
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name", "role"]
    objects = StaffManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_colleague_has_a_known_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="a_colleague_has_a_known_scope", condition=Q(data_scope__in=DataScope.values)),
            models.CheckConstraint(
                name="a_team_scope_needs_a_team", condition=~Q(data_scope__in=["team", "tree"]) | Q(team__isnull=False)
            ),
            models.UniqueConstraint(Lower("email"), name="one_sign_in_for_one_address"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def audit_label(self) -> str:
        return self.full_name

    def own_scopes(self) -> list[BusinessScope]:
        """The parts of the business that this colleague is kept to; none is all of them.

        Every list of a page asks for them, and is told as of the first time.
        """
        known = self.__dict__.setdefault("_prefetched_objects_cache", {})
        if "scopes" not in known:
            scopes = self.scopes.all()
            scopes._result_cache = scopes_of(self.pk)
            known["scopes"] = scopes  # as a prefetch leaves it: forgotten when they are set anew
        return list(self.scopes.all())

    def get_session_auth_hash(self) -> str:
        """Ends every session when the password or ``auth_epoch`` changes."""
        return f"{super().get_session_auth_hash()}{self.auth_epoch}"


@ready_made
def staff_by_key(staff: int) -> models.QuerySet[Staff]:
    found: models.QuerySet[Staff] = Staff.objects.filter(pk=staff)
    return found


@ready_made
def scopes_of(staff: int) -> models.QuerySet[BusinessScope]:
    return BusinessScope.objects.filter(staff=staff).order_by("pk")


class Invitation(models.Model):
    """A one-time link by which a colleague sets a first password. Only the digest of its token is stored."""

    staff = models.OneToOneField(Staff, models.CASCADE, related_name="invitation")
    token_digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"invitation of {self.staff_id} until {self.expires_at:%Y-%m-%d}"


class ResetAsk(models.Model):
    """Somebody asked for a link that sets a new password. Kept to be counted: nobody is to fill a mailbox with them."""

    asked_at = models.DateTimeField()
    email_digest = models.BinaryField(max_length=32)
    client = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(name="asks_for_an_address", fields=["email_digest", "asked_at"]),
            models.Index(name="asks_of_a_client", fields=["client", "asked_at"]),
        ]

    def __str__(self) -> str:
        return f"password link asked for at {self.asked_at:%Y-%m-%d %H:%M}"
