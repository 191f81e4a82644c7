"""Periodic work of scoring."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from wutong.scoring.score import sweep


@app.periodic(cron="*/5 * * * *")
@app.task(queue="default", queueing_lock="sweep_grades")
def sweep_grades_later(timestamp: int) -> None:
    """Let the grades of quiet people fall when their time has come."""
    swept = 1
    while swept:
        with transaction.atomic():
            swept = sweep(at=datetime.fromtimestamp(timestamp, UTC))
