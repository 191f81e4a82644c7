"""Passwords: set first, forgotten, changed. Each change ends every other session and live stream."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.invitations import Deactivated
from wutong.platform.live_sessions import end_live_streams
from wutong.platform.mail import MailNotSetUp, is_mail_set_up, send_later
from wutong.platform.models import Invitation, ResetAsk, Staff
from wutong.platform.one_time_links import LinkUsedUp, full_address, invited, reset_path, resetting
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import digest
from wutong.platform.sign_in import unlock

HOUR = timedelta(hours=1)
ASKS_FOR_ONE_ADDRESS = 3
ASKS_OF_ONE_CLIENT = 10
"""So many reset links an hour: enough for somebody in a hurry, too few to fill a mailbox or the outbox."""
_LOCK = 7_310_002  # an advisory lock: asks that come at once are counted one after another


class WrongPassword(Refusal):
    code = "wrong_password"
    message = _("The present password is not right. Type it again, or reset it by mail.")


class HasNoPassword(Refusal):
    code = "has_no_password"
    message = _("%(name)s has not set a password yet. Make a new invitation link instead.")


class OwnPassword(Refusal):
    code = "own_password"
    message = _("Change your own password under My settings, with the present one.")


def ask_for_reset(*, email: str, client: str | None, at: datetime) -> None:
    """Have a reset link sent to ``email`` if it belongs to a colleague, unless it was asked for too often.

    The look-up is left to a job, so that the answer takes equally long whether or not the address is known. Who asks
    too often is told nothing either: others may have asked for the same address.

    Args:
        client: the network address that asks; None where there is none, behind a local proxy.

    Raises:
        MailNotSetUp: the system cannot send mail; an administrator must help.
    """
    if not is_mail_set_up():
        raise MailNotSetUp
    asked_for = digest(email)
    with transaction.atomic(durable=True):
        if not _is_within_limits(asked_for, client=client, at=at):
            return
        ResetAsk.objects.create(asked_at=at, email_digest=asked_for, client=client)
        with suppress(AlreadyEnqueued), transaction.atomic():  # asked twice: one mail is on its way
            send_reset_link_later.configure(queueing_lock=f"reset {asked_for.hex()}").defer(email=email)


def _is_within_limits(asked_for: bytes, *, client: str | None, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    lately = ResetAsk.objects.filter(asked_at__gt=at - HOUR)
    if lately.filter(email_digest=asked_for).count() >= ASKS_FOR_ONE_ADDRESS:
        return False
    return client is None or lately.filter(client=client).count() < ASKS_OF_ONE_CLIENT


def send_reset_link(*, email: str, at: datetime) -> None:
    """Mail the link to the colleague with this address; nobody has it, nobody hears of it."""
    with transaction.atomic(durable=True):
        staff = Staff.objects.active().filter(email__iexact=email).first()
        if staff is None:
            return
        with override(staff.language):
            send_later(
                staff.email,
                gettext("Set a new password"),
                gettext(
                    "%(name)s, open this address within two hours to set a new password:\n\n%(address)s\n\n"
                    "If you did not ask for it, do nothing: your password stays as it is."
                )
                % {"name": staff.full_name, "address": full_address(reset_path(staff))},
                at=at,
            )
        record("staff.password_reset_asked", actor=None, subject=staff, at=at)


def make_reset_link(*, staff: Staff, by: Staff, at: datetime) -> str:
    """Path of a page that sets a colleague's new password once, within two hours. The present one works until then.

    Raises:
        OwnPassword: nobody gets round the question for the present password this way.
        HasNoPassword: the colleague has not used the invitation.
        Deactivated: the account is closed.
    """
    if staff.pk == by.pk:
        raise OwnPassword
    with transaction.atomic(durable=True):
        staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        if not staff.is_active:
            raise Deactivated(name=staff.full_name)
        if not staff.has_usable_password():
            raise HasNoPassword(name=staff.full_name)
        record("staff.reset_link_made", actor=by, subject=staff, at=at)
        return reset_path(staff)


def reset_password(*, who: str, token: str, password: str, at: datetime) -> Staff:
    """Set a new password by a reset link.

    Raises:
        LinkUsedUp: used, too old or altered.
    """
    with transaction.atomic(durable=True):
        staff: Staff = Staff.objects.select_for_update(no_key=True).get(pk=resetting(who, token).pk)
        resetting(who, token)  # two tabs with one link: the second finds it used once it holds the row
        set_password(staff, password)
        unlock(staff)
        record("staff.password_reset", actor=staff, subject=staff, at=at)
    return staff


def change_password(*, staff: Staff, present: str, password: str, at: datetime) -> Staff:
    """Set a new password by the present one.

    Raises:
        WrongPassword: ``present`` is not the present password.
    """
    with transaction.atomic(durable=True):
        staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        if not staff.check_password(present):
            raise WrongPassword
        set_password(staff, password)
        record("staff.password_changed", actor=staff, subject=staff, at=at)
    return staff


def accept_invitation(*, token: str, full_name: str, password: str, at: datetime) -> Staff:
    """Set the first password and use the invitation up.

    Raises:
        LinkUsedUp: used, replaced or too old.
    """
    with transaction.atomic(durable=True):
        staff = claim_invitation(token, at=at)
        staff.full_name, staff.sort_key = full_name, sort_key(full_name)
        staff.save(update_fields=["full_name", "sort_key"])
        set_password(staff, password)
        record("staff.invitation_accepted", actor=staff, subject=staff, at=at)
    return staff


def claim_invitation(token: str, *, at: datetime) -> Staff:
    """The invited colleague, the invitation used up. Opens no transaction."""
    staff: Staff = Staff.objects.select_for_update(no_key=True).get(pk=invited(token, at=at).pk)
    # The DELETE settles a race between two tabs: one removes the row, one finds none.
    deleted, _rows = Invitation.objects.filter(staff=staff, token_digest=digest(token)).delete()
    if not deleted:
        raise LinkUsedUp
    return staff


def set_password(staff: Staff, password: str) -> None:
    """Set it and end all sessions. The caller holds the row; forms have checked the password."""
    staff.set_password(password)
    staff.auth_epoch += 1
    staff.save(update_fields=["password", "auth_epoch"])
    end_live_streams(staff)


@app.task(name="platform.send_reset_link", queue="urgent")
def send_reset_link_later(email: str) -> None:
    send_reset_link(email=email, at=timezone.now())
