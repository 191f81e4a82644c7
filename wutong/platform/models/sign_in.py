"""What a sign-in takes beside the password, and the browsers in which a colleague is signed in."""

from django.db import models
from django.db.models import Q

from wutong.platform.models.staff import Staff


class SecondFactor(models.Model):
    """A colleague's authenticator app. The row is there once a first code has shown that the app holds the secret."""

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True, related_name="second_factor")
    secret_encrypted = models.BinaryField()
    set_up_at = models.DateTimeField()
    last_step = models.BigIntegerField(help_text="Half minute of the last code that was taken; none older is.")
    wrong_codes = models.PositiveSmallIntegerField(default=0, help_text="In a row, since the last right one.")
    waits_until = models.DateTimeField(null=True, help_text="After too many wrong codes.")

    def __str__(self) -> str:
        return f"second factor of {self.staff_id}"


class RecoveryCode(models.Model):
    """Stands in for the app once, when the telephone is lost. Only its digest is stored."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32, unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="recovery_codes_left", fields=["staff"], condition=Q(used_at=None)),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.staff_id}"


class StaffSession(models.Model):
    """One browser in which a colleague is signed in, as the list of devices shows it."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    auth_epoch = models.PositiveIntegerField(help_text="Of the colleague then; raised since, the session is over.")
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="sessions_of_a_colleague", fields=["staff", "-last_seen_at"])]

    def __str__(self) -> str:
        return f"session of {self.staff_id}"
