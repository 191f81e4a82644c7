"""Periodic work of the lifecycle."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from wutong.lifecycle.contracts import advance_contracts


@app.periodic(cron="17 * * * *")
@app.task(queue="default", queueing_lock="advance_contracts")
def advance_contracts_later(timestamp: int) -> None:
    """Let contracts enter the stage that their dates have reached."""
    with transaction.atomic():
        advance_contracts(at=datetime.fromtimestamp(timestamp, UTC))
