"""The identity graph: identifiers, what was seen together, and who they are projected to be.

Observations are the truth; links, person ids and shared marks are a projection that can be recomputed from them.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy


class IdentifierKind(models.TextChoices):
    """Kinds of identifier, strongest first; the order is the rank of ``algorithms.md`` 1."""

    CRM_ID = "crm_id", pgettext_lazy("identifier", "CRM number")
    UNIONID = "unionid", pgettext_lazy("identifier", "WeChat union id")
    EXTERNAL_USERID = "external_userid", pgettext_lazy("identifier", "WeCom contact id")
    PHONE = "phone", pgettext_lazy("identifier", "Phone")
    EMAIL = "email", pgettext_lazy("identifier", "E-mail")
    OPENID = "openid", pgettext_lazy("identifier", "Official account id")
    COOKIE = "cookie", pgettext_lazy("identifier", "Browser")
    DEVICE = "device", pgettext_lazy("identifier", "Device")

    @property
    def rank(self) -> int:
        """0 is the strongest."""
        return _RANKS[self]

    @property
    def is_weak(self) -> bool:
        """Whether it names a machine rather than a person."""
        return self in (IdentifierKind.COOKIE, IdentifierKind.DEVICE)


_RANKS = {kind: rank for rank, kind in enumerate(IdentifierKind)}


class Assurance(models.TextChoices):
    """How sure it is that the identifiers of an observation belong to whoever acted."""

    VERIFIED = "verified", pgettext_lazy("assurance", "Verified")
    STAFF = "staff", pgettext_lazy("assurance", "Entered by a colleague")
    TYPED = "typed", pgettext_lazy("assurance", "Typed by the visitor")
    BROWSER = "browser", pgettext_lazy("assurance", "Seen in the browser")


class Identifier(models.Model):
    """Something that points at a person, in its normal form. Identifiers *are* the subjects of events and facts."""

    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    scope = models.CharField(max_length=80, blank=True, help_text="App, corp or CRM; empty where the world shares it.")
    value = models.CharField(max_length=320)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="identifiers")
    is_blocked = models.BooleanField(default=False, help_text="A generic value: it never links people.")
    is_shared = models.BooleanField(default=False, help_text="A browser or device seen with more than one person.")
    is_verified = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_identifier_stands_once", fields=["kind", "scope", "value"]),
            models.CheckConstraint(name="an_identifier_has_a_known_kind", condition=Q(kind__in=IdentifierKind.values)),
            models.CheckConstraint(name="an_openid_names_its_app", condition=~Q(kind="openid") | ~Q(scope="")),
        ]
        indexes = [models.Index(name="identifiers_of_a_person", fields=["person"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Observation(models.Model):
    """Identifiers seen together. One that holds a single identifier says nothing about links and is not stored."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=40)
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    identifiers = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_observation_has_known_assurance", condition=Q(assurance__in=Assurance.values)
            ),
            models.CheckConstraint(name="an_observation_links_two_or_more", condition=Q(identifiers__len__gte=2)),
        ]

    def __str__(self) -> str:
        return f"observation {self.pk}"


class IdentityLink(models.Model):
    """A pair of identifiers seen together at least once, with the observation that showed it first."""

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    high = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    first_observation_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_pair_is_linked_once", fields=["low", "high"]),
            models.CheckConstraint(name="a_link_joins_two", condition=Q(low__lt=F("high"))),
        ]
        indexes = [models.Index(name="links_from_above", fields=["high", "low"])]

    def __str__(self) -> str:
        return f"{self.low_id} = {self.high_id}"


class IdentityChange(models.Model):
    """A merge or a split that the projection made, and why. The history that an undo will need."""

    class Kind(models.TextChoices):
        MERGE = "merge", pgettext_lazy("identity", "Merged")
        SPLIT = "split", pgettext_lazy("identity", "Split")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    at = models.DateTimeField()
    cause = models.CharField(max_length=40)
    observation_id = models.UUIDField(null=True)
    actor = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    source_person = models.ForeignKey("people.Person", models.PROTECT, related_name="changes_from")
    target_person = models.ForeignKey("people.Person", models.PROTECT, related_name="changes_to")
    identifiers = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [
            models.Index(name="changes_to_a_person", fields=["target_person", "-at"]),
            models.Index(name="changes_from_a_person", fields=["source_person", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_person_id} -> {self.target_person_id}"


class IdentityMove(models.Model):
    """A subject that now belongs to another person than when its events were exported. The lake joins these."""

    subject_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="moves_of_a_subject", fields=["subject_id", "-id"])]

    def __str__(self) -> str:
        return f"{self.subject_id} -> {self.person_id}"
