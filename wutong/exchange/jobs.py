"""What of the exchange runs in the background; the worker imports this file to know it."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from wutong.exchange.exports import write_export_later
from wutong.exchange.running import run_import_later
from wutong.exchange.tidying import tidy
from wutong.exchange.undoing import undo_import_later

__all__ = ["run_import_later", "tidy_later", "undo_import_later", "write_export_later"]


@app.periodic(cron="37 19 * * *", periodic_id="nightly")
@app.task(name="exchange.tidy", queue="upkeep", queueing_lock="tidy_exchange")
def tidy_later(timestamp: int) -> None:
    """Remove files and rows of imports that can be undone no longer, and exports that nobody has fetched for a week."""
    tidy(at=datetime.fromtimestamp(timestamp, UTC))
