"""What is done about personal information in the background."""

from datetime import UTC, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from wutong.privacy.erasure import replay, resume
from wutong.privacy.keeping import erase_what_is_kept_too_long
from wutong.privacy.requests import warn_of_deadlines


@app.periodic(cron="30 0 * * *")
@app.task(queue="upkeep", queueing_lock="privacy.deadlines")
def warn_of_deadlines_later(timestamp: int) -> None:
    with transaction.atomic():
        warn_of_deadlines(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="*/10 * * * *")
@app.task(queue="upkeep", queueing_lock="privacy.erasures")
def keep_erasing_later(timestamp: int) -> None:
    """Erase again whom a restore brought back, and take up what was lost."""
    replay(at=datetime.fromtimestamp(timestamp, UTC))
    resume(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="20 18 * * *")
@app.task(queue="upkeep", queueing_lock="privacy.keeping")
def erase_what_is_kept_too_long_later(timestamp: int) -> None:
    erase_what_is_kept_too_long(at=datetime.fromtimestamp(timestamp, UTC))
