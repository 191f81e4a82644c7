"""The stream process."""

import gc
import os
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType

import django
import psycopg

from wutong.platform.database import conninfo
from wutong.platform.figures import serve_figures
from wutong.platform.logs import configure_logging
from wutong.platform.priority import A_LITTLE, give_way_with_sessions

POLL_SECONDS = 1.0
PACE_SECONDS = 0.1


def main(argv: Sequence[str] = ()) -> int:
    """Run the stream until told to stop; a batch that has begun is finished first."""
    ArgumentParser(prog="wutong stream", description=main.__doc__).parse_args(list(argv))
    configure_logging("stream")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
    django.setup()
    give_way_with_sessions(
        A_LITTLE
    )  # a page is waited for while it is drawn; an arrival has the better part of a second
    # Models can be imported only now.
    from django.db import transaction

    from wutong.events.partitions import ensure_for_waiting
    from wutong.stream.processor import drain, release_dead_neighbours

    # What is loaded stays; and a batch makes so many values at once that they would be searched for cycles again and
    # again.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    stopping = _stop_flag()
    worker = f"{socket.gethostname()}:{os.getpid()}"
    with transaction.atomic():
        ensure_for_waiting(at=datetime.now(UTC))
    release_dead_neighbours()
    ready: list[bool] = []
    serve_figures("stream", is_ready=lambda: bool(ready))
    with psycopg.connect(conninfo(), autocommit=True) as listener:
        listener.execute("LISTEN wutong_inbox")
        ready.append(True)
        while not stopping:
            if not drain(worker, stopping=stopping, pace_s=PACE_SECONDS):
                for _ in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
    return 0


def _stop_flag() -> list[int]:
    """A list that is empty until the process is told to stop."""
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping
