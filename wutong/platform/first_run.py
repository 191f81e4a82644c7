"""The first minute of a company: an empty database gets what everything else stands on, and a first administrator."""

from datetime import datetime, time

from django.db import connection, transaction
from django.urls import reverse

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.models import (
    BusinessScope,
    DataScope,
    Invitation,
    Organisation,
    Role,
    Staff,
    Team,
    WorkingHours,
)
from wutong.platform.one_time_links import LinkUsedUp, invited, mint_invitation
from wutong.platform.passwords import claim_invitation, set_password

ORGANISATION_NAME = "我的公司"
ADMINISTRATOR_NAME = "管理员"
PLACEHOLDER_ADDRESS = "administrator@example.invalid"
_LOCK = 7_310_001  # an advisory lock: two processes that start at once make one company


def ensure_company(*, at: datetime) -> str | None:
    """Make the company in an empty database; safe to call at every start.

    Returns:
        the path of a one-time link by which the first administrator takes over, freshly made, as long as no
        administrator has a password; None afterwards.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not Organisation.objects.exists():
            make_company(at=at)
        if Staff.objects.administrators().exists():
            return None
        first = _first_administrator() or _make_administrator(at=at)
        return reverse("platform:welcome", args=[mint_invitation(first, at=at)])


def make_company(*, at: datetime) -> None:
    """What everything else stands on, in an empty database: it has no administrator yet."""
    Organisation.objects.create(name=ORGANISATION_NAME, created_at=at)
    BusinessScope.objects.get_or_create(code="company", defaults={"name": ORGANISATION_NAME})
    root = Team.objects.create(name=ORGANISATION_NAME, path="/0/")
    root.path = f"/{root.pk}/"
    root.save(update_fields=["path"])
    WorkingHours.objects.bulk_create(
        WorkingHours(weekday=weekday, opens_at=time(9), closes_at=time(18)) for weekday in range(5)
    )
    record("organisation.made", actor=None, at=at)


def taking_over(token: str, *, at: datetime) -> Staff:
    """The first administrator, whom a still valid link names, of a company that nobody administers yet.

    Raises:
        LinkUsedUp: used, replaced or too old, or the invitation of a colleague: that one opens another page.
    """
    staff = invited(token, at=at)
    if Staff.objects.administrators().exists() or staff != _first_administrator():
        raise LinkUsedUp
    return staff


def take_over(*, token: str, full_name: str, email: str, password: str, organisation_name: str, at: datetime) -> Staff:
    """The first administrator takes the company over: sets name, address, password and the company's name.

    Raises:
        LinkUsedUp: see :func:`taking_over`.
    """
    with transaction.atomic(durable=True):
        taking_over(token, at=at)
        staff = claim_invitation(token, at=at)
        staff.full_name, staff.sort_key, staff.email = full_name, sort_key(full_name), email.strip().lower()
        staff.save(update_fields=["full_name", "sort_key", "email"])
        set_password(staff, password)
        organisation = Organisation.objects.select_for_update().get()
        organisation.name = organisation_name
        organisation.save(update_fields=["name"])
        Team.objects.filter(parent=None, name=ORGANISATION_NAME).update(name=organisation_name)
        record("organisation.taken_over", actor=staff, subject=organisation, at=at)
    return staff


def is_welcome_due() -> bool:
    """Whether the company still waits for its first administrator."""
    return Invitation.objects.filter(staff__email=PLACEHOLDER_ADDRESS).exists()


def _first_administrator() -> Staff | None:
    first: Staff | None = Staff.objects.active().filter(role=Role.ADMIN).order_by("pk").first()
    return first


def _make_administrator(*, at: datetime) -> Staff:
    staff = Staff(
        email=PLACEHOLDER_ADDRESS,
        full_name=ADMINISTRATOR_NAME,
        sort_key=sort_key(ADMINISTRATOR_NAME),
        role=Role.ADMIN,
        team=Team.objects.order_by("path").first(),
        data_scope=DataScope.ALL,
        created_at=at,
    )
    staff.set_unusable_password()
    staff.save()
    return staff
