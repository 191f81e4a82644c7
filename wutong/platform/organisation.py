"""What is true of the whole company: its name, zone, language, region, currency and how long its trail is kept."""

from datetime import datetime

from django.db import transaction

from wutong.platform.audit import record
from wutong.platform.models import Organisation, Staff

FIELDS = ("name", "zone", "language", "region", "currency", "audit_kept_days", "second_factor_roles")


def change_organisation(*, changed: Organisation, by: Staff, at: datetime) -> None:
    """Store the organisation as ``changed`` says and note which fields differ."""
    with transaction.atomic(durable=True):
        stored = Organisation.objects.select_for_update().get()
        names = [name for name in FIELDS if getattr(stored, name) != getattr(changed, name)]
        for name in names:
            setattr(stored, name, getattr(changed, name))
        stored.save(update_fields=names or None)
        record("organisation.changed", actor=by, subject=stored, at=at, fields=names)
