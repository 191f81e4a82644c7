"""``wutong staff``: accounts from the command line, for when there is no mail or nobody can sign in."""

import argparse
import sys
from datetime import UTC, datetime

from wutong.operations.own_server import reachable_database
from wutong.operations.problem import Problem


def main(argv: list[str]) -> int:
    """List, invite and help colleagues; prints one-time links."""
    parser = argparse.ArgumentParser(prog="wutong staff", description=main.__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("list", help="all accounts")
    reset = acts.add_parser("reset-password", help="print a link that sets a new password once, within two hours")
    reset.add_argument("email")
    invite = acts.add_parser("invite", help="make an account and print its one-time link")
    invite.add_argument("email")
    invite.add_argument("--name", required=True)
    invite.add_argument("--role", default="sdr")
    given = parser.parse_args(argv)

    import django
    from django.db import OperationalError

    with reachable_database():
        django.setup()
        try:
            return _done(given, at=datetime.now(UTC))
        except OperationalError as error:
            raise Problem(f"The database does not answer: {error}. See wutong doctor.") from error


def _done(given: argparse.Namespace, *, at: datetime) -> int:
    match given.act:
        case "list":
            return _list()
        case "reset-password":
            return _reset(given.email, at)
        case _:
            return _invite(given.email, given.name, given.role, at)


def _list() -> int:
    from wutong.platform.models import Staff

    for staff in Staff.objects.order_by("sort_key", "pk"):
        state = "deactivated" if not staff.is_active else "active" if staff.has_usable_password() else "invited"
        _say(f"{staff.email}\t{staff.full_name}\t{staff.role}\t{state}")
    return 0


def _reset(email: str, at: datetime) -> int:
    from django.db import transaction
    from django.urls import reverse

    from wutong.platform.audit import record
    from wutong.platform.models import Staff
    from wutong.platform.one_time_links import full_address, mint_invitation, reset_path

    with transaction.atomic(durable=True):
        staff = Staff.objects.active().filter(email__iexact=email).first()
        if staff is None:
            return _fail(f"No active colleague signs in with {email}. See: wutong staff list")
        if staff.has_usable_password():
            path = reset_path(staff)
        else:
            path = reverse("platform:invitation", args=[mint_invitation(staff, at=at)])
        record("staff.reset_link_made", actor=None, subject=staff, at=at)
    _say(full_address(path))
    return 0


def _invite(email: str, name: str, role: str, at: datetime) -> int:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from wutong.platform.invitations import invite
    from wutong.platform.models import DataScope, Role, Team
    from wutong.platform.one_time_links import full_address
    from wutong.platform.refusal import Refusal

    if role not in Role.values:
        return _fail(f"There is no role {role}. Write one of: {', '.join(Role.values)}.")
    scope = DataScope.ALL if role in (Role.ADMIN, Role.MANAGER) else DataScope.OWN
    try:
        validate_email(email)
        invited = invite(
            email=email,
            full_name=name,
            role=Role(role),
            team=Team.objects.filter(parent=None).first(),
            data_scope=scope,
            by=None,
            at=at,
        )
    except ValidationError:
        return _fail(f"{email} is not an e-mail address.")
    except Refusal as no:
        return _fail(str(no))
    _say(full_address(invited.path))
    return 0


def _say(text: str) -> None:
    print(text)  # noqa: T201  # the operator's terminal


def _fail(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201  # as above
    return 1
