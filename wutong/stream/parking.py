"""What the stream could not or would not keep: parked with its error, or counted under a reason."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from wutong.platform.logs import without_detail
from wutong.platform.models import ParkedItem, Role, Staff
from wutong.platform.notify import Notice, notify_many

_ERROR_CHARACTERS = 2_000


def park(body: bytes, *, lane: str, received_at: datetime, error: Exception, attempts: int, at: datetime) -> ParkedItem:
    """Keep an arrival that cannot be worked through and tell the administrators. Opens no transaction."""
    parked = ParkedItem.objects.create(
        lane=lane,
        received_at=received_at,
        parked_at=at,
        body=body,
        error=without_detail(f"{type(error).__name__}: {error}").replace("\x00", "")[:_ERROR_CHARACTERS],
        attempts=attempts,
    )
    notify_many(
        [
            Notice(staff_id=id, kind="item_parked", group="parked", url="/system/jobs/", topics=("jobs",))
            for id in Staff.objects.active().filter(role=Role.ADMIN).values_list("pk", flat=True)
        ],
        at=at,
    )
    return parked


def count_drops(drops: Mapping[str, int], *, on: date, door: str) -> None:
    """Add to the day's counts. Opens no transaction."""
    counted = {reason: n for reason, n in sorted(drops.items()) if n}
    if not counted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO platform_dropcount ("on", door, reason, n)
            SELECT %s, %s, reason, n FROM unnest(%s::text[], %s::bigint[]) AS d(reason, n)
            ON CONFLICT ("on", door, reason) DO UPDATE SET n = platform_dropcount.n + excluded.n
            """,
            [on, door, [str(reason) for reason in counted], list(counted.values())],
        )
