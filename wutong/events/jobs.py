"""Periodic work of the hot store."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from wutong.events.partitions import ensure_around


@app.periodic(cron="17 19 * * *")
@app.task(queue="default", queueing_lock="ensure_partitions")
def ensure_partitions_later(timestamp: int) -> None:
    """Make next month's partition long before it is needed."""
    with transaction.atomic():
        ensure_around(at=datetime.fromtimestamp(timestamp, UTC))
