"""How a colleague likes the pages: language, theme, density, zone, keys, and the own name."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.models import Staff


class Preferences(TypedDict, total=False):
    """Those that are given are stored."""

    language: str
    theme: str
    density: str
    zone: str
    has_shortcuts: bool


def change_preferences(*, staff: Staff, at: datetime, **chosen: Unpack[Preferences]) -> None:
    """Store what is given."""
    with transaction.atomic(durable=True):
        _store(staff, **chosen)
        record("staff.preferences_changed", actor=staff, subject=staff, at=at, **chosen)


def change_profile(*, staff: Staff, full_name: str, at: datetime, **chosen: Unpack[Preferences]) -> None:
    """Store the own name and preferences."""
    with transaction.atomic(durable=True):
        _store(staff, full_name=full_name, sort_key=sort_key(full_name), **chosen)
        record("staff.profile_changed", actor=staff, subject=staff, at=at, **chosen)


def _store(staff: Staff, **values: Any) -> None:
    for name, value in values.items():
        setattr(staff, name, value)
    staff.save(update_fields=list(values))
