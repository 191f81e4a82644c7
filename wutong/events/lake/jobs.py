"""When the lake is filled and tended: short-lived children of the jobs process, so that DuckDB's memory goes with them.

See ``docs/adr/0006-lake-export.md`` for what a DuckDB that stays would cost.
"""

import subprocess
import sys
from collections.abc import Sequence

import msgspec
from django.db import connection
from procrastinate.contrib.django import app

from wutong.events.lake.sources import SOURCES

_TIMEOUT_S = {"export": 600, "upkeep": 3_000, "retire": 3_000, "erase": 3_000}
_exported_until = 0  # the watermark that this process last saw; only to spare a child that would find nothing


def export_news() -> int:
    """Start an exporter if anything happened since the last one. Returns how many rows it took."""
    global _exported_until
    if not _has_news(since=_exported_until):
        return 0
    answer = _run("export")
    _exported_until = answer["xid"]
    return answer["rows"]


def _has_news(*, since: int) -> bool:
    exists = " OR ".join(f"EXISTS (SELECT FROM {source.hot} WHERE xid >= '{since:d}'::xid8)" for source in SOURCES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {exists}")
        return bool(cursor.fetchone()[0])


def erase_from_lake(*, people: Sequence[int], subjects: Sequence[int]) -> dict[str, int]:
    """Remove every row of these people and identifiers from the lake; how many left each table.

    The caller holds the lock of the exports, so that none brings back what it read before.
    """
    return _run("erase", {"people": list(people), "subjects": list(subjects)})


def _run(command: str, given: dict[str, list[int]] | None = None) -> dict[str, int]:
    line = [sys.executable, "-m", "wutong.events.lake.commands", command, "--json"]
    text = msgspec.json.encode(given) if given is not None else b""
    # In a session of its own, so that it gives way to every other process and not within ours alone.
    done = subprocess.run(
        line, input=text, stdout=subprocess.PIPE, timeout=_TIMEOUT_S[command], check=True, start_new_session=True
    )
    return msgspec.json.decode(done.stdout, type=dict[str, int])


@app.periodic(cron="* * * * * */10")
@app.task(queue="lake", queueing_lock="lake.export", lock="lake.export")
def export_later(timestamp: int) -> None:  # noqa: ARG001  # every periodic job is given its time
    export_news()


@app.periodic(cron="5 * * * *")
@app.task(queue="lake", queueing_lock="lake.upkeep", lock="lake.upkeep")
def tend_lake_later(timestamp: int) -> None:  # noqa: ARG001  # as above
    _run("upkeep")


@app.periodic(cron="40 19 * * *")
@app.task(queue="lake", queueing_lock="lake.retire", lock="lake.upkeep")
def retire_months_later(timestamp: int) -> None:  # noqa: ARG001  # as above
    _run("retire")
