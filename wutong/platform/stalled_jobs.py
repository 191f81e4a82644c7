"""Jobs whose worker died without a word: without this they would count as running, and hold their locks, for ever."""

import asyncio
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from procrastinate.contrib.django import app

from wutong.platform.models import JobFailure
from wutong.platform.structured import structlog

HEARTBEAT_SECONDS = 3
SILENT_FOR = timedelta(seconds=15)
"""A worker that was not heard of for so long is gone."""
TRIES = 5
"""A job under which so many workers died is to blame itself."""
_LOOK_EVERY_SECONDS = 5

log = structlog.get_logger("jobs")


async def keep_releasing() -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await sync_to_async(_release_and_let_go)()
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def release_stalled(*, at: datetime) -> list[int]:
    """Let the jobs of dead workers run again; jobs are safe to run twice. Returns their ids.

    One whose successor waits already is removed: the successor does its work. One that has outlived too many workers
    fails, for an administrator to look at.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.id, j.attempts, EXISTS (
                SELECT FROM procrastinate_jobs next
                WHERE next.status = 'todo' AND next.queueing_lock = j.queueing_lock
            )
            FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < %s)
            ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
            """,
            [at - SILENT_FOR],
        )
        stalled = cursor.fetchall()
        for id, attempts, has_successor in stalled:
            log.warning("job stalled", job=id, attempts=attempts, has_successor=has_successor)
            if has_successor:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'aborted', true)", [id])
            elif attempts >= TRIES:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [id])
                JobFailure.objects.update_or_create(
                    pk=id, defaults={"error": f"Its worker died {attempts} times.", "failed_at": at}
                )
            else:
                app.job_manager.retry_job_by_id(id, retry_at=at)
    return [id for id, _, _ in stalled]


def _release_and_let_go() -> None:
    try:
        release_stalled(at=datetime.now(UTC))
    except (OperationalError, InterfaceError) as error:
        log.info("stalled jobs not looked for", error=type(error).__name__)  # the database is away; the next look tells
    finally:
        connections.close_all()
