"""How a colleague likes the pages: language, theme, density, zone, and the own name."""

from datetime import datetime
from typing import Any

from django.db import transaction

from wutong.platform.audit import record
from wutong.platform.chinese import sort_key
from wutong.platform.models import Staff

CHOSEN = ("language", "theme", "density", "zone")


def change_preferences(*, staff: Staff, at: datetime, **chosen: str) -> None:
    """Store those of ``language``, ``theme``, ``density`` and ``zone`` that are given."""
    assert set(chosen) <= set(CHOSEN), chosen
    with transaction.atomic(durable=True):
        _store(staff, **chosen)
        record("staff.preferences_changed", actor=staff, subject=staff, at=at, **chosen)


def change_profile(*, staff: Staff, full_name: str, at: datetime, **chosen: str) -> None:
    """Store the own name and preferences."""
    assert set(chosen) <= set(CHOSEN), chosen
    with transaction.atomic(durable=True):
        _store(staff, full_name=full_name, sort_key=sort_key(full_name), **chosen)
        record("staff.profile_changed", actor=staff, subject=staff, at=at, **chosen)


def _store(staff: Staff, **values: Any) -> None:
    for name, value in values.items():
        setattr(staff, name, value)
    staff.save(update_fields=list(values))
