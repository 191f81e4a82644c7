"""``wutong jobs``: works off the job queue."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from wutong.platform.figures import serve_figures
from wutong.platform.logs import configure_logging

if TYPE_CHECKING:
    from procrastinate import App


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
    from wutong.platform.worker import work

    working = asyncio.create_task(work(app))
    figures = serve_figures("jobs", is_ready=lambda: not working.done())
    await working
    figures.shutdown()
