"""Everything of the platform that runs in the background; the worker imports this file to know it."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from wutong.platform.in_hand import move_rest_later
from wutong.platform.job_queue import remove_finished_jobs
from wutong.platform.mail import send_mail_later
from wutong.platform.passwords import send_reset_link_later
from wutong.platform.retention import remove_what_is_past

__all__ = [
    "move_rest_later",
    "remove_finished_jobs_later",
    "remove_what_is_past_later",
    "send_mail_later",
    "send_reset_link_later",
]


# Times of periodic jobs are UTC: what takes long comes at two to four in the morning in China.
@app.periodic(cron="17 19 * * *", periodic_id="nightly")
@app.task(name="platform.remove_what_is_past", queue="upkeep", queueing_lock="remove_what_is_past")
def remove_what_is_past_later(timestamp: int) -> None:
    remove_what_is_past(at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="47 * * * *", periodic_id="hourly")
@app.task(name="platform.remove_finished_jobs", queue="upkeep", queueing_lock="remove_finished_jobs")
def remove_finished_jobs_later(timestamp: int) -> None:
    remove_finished_jobs(at=datetime.fromtimestamp(timestamp, UTC))
