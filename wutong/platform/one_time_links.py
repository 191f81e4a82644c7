"""One-time links: an invitation sets a first password, a reset link a new one. Only digests are stored."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.platform.models import Invitation, Staff
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import digest

INVITATION_VALID_FOR = timedelta(days=7)
RESET_VALID_FOR = timedelta(hours=2)  # PASSWORD_RESET_TIMEOUT in the settings holds the same


class LinkUsedUp(Refusal):
    code = "link_used_up"
    message = _("This link has been used or is too old. Ask an administrator for a new one.")


class _ResetTokens(PasswordResetTokenGenerator):
    """Django's tokens: void once the password changes or somebody signs in; ours also when sessions are ended."""

    key_salt = "wutong.platform.one_time_links"

    def _make_hash_value(self, user: Staff, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.auth_epoch}{user.is_active}"


_reset_tokens = _ResetTokens()


def mint_invitation(staff: Staff, *, at: datetime) -> str:
    """A fresh token by which ``staff`` sets a first password; an earlier one stops working. Opens no transaction."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.update_or_create(
        staff=staff,
        defaults={"token_digest": digest(token), "created_at": at, "expires_at": at + INVITATION_VALID_FOR},
    )
    return token


def invited(token: str, *, at: datetime) -> Staff:
    """The colleague whom a still valid invitation names.

    Raises:
        LinkUsedUp: used, replaced, too old, or the colleague has been deactivated.
    """
    invitation = (
        Invitation.objects.select_related("staff").filter(token_digest=digest(token), expires_at__gt=at).first()
    )
    if invitation is None or not invitation.staff.is_active:
        raise LinkUsedUp
    return invitation.staff


def reset_path(staff: Staff) -> str:
    """Path of a page that sets a new password once, within two hours."""
    who = urlsafe_base64_encode(str(staff.pk).encode())
    return reverse("platform:password_reset", args=[who, _reset_tokens.make_token(staff)])


def resetting(who: str, token: str) -> Staff:
    """The colleague whom a still valid reset link names.

    Raises:
        LinkUsedUp: used, too old or altered.
    """
    try:
        pk = int(urlsafe_base64_decode(who))
    except ValueError as error:
        raise LinkUsedUp from error
    staff: Staff | None = Staff.objects.active().filter(pk=pk).first()
    if staff is None or not _reset_tokens.check_token(staff, token):
        raise LinkUsedUp
    return staff


def full_address(path: str) -> str:
    """A path as it goes into a mail."""
    return config().web_origin + path
