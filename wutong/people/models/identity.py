"""The identity graph: identifiers, what was seen together, and who they are projected to be.

Observations, what colleagues have decided and the list of blocked values are the truth; links, person ids, shared marks
and refused links are a projection that can be recomputed from them.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.people.graph.rules import KINDS, LARGEST


class IdentifierKind(models.TextChoices):
    """Kinds of identifier, strongest first; what the rules ask of each is in :mod:`wutong.people.graph.rules`."""

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
        return KINDS[self].rank

    @property
    def is_weak(self) -> bool:
        """Whether it names a machine rather than a person."""
        return KINDS[self].is_weak


class Assurance(models.TextChoices):
    """How sure it is that the identifiers of an observation belong to whoever acted."""

    VERIFIED = "verified", pgettext_lazy("assurance", "Verified")
    STAFF = "staff", pgettext_lazy("assurance", "Entered by a colleague")
    TYPED = "typed", pgettext_lazy("assurance", "Typed by the visitor")
    BROWSER = "browser", pgettext_lazy("assurance", "Seen in the browser")


class Identifier(models.Model):
    """Something that points at a person, in its normal form. Identifiers *are* the subjects of events and facts.

    Written and removed in the lane alone, as people are.
    """

    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    scope = models.CharField(max_length=80, blank=True, help_text="App, corp or CRM; empty where the world shares it.")
    value = models.CharField(max_length=320)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, related_name="identifiers", db_index=False, db_constraint=False
    )
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

    @property
    def rank(self) -> int:
        return IdentifierKind(self.kind).rank

    @property
    def is_weak(self) -> bool:
        return IdentifierKind(self.kind).is_weak


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
    """A pair of identifiers seen together at least once, with the observation that showed it first.

    Written and removed in the lane alone.
    """

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    high = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    first_at = models.DateTimeField()
    first_observation_id = models.UUIDField()
    is_verified = models.BooleanField(
        default=False, db_default=False, help_text="A verified observation has shown it: see people.assurance."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_pair_is_linked_once", fields=["low", "high"]),
            models.CheckConstraint(name="a_link_joins_two", condition=Q(low__lt=F("high"))),
        ]
        indexes = [models.Index(name="links_from_above", fields=["high", "low"])]

    def __str__(self) -> str:
        return f"{self.low_id} = {self.high_id}"


class IdentityDecision(models.Model):
    """A colleague's word about two identifiers: one person, or not. What is said at once is one ``act``.

    It counts until it is withdrawn, in every rebuild too.
    """

    class What(models.TextChoices):
        SAME = "same", pgettext_lazy("identity", "The same person")
        APART = "apart", pgettext_lazy("identity", "Not the same person")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.UUIDField(db_index=True)
    what = models.CharField(max_length=5, choices=What.choices)
    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_index=False)
    high = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_act_decides_a_pair_once", fields=["act", "low", "high"]),
            models.CheckConstraint(name="a_decision_is_about_two", condition=Q(low__lt=F("high"))),
            models.CheckConstraint(name="a_decision_says_same_or_apart", condition=Q(what__in=["same", "apart"])),
            models.CheckConstraint(
                name="a_decision_is_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="decisions_by_lower", fields=["low"], condition=Q(withdrawn_at=None)),
            models.Index(name="decisions_by_higher", fields=["high"], condition=Q(withdrawn_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} {'=' if self.what == self.What.SAME else '≠'} {self.high_id}"


class RefusedLink(models.Model):
    """A link that the rules did not follow, for colleagues to look at. Projected: it goes when its reason goes."""

    class Why(models.TextChoices):
        """As :class:`wutong.people.graph.Reason`."""

        KEPT_APART = "kept_apart", pgettext_lazy("refused link", "A colleague has told them apart")
        EXCLUSIVE = "exclusive", pgettext_lazy("refused link", "One person has one of these only")
        TOO_MANY = "too_many", pgettext_lazy("refused link", "More of a kind than a person has")
        TOO_BIG = "too_big", pgettext_lazy("refused link", "More identifiers than a person has")

    low = models.ForeignKey(Identifier, models.PROTECT, related_name="+", db_index=False)
    high = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    kind = models.CharField(max_length=16, choices=IdentifierKind.choices, blank=True)
    first_at = models.DateTimeField(help_text="When the two were first seen together.")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_link_is_refused_once", fields=["low", "high"]),
            models.CheckConstraint(name="a_refused_link_joins_two", condition=Q(low__lt=F("high"))),
        ]
        indexes = [
            models.Index(name="refused_links_to_look_at", fields=["-opened_at", "-id"], condition=~Q(why="kept_apart")),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} - {self.high_id}: {self.why}"


class BlockedValue(models.Model):
    """A value on the company's own list: it belongs to nobody in particular and never links people."""

    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    scope = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=320)
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_value_is_blocked_once", fields=["kind", "scope", "value"])]

    def __str__(self) -> str:
        return f"blocked {self.kind} {self.pk}"


class IdentityRules(models.Model):
    """What an administrator has chosen, and by which version of the rules the projection was last built as a whole."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    largest = models.PositiveSmallIntegerField(
        default=LARGEST, help_text="No person gets more identifiers than this without a colleague's word."
    )
    built_by_version = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_set_of_identity_rules", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"rules of version {self.built_by_version}"


class IdentityChange(models.Model):
    """A merge or a split that the projection made, and why. What an undo goes by."""

    class Kind(models.TextChoices):
        MERGE = "merge", pgettext_lazy("identity", "Merged")
        SPLIT = "split", pgettext_lazy("identity", "Split")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    at = models.DateTimeField()
    cause = models.CharField(max_length=40, help_text="As people.projection.Cause.")
    observation_id = models.UUIDField(null=True, help_text="The latest of those that show its links.")
    act = models.UUIDField(null=True, help_text="Of the decisions that made it.")
    links = models.JSONField(
        default=list, db_default=[], help_text="Pairs of identifiers: those that join both sides, or that were cut."
    )
    actor = models.ForeignKey("platform.Staff", models.PROTECT, null=True, related_name="+")
    source_person = models.ForeignKey("people.Person", models.PROTECT, related_name="changes_from", db_index=False)
    target_person = models.ForeignKey("people.Person", models.PROTECT, related_name="changes_to", db_index=False)
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
