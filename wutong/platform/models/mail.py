"""How the system sends mail, and what it has sent."""

from django.db import models
from django.db.models import Q


class MailSettings(models.Model):
    """The one SMTP account for mails of the system itself; its password is encrypted at rest."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(
        max_length=8, default="starttls", choices=[("none", "–"), ("starttls", "STARTTLS"), ("tls", "TLS")]
    )
    username = models.CharField(max_length=200, blank=True)
    password_encrypted = models.BinaryField(blank=True, default=b"")
    sender = models.EmailField()
    sender_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_mail_account", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class OutgoingMail(models.Model):
    """A mail of the system. The text is wiped once it is sent: it may hold a reset link."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text_encrypted = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="mail_by_age", fields=["created_at"])]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"
