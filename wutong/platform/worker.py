"""Working off the job queue: urgent jobs have a worker of their own, so that they pass a long pile."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django.utils import connector_params

from wutong.platform.job_queue import remember_failure
from wutong.platform.stalled_jobs import HEARTBEAT_SECONDS, SILENT_FOR, keep_releasing

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.worker import Worker

URGENT = "urgent"
STOP_SECONDS = 10
"""How long a stopping worker waits for its jobs; what is cut off runs again, for jobs are safe to run twice."""
_CONCURRENCY = {URGENT: 2, "rest": 3}


async def work(app: "App", *, queues: set[str] | None = None, until_empty: bool = False) -> None:
    """Work off jobs until told to stop by SIGTERM or SIGINT.

    Args:
        queues: only these; None for all that the registered tasks name.
        until_empty: return as soon as nothing is due.
    """
    # Not Django's own worker connector: its pool begins with four connections and uses them in turn, so that the server
    # soon holds four times what it remembers of our tables.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate's
    named = queues or {task.queue for task in app.tasks.values()}
    async with app.with_connector(connector).open_async() as worker_app:
        workers = [
            asyncio.create_task(
                worker_app.run_worker_async(
                    name=f"jobs-{lane}-{os.getpid()}",
                    queues=sorted(wanted),
                    concurrency=_CONCURRENCY[lane],
                    wait=not until_empty,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=STOP_SECONDS,
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=SILENT_FOR.total_seconds(),
                    task_middleware=[*_own_middleware(worker_app), keep_the_reason],
                )
            )
            for lane, wanted in ((URGENT, named & {URGENT}), ("rest", named - {URGENT}))
            if wanted
        ]
        releasing = None if until_empty else asyncio.create_task(keep_releasing())
        _on_stop(lambda: [worker.cancel() for worker in workers])
        await asyncio.wait(workers)
        if releasing is not None:
            releasing.cancel()
        # Periodic jobs are deferred through Django's connector, in a thread of asgiref's that nobody cleans up.
        await sync_to_async(connections.close_all)()
        for worker in workers:
            if not worker.cancelled() and (error := worker.exception()):
                raise error


def keep_the_reason(call_next: Callable[[], Any], context: "JobContext", worker: "Worker") -> Any:
    """Middleware of the worker: note why a job failed, then let it fail."""
    del worker
    try:
        return call_next()
    except Exception as error:  # noted, not handled
        if context.job.id is not None:
            remember_failure(context.job.id, error, at=datetime.now(UTC))
        raise


def _own_middleware(app: "App") -> list[Any]:
    """What procrastinate's Django app brings: it returns the threads' database connections after each job."""
    return list((app.worker_defaults or {}).get("task_middleware") or [])


def _on_stop(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
