"""``wutong jobs``: works off the job queue."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from wutong.platform.figures import serve_figures
from wutong.platform.logs import configure_logging

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

CONCURRENCY = 3
STOP_SECONDS = 10
"""How long a stopping worker waits for its jobs; what is cut off runs again, for jobs are safe to run twice."""


def main(argv: list[str]) -> None:
    """Work off jobs until asked to stop."""
    argparse.ArgumentParser(prog="wutong jobs", description=main.__doc__).parse_args(argv)
    configure_logging("jobs")

    import django

    django.setup()

    from procrastinate.contrib.django import procrastinate_app

    from wutong.platform.observe import show_database_figures

    show_database_figures()
    asyncio.run(_work(procrastinate_app.current_app))


async def _work(app: "App") -> None:
    connector: DjangoConnector = app.connector  # type: ignore[assignment]  # what Django's app always has
    async with app.with_connector(connector.get_worker_connector()).open_async() as worker_app:
        worker = asyncio.create_task(
            worker_app.run_worker_async(
                name=f"jobs-{os.getpid()}",
                concurrency=CONCURRENCY,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
            )
        )
        figures = serve_figures("jobs", is_ready=lambda: not worker.done())
        await worker
        figures.shutdown()
