"""The analyst: a process that answers questions about the lake, two at a time, within limits, while it is needed.

Pages start it (:mod:`wutong.analytics.ask`); after five idle minutes it ends. It reads with a role that may only read.
"""

import argparse
import os
import select
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import duckdb
import msgspec

from wutong.analytics.questions import ANSWER_SECONDS, Answer, Failed, Question, socket_path
from wutong.events.lake.store import LakeEmpty, LakeUnreachable, attach, engine, our_place
from wutong.platform.logs import configure_logging
from wutong.platform.priority import give_way
from wutong.platform.structured import structlog

SLOTS = 2
WAIT_SECONDS = 2.0
"""How long a question waits for one of the slots before it is told to come back."""
IDLE_SECONDS = 300
MEMORY_MIB = 512
THREADS = 2
_MAX_BYTES = 65_536

log = structlog.get_logger(__name__)


def main(argv: Sequence[str] = ()) -> int:
    """Serve until idle, told to stop, or, with ``--tied``, until whoever holds the other end of stdin is gone."""
    parser = argparse.ArgumentParser(prog="wutong analyst", description="Answer questions of pages about the lake.")
    parser.add_argument("--tied", action="store_true", help="end when stdin is closed")
    tied = parser.parse_args(argv).tied
    configure_logging("analyst")
    give_way()  # whoever waits for a page goes first; a report has seconds
    with ExitStack() as stack:
        door = stack.enter_context(_listening(socket_path()))  # first: whoever started us waits for it
        lake = stack.enter_context(engine(memory_mib=MEMORY_MIB, threads=THREADS))
        analyst = Analyst()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: analyst.stop())
        analyst.serve(door, lake, stop_on_end_of=sys.stdin.fileno() if tied else None)
    return 0


class Analyst:
    """Slots and limits of the questions under way, and when to end."""

    def __init__(
        self,
        *,
        slots: int = SLOTS,
        answer_seconds: float = ANSWER_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._answer_seconds = answer_seconds
        self._wait_seconds = wait_seconds
        self._idle_seconds = idle_seconds
        self._slots = threading.BoundedSemaphore(slots)
        self._workers = ThreadPoolExecutor(max(slots, 1))
        self._attaching = threading.Lock()
        self._is_attached = False
        self._visitors = 0
        self._busy_until = time.monotonic()
        self._is_stopping = False

    def stop(self) -> None:
        """Take no more questions; those under way are answered."""
        self._is_stopping = True

    def serve(self, door: socket.socket, lake: duckdb.DuckDBPyConnection, *, stop_on_end_of: int | None = None) -> None:
        """Answer whoever connects at ``door`` from ``lake``, which is attached at the first question.

        Returns when idle or stopped, and when whatever ``stop_on_end_of`` reads from has ended.
        """
        waiting = selectors.DefaultSelector()
        waiting.register(door, selectors.EVENT_READ)
        if stop_on_end_of is not None:
            waiting.register(stop_on_end_of, selectors.EVENT_READ)
        while not self._is_stopping and not self._is_idle():
            for key, _ in waiting.select(timeout=0.5):
                if key.fileobj is not door:
                    self.stop()
                    break
                visitor, _address = door.accept()
                self._visitors += 1
                threading.Thread(target=self._receive, args=[visitor, lake], daemon=True).start()
        self._workers.shutdown()

    def _is_idle(self) -> bool:
        return not self._visitors and time.monotonic() - self._busy_until > self._idle_seconds

    def _receive(self, visitor: socket.socket, lake: duckdb.DuckDBPyConnection) -> None:
        try:
            with visitor:
                visitor.settimeout(5)
                question = msgspec.json.decode(_line(visitor), type=Question)
                answer = self._answered(question, visitor, lake)
                with suppress(ConnectionError, TimeoutError):  # whoever has left wants no answer
                    visitor.sendall(msgspec.json.encode(answer) + b"\n")
        finally:
            self._visitors -= 1
            self._busy_until = time.monotonic()

    def _answered(self, question: Question, visitor: socket.socket, lake: duckdb.DuckDBPyConnection) -> Answer:
        if not self._slots.acquire(timeout=self._wait_seconds):
            return Failed(why="busy")
        try:
            started = time.monotonic()
            answer = self._within_limits(question, visitor, lake)
            log.info("analyst.answered", question=type(question).__name__, kind=type(answer).__name__,
                     seconds=round(time.monotonic() - started, 3))  # fmt: skip
            return answer
        finally:
            self._slots.release()

    def _within_limits(self, question: Question, visitor: socket.socket, lake: duckdb.DuckDBPyConnection) -> Answer:
        try:
            self._attach(lake)
        except LakeEmpty:
            return Failed(why="nothing_yet")
        except LakeUnreachable as error:
            log.error("analyst.no_lake", error=str(error))
            return Failed(why="failed")
        with lake.cursor() as own:
            work = self._workers.submit(_compute, own, question)
            self._watch(work, visitor, own)
            try:
                return work.result()
            except duckdb.InterruptException:
                return Failed(why="too_long")
            except duckdb.Error:
                # Its connections may be to a PostgreSQL that is gone. The next question starts a fresh process.
                log.exception("analyst.failed", question=type(question).__name__)
                self.stop()
                return Failed(why="failed")

    def _watch(self, work: Future[Answer], visitor: socket.socket, own: duckdb.DuckDBPyConnection) -> None:
        """Return when ``work`` has ended: by itself, or stopped when its time is up or its visitor has left."""
        ended = threading.Event()
        work.add_done_callback(lambda _: ended.set())
        deadline = time.monotonic() + self._answer_seconds
        while not ended.wait(0.05):
            if time.monotonic() > deadline or _has_gone(visitor):
                own.interrupt()  # again and again: it does nothing while no statement runs, such as while Ibis compiles

    def _attach(self, lake: duckdb.DuckDBPyConnection) -> None:
        with self._attaching:
            if not self._is_attached:
                attach(lake, our_place("wutong_read"), read_only=True)
                self._is_attached = True


def _compute(lake: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    # Ibis takes half a second to import: the door is open before that.
    from wutong.analytics.answering import answer

    return answer(lake, question)


def _listening(path: str) -> socket.socket:
    """The socket at ``path``, for this user only. What lies there is a dead analyst's: the caller made sure."""
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        Path(path).unlink(missing_ok=True)
        # Through the open folder, because the path of a socket holds about 100 bytes and a data folder may lie deeper.
        door.bind(f"/proc/self/fd/{handle}/{Path(path).name}")
    finally:
        os.close(handle)
        os.umask(old)
    door.listen(16)
    return door


def _line(visitor: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\n"):
        part = visitor.recv(_MAX_BYTES)
        if not part or len(received) > _MAX_BYTES:
            raise ConnectionResetError("no whole question")
        received += part
    return received


def _has_gone(visitor: socket.socket) -> bool:
    readable, _, _ = select.select([visitor], [], [], 0)
    try:
        return bool(readable) and visitor.recv(1, socket.MSG_PEEK) == b""
    except ConnectionError:
        return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
