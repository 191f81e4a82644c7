"""``wutong web``: the pages, one worker process with a bounded pool of threads."""

import argparse

from granian import Granian
from granian.constants import Interfaces, Loops

from wutong.config import config
from wutong.platform.logs import GRANIAN_LOGS, configure_logging

WAITING_MAX = 64
"""Requests taken in at once; more wait in the kernel's queue."""


def main(argv: list[str]) -> None:
    """Serve the pages until asked to stop."""
    argparse.ArgumentParser(prog="wutong web", description=main.__doc__).parse_args(argv)
    configure_logging("web")
    Granian(
        "wutong.operations.web_application:application",
        address=config().host,
        port=config().web_port,
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        blocking_threads=config().web_threads,
        backpressure=WAITING_MAX,
        websockets=False,
        workers_kill_timeout=10,
        log_access=False,
        log_dictconfig=GRANIAN_LOGS,
    ).serve()
