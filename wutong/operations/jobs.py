"""``wutong jobs``: works off the job queue."""

import argparse
import asyncio
import gc
from typing import TYPE_CHECKING

from wutong.platform.figures import serve_figures
from wutong.platform.logs import configure_logging
from wutong.platform.priority import A_LITTLE, give_way_with_sessions

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
    give_way_with_sessions(A_LITTLE)  # whoever waits for a page goes first; it has been waited for to start
    # An import makes millions of objects that go by themselves; each look for cycles among all there is took 0.15 s.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    asyncio.run(_work(procrastinate_app.current_app))


async def _work(app: "App") -> None:
    from wutong.platform.worker import work

    working = asyncio.create_task(work(app))
    figures = serve_figures("jobs", is_ready=lambda: not working.done())
    await working
    figures.shutdown()
