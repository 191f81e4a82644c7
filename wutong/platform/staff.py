"""Colleagues' accounts: their rights, and closing and reopening them. Inviting is in :mod:`invitations`."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.live_sessions import end_live_streams
from wutong.platform.models import BusinessScope, DataScope, Invitation, Role, Staff, StaffSession, Team
from wutong.platform.refusal import Refusal


class NotOnYourself(Refusal):
    code = "not_on_yourself"
    message = _("You cannot take your own administrator's rights away. Ask another administrator to do it.")


class LastAdministrator(Refusal):
    code = "last_administrator"
    message = _("%(name)s is the last administrator who can sign in. Make somebody else an administrator first.")


class NoLongerAdministrator(Refusal):
    code = "no_longer_administrator"
    message = _("You are no longer an administrator, so nothing was changed.")


def change_rights(
    *,
    staff: Staff,
    full_name: str,
    role: Role,
    team: Team | None,
    data_scope: DataScope,
    scopes: Iterable[BusinessScope],
    language: str,
    by: Staff,
    at: datetime,
) -> None:
    """Change what a colleague is called, may do and sees.

    Raises:
        NotOnYourself: administrators do not demote themselves.
        LastAdministrator: nobody could manage accounts any more.
        NoLongerAdministrator: ``by`` lost the right meanwhile.
    """
    with transaction.atomic(durable=True):
        administrators = _locked_administrators(by)
        staff = Staff.objects.select_for_update().get(pk=staff.pk)
        if staff.role == Role.ADMIN and role != Role.ADMIN:
            _refuse_losing(staff, administrators, by=by)
        before = _rights(staff)
        staff.full_name, staff.sort_key, staff.language = full_name, sort_key(full_name), language
        staff.role, staff.team, staff.data_scope = role, team, data_scope
        staff.save(update_fields=["full_name", "sort_key", "language", "role", "team", "data_scope"])
        staff.scopes.set(scopes)
        after = _rights(staff)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        record("staff.rights_changed", actor=by, subject=staff, at=at, **changed)


def deactivate(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Close an account: its sessions, live streams and open invitation end at once. What it did stays.

    Raises:
        NotOnYourself: administrators do not shut themselves out.
        LastAdministrator: nobody could manage accounts any more.
        NoLongerAdministrator: ``by`` lost the right meanwhile.
    """
    with transaction.atomic(durable=True):
        administrators = _locked_administrators(by)
        staff = Staff.objects.select_for_update().get(pk=staff.pk)
        _refuse_losing(staff, administrators, by=by)
        staff.is_active = False
        staff.auth_epoch += 1
        staff.save(update_fields=["is_active", "auth_epoch"])
        Invitation.objects.filter(staff=staff).delete()
        StaffSession.objects.filter(staff=staff).delete()
        end_live_streams(staff)
        record("staff.deactivated", actor=by, subject=staff, at=at)


def reactivate(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Open a closed account again, with the rights it had. Old sessions stay ended.

    Raises:
        NoLongerAdministrator: ``by`` lost the right meanwhile.
    """
    with transaction.atomic(durable=True):
        _locked_administrators(by)
        staff = Staff.objects.select_for_update().get(pk=staff.pk)
        staff.is_active = True
        staff.auth_epoch += 1
        staff.save(update_fields=["is_active", "auth_epoch"])
        record("staff.reactivated", actor=by, subject=staff, at=at)


def _locked_administrators(by: Staff) -> list[Staff]:
    """All administrators who can sign in, their rows locked in id order.

    Two administrators who take each other's rights at the same moment queue here: the second finds that it has none.
    """
    administrators = list(Staff.objects.administrators().select_for_update().order_by("pk"))
    if by.pk not in {one.pk for one in administrators}:
        raise NoLongerAdministrator
    return administrators


def _refuse_losing(staff: Staff, administrators: list[Staff], *, by: Staff) -> None:
    if staff.pk == by.pk:
        raise NotOnYourself
    if {one.pk for one in administrators} == {staff.pk}:
        raise LastAdministrator(name=staff.full_name)


def _rights(staff: Staff) -> dict[str, object]:
    return {
        "role": staff.role,
        "team": str(staff.team.public_id) if staff.team else None,
        "data_scope": staff.data_scope,
        "language": staff.language,
        "scopes": sorted(staff.scopes.values_list("code", flat=True)),
    }
