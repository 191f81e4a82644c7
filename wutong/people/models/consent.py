"""What people allowed and refused: the decisions as they were made, and what they amount to today."""

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from wutong.people.models.identity import Assurance, Identifier
from wutong.people.models.person import Person

ANY = "any"
"""As a channel: every channel. As a purpose: everything, which can be withdrawn but never be agreed to."""


CHANNELS: dict[str, str | Promise] = {
    "email": pgettext_lazy("channel of consent", "E-mail"),
    "sms": pgettext_lazy("channel of consent", "Text message"),
    "phone": pgettext_lazy("channel of consent", "Telephone call"),
    "wecom": pgettext_lazy("channel of consent", "WeCom"),
    "wechat": pgettext_lazy("channel of consent", "WeChat Official Account"),
    "whatsapp": pgettext_lazy("channel of consent", "WhatsApp"),
    "web": pgettext_lazy("channel of consent", "Website"),
}
PURPOSES: dict[str, str | Promise] = {
    "contact": pgettext_lazy("purpose of consent", "Being contacted about a request"),
    "marketing": pgettext_lazy("purpose of consent", "News of products and invitations"),
    "newsletter": pgettext_lazy("purpose of consent", "Newsletter"),
    "tracking": pgettext_lazy("purpose of consent", "Tracking on the website"),
}
"""Purposes that we know. Forms may ask for others by a code of their own."""


def channel_name(code: str) -> str:
    """A channel in words."""
    return str(pgettext_lazy("channel of consent", "Every channel") if code == ANY else CHANNELS.get(code, code))


def purpose_name(code: str) -> str:
    """A purpose in words."""
    return str(pgettext_lazy("purpose of consent", "Everything") if code == ANY else PURPOSES.get(code, code))


class ConsentKind(models.TextChoices):
    """What is agreed to. The law asks for a consent of its own for all but the first (PIPL, articles 23, 29 and 39)."""

    GENERAL = "general", pgettext_lazy("consent", "Use of personal information")
    SENSITIVE = "sensitive", pgettext_lazy("consent", "Sensitive personal information")
    PROVISION = "provision", pgettext_lazy("consent", "Provision to others")
    CROSS_BORDER = "cross_border", pgettext_lazy("consent", "Transfer abroad")


class ConsentState(models.TextChoices):
    GRANTED = "granted", pgettext_lazy("consent", "Granted")
    REFUSED = "refused", pgettext_lazy("consent", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")


_STATES = Q(state__in=ConsentState.values)
_KINDS = Q(kind__in=ConsentKind.values)
_NAMES_A_PURPOSE = ~Q(state=ConsentState.GRANTED) | ~Q(purpose=ANY)


class ConsentText(models.Model):
    """A text that people were shown when they decided, kept word by word, once."""

    digest = models.BinaryField(unique=True, max_length=32)
    version = models.CharField(max_length=40, blank=True)
    text = models.TextField()

    def __str__(self) -> str:
        return f"consent text {self.version or self.pk}"


class _Named(models.Model):
    """What reads its channel and purpose in words."""

    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)

    class Meta:
        abstract = True

    @property
    def channel_name(self) -> str:
        return channel_name(self.channel)

    @property
    def purpose_name(self) -> str:
        return purpose_name(self.purpose)


class Consent(_Named):
    """One decision about one address, channel and purpose, at one instant. Rows are added, never changed.

    ``subject`` is the address it was made for; where it names no address (a CRM number, a browser) the decision is
    about the person. :mod:`wutong.people.consents` says what decisions amount to. References are kept by the lane: see
    :mod:`wutong.people.lane`.
    """

    State = ConsentState

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="consents", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents", db_index=False, db_constraint=False)
    kind = models.CharField(
        max_length=12, choices=ConsentKind.choices, default=ConsentKind.GENERAL, db_default=ConsentKind.GENERAL.value
    )
    state = models.CharField(max_length=9, choices=ConsentState.choices)
    text_version = models.CharField(max_length=40, blank=True)
    text = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, related_name="consents", db_index=False, db_constraint=False
    )
    source = models.CharField(max_length=60, help_text="form:<key>, api:<key>, banner, by_hand, preferences, request.")
    proof = models.JSONField(default=dict, db_default={}, help_text="Where it was decided: address, form, version.")
    reason = models.CharField(max_length=300, blank=True, db_default="", help_text="What a colleague says of it.")
    by = models.ForeignKey(
        "platform.Staff", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    event_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_consent_is_granted_refused_or_withdrawn", condition=_STATES),
            models.CheckConstraint(name="a_consent_is_of_a_known_kind", condition=_KINDS),
            models.CheckConstraint(name="nobody_consents_to_everything", condition=_NAMES_A_PURPOSE),
            models.UniqueConstraint(
                name="an_event_decides_once_for_an_address",
                fields=["event_id", "subject", "kind", "channel", "purpose"],
            ),
        ]
        indexes = [models.Index(name="consents_of_a_person", fields=["person", "channel", "purpose", "-at"])]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}/{self.purpose}"


class ConsentStanding(_Named):
    """What the decisions about one address, kind, channel and purpose amount to. A projection of :class:`Consent`."""

    subject = models.ForeignKey(
        Identifier, models.PROTECT, related_name="consent_standings", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="consent_standings", db_constraint=False)
    kind = models.CharField(max_length=12, choices=ConsentKind.choices)
    state = models.CharField(max_length=9, choices=ConsentState.choices)
    assurance = models.CharField(max_length=8, choices=Assurance.choices)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Consent, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_address_stands_once_for_a_purpose", fields=["subject", "kind", "channel", "purpose"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}/{self.purpose}"
