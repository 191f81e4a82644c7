"""Changing what the company has chosen about personal information."""

from datetime import datetime

from django.db import transaction

from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.privacy.models import PrivacySettings

_FIELDS = ("answer_days", "contact", "inactive_days")


def change_settings(*, changed: PrivacySettings, by: Staff, at: datetime) -> None:
    """Let ``changed`` hold from now on; what it was and is stands in the audit trail, but for the contact's name."""
    with transaction.atomic(durable=True):
        before = PrivacySettings.objects.select_for_update().first() or PrivacySettings()
        values = {name: getattr(changed, name) for name in _FIELDS}
        stored, _is_new = PrivacySettings.objects.update_or_create(pk=1, defaults=values)
        record(
            "privacy.settings_changed",
            actor=by,
            subject=stored,
            at=at,
            answer_days=[before.answer_days, stored.answer_days],
            inactive_days=[before.inactive_days, stored.inactive_days],
        )
