"""Items that could not be worked through: look, put back, or discard."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.models import DropCount, InboxBlock, ParkedItem, Staff
from wutong.platform.refusal import Refusal


class ItemGone(Refusal):
    code = "parked_item_gone"
    message = _("Somebody has put this item back or discarded it already.")


def retry_item(*, item_id: int, by: Staff, at: datetime) -> None:
    """Put a parked item back into the inbox it came from, in its own block.

    Raises:
        ItemGone: it is not parked any more.
    """
    with transaction.atomic(durable=True):
        item = _taken(item_id)
        InboxBlock.objects.create(lane=item.lane, received_at=item.received_at, count=1, body=bytes(item.body))
        record("inbox.item_retried", actor=by, subject=item, at=at, lane=item.lane)
        item.delete()


def discard_item(*, item_id: int, by: Staff, at: datetime) -> None:
    """Remove a parked item for good.

    Raises:
        ItemGone: it is not parked any more.
    """
    with transaction.atomic(durable=True):
        item = _taken(item_id)
        record("inbox.item_discarded", actor=by, subject=item, at=at, lane=item.lane, error=item.error[:200])
        item.delete()


def drops_since(at: datetime) -> list[dict[str, object]]:
    """Items dropped on purpose since the day of ``at``: door, reason, n; most first."""
    rows = DropCount.objects.filter(on__gte=at.date()).values("door", "reason").annotate(n=Sum("n"))
    return list(rows.order_by("-n", "door", "reason"))


def _taken(item_id: int) -> ParkedItem:
    item = ParkedItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise ItemGone
    return item
