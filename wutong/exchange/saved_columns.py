"""Columns saved under a name: called otherwise, and removed. They are saved by ``starting.map_columns``."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wutong.exchange.models import SavedMapping
from wutong.platform.audit import record
from wutong.platform.models import Staff
from wutong.platform.refusal import Refusal


class ColumnsNameTaken(Refusal):
    code = "columns_name_taken"
    message = _("Other columns are saved as “%(name)s”. Choose another name.")


class ColumnsGone(Refusal):
    code = "columns_gone"
    message = _("These columns are not there any more. Reload the page.")


def rename_columns(*, saved: SavedMapping, name: str, by: Staff, at: datetime) -> None:
    """Save columns under another name. ``name`` has letters.

    Raises:
        ColumnsNameTaken, ColumnsGone: see there.
    """
    name = name.strip()[:80]
    with transaction.atomic(durable=True):
        of_its_kind = {one.pk: one for one in SavedMapping.objects.select_for_update().filter(kind=saved.kind)}
        if saved.pk not in of_its_kind:
            raise ColumnsGone
        if any(one.name == name for pk, one in of_its_kind.items() if pk != saved.pk):
            raise ColumnsNameTaken(name=name)
        before = of_its_kind[saved.pk].name
        SavedMapping.objects.filter(pk=saved.pk).update(name=name)
        saved.name = name
        record("exchange.mapping_renamed", actor=by, subject=saved, at=at, before=before)


def remove_columns(*, saved: SavedMapping, by: Staff, at: datetime) -> None:
    """Forget columns; imports that were mapped by them stay as they are.

    Raises:
        ColumnsGone: somebody has removed them before.
    """
    with transaction.atomic(durable=True):
        record("exchange.mapping_removed", actor=by, subject=saved, at=at)
        gone, _rows = SavedMapping.objects.filter(pk=saved.pk).delete()
        if not gone:
            raise ColumnsGone
