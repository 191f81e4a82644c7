"""Bringing a colleague in: the account is made at once, the colleague sets the password by a one-time link."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.mail import is_mail_set_up, send_later
from wutong.platform.models import BusinessScope, DataScope, Organisation, Role, Staff, Team
from wutong.platform.one_time_links import full_address, mint_invitation
from wutong.platform.refusal import Refusal


class AddressTaken(Refusal):
    code = "address_taken"
    message = _("A colleague with this e-mail address exists. Look among the deactivated ones too.")


class HasAPassword(Refusal):
    code = "has_a_password"
    message = _("%(name)s has set a password. A password reset helps instead of an invitation.")


class Deactivated(Refusal):
    code = "colleague_deactivated"
    message = _("%(name)s is deactivated. Reactivate the account first.")


@dataclass(frozen=True, kw_only=True)
class Invited:
    """The new colleague and the link, which is shown once: only its digest is stored."""

    staff: Staff
    path: str
    is_mailed: bool


def invite(
    *,
    email: str,
    full_name: str,
    role: Role,
    team: Team | None,
    data_scope: DataScope,
    scopes: Iterable[BusinessScope] = (),
    language: str = "zh-hans",
    by: Staff | None,
    at: datetime,
) -> Invited:
    """Make an account without a password, and a link by which the colleague sets one within seven days.

    Raises:
        AddressTaken: somebody signs in with this address already.
    """
    with transaction.atomic(durable=True):
        staff = Staff(
            email=email.strip().lower(),
            full_name=full_name,
            sort_key=sort_key(full_name),
            role=role,
            team=team,
            data_scope=data_scope,
            language=language,
            created_at=at,
        )
        staff.set_unusable_password()
        try:
            with transaction.atomic():
                staff.save()
        except IntegrityError as error:
            raise AddressTaken from error
        staff.scopes.set(scopes)
        record("staff.invited", actor=by, subject=staff, at=at, role=role, data_scope=data_scope)
        return _link_for(staff, at=at)


def invite_again(*, staff: Staff, by: Staff | None, at: datetime) -> Invited:
    """A fresh link for a colleague who has not used the first; that one stops working.

    Raises:
        HasAPassword: the colleague signs in already.
        Deactivated: the account is closed.
    """
    with transaction.atomic(durable=True):
        staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        if staff.has_usable_password():
            raise HasAPassword(name=staff.full_name)
        if not staff.is_active:
            raise Deactivated(name=staff.full_name)
        record("staff.invited_again", actor=by, subject=staff, at=at)
        return _link_for(staff, at=at)


def _link_for(staff: Staff, *, at: datetime) -> Invited:
    path = reverse("platform:invitation", args=[mint_invitation(staff, at=at)])
    is_mailed = is_mail_set_up()
    if is_mailed:
        with override(staff.language):
            send_later(
                staff.email,
                gettext("Your access to %(organisation)s") % {"organisation": Organisation.objects.get().name},
                gettext("%(name)s, open this address within seven days to choose a password:\n\n%(address)s")
                % {"name": staff.full_name, "address": full_address(path)},
                at=at,
            )
    return Invited(staff=staff, path=path, is_mailed=is_mailed)
