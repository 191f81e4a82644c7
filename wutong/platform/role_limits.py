"""How much of what is masked a day shows to whom: the company's limit, or the role's own."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Subquery
from django.db.models.functions import Coalesce

from wutong.platform.audit import record
from wutong.platform.models import Organisation, Role, RoleLimits, Staff
from wutong.platform.permissions import GRANTS

LIMITS: Mapping[str, str] = {
    "reveals_a_day": "people.reveal",
    "exported_in_full_a_day": "lists.export_in_full",
    "read_in_full_a_day": "api_keys.manage",
}
"""Each limit, and the right without which a role has none: keys are limited by the role of who answers for them."""


def limit_of(name: str, *, role: str) -> int:
    """The limit a day of a role: its own, else the company's."""
    own = RoleLimits.objects.filter(role=role).values(name)
    limit: int = Organisation.objects.values_list(Coalesce(Subquery(own), F(name)), flat=True).get()
    return limit


def roles_limited() -> list[tuple[Role, list[str]]]:
    """The roles that may see anything in full, each with the limits that concern it."""
    found = [(role, [name for name, right in LIMITS.items() if right in GRANTS[role]]) for role in Role]
    return [(role, names) for role, names in found if names]


def own_limits() -> dict[str, RoleLimits]:
    """What was set, by role."""
    return {one.role: one for one in RoleLimits.objects.all()}


def change_role_limits(*, wanted: Mapping[str, Mapping[str, int | None]], by: Staff, at: datetime) -> None:
    """Set the limits of roles, each by its name; None leaves it to the company's."""
    with transaction.atomic(durable=True):
        organisation = Organisation.objects.select_for_update().get()  # two who set limits queue here
        stored = own_limits()
        changed: dict[str, dict[str, int | None]] = {}
        for role, limits in wanted.items():
            one = stored.get(role) or RoleLimits(role=role)
            other = {name: limit for name, limit in limits.items() if getattr(one, name) != limit}
            if other:
                changed[role] = other
                for name, limit in other.items():
                    setattr(one, name, limit)
                one.save()
        record("organisation.role_limits_changed", actor=by, subject=organisation, at=at, limits=changed)
