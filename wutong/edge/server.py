"""``wutong edge``: the collector and the live streams, one process with one event loop."""

import argparse
import asyncio
import gc
import signal

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from wutong.config import config
from wutong.edge.app import Edge
from wutong.edge.parts import Parts
from wutong.platform.figures import serve_figures
from wutong.platform.logs import GRANIAN_LOGS, configure_logging
from wutong.platform.structured import structlog

log = structlog.get_logger("wutong.edge")


def main(argv: list[str]) -> None:
    """Collect until asked to stop."""
    argparse.ArgumentParser(prog="wutong edge", description=main.__doc__).parse_args(argv)
    configure_logging("edge")
    uvloop.run(_serve())


async def _serve() -> None:
    parts = Parts.of(config())
    serve_figures("edge", is_ready=lambda: parts.is_ready)
    server = Server(
        Edge(parts),
        address=config().host,
        port=config().edge_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        log_access=False,
        log_dictconfig=GRANIAN_LOGS,
    )

    def stop() -> None:
        parts.live.end_all()  # the server waits for open answers, and streams never end by themselves
        server.stop()  # type: ignore[no-untyped-call]  # granian leaves it untyped

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    parts.start()
    # What is loaded stays; and a group of arrivals is so many values at once, none of them in a circle, that they would
    # be searched again and again.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    log.info("collecting", host=config().host, port=config().edge_port)
    try:
        await server.serve()
    finally:
        await parts.stop()
        log.info("stopped")
