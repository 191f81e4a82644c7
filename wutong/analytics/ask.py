"""Ask the analyst. Pages and exports call this; it starts the analyst when there is none."""

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import overload

import msgspec
from django.utils.translation import gettext_lazy as _

from wutong.analytics.questions import (
    ANSWER_SECONDS,
    Answer,
    Failed,
    FunnelAnswer,
    FunnelQuestion,
    PeopleAnswer,
    PeopleQuestion,
    Question,
    socket_path,
)
from wutong.config import config
from wutong.platform.refusal import Refusal

START_SECONDS = 10.0
"""It listens within a second; more only where the machine is very busy."""
_started: list[subprocess.Popen[bytes]] = []  # their stdin stays open as long as we live: it ties them to us
_starting = threading.Lock()


class AnalystBusy(Refusal):
    code = "analyst_busy"
    message = _("Two other reports are being computed. Try again in a few seconds.")


class TookTooLong(Refusal):
    code = "report_took_too_long"
    message = _("This took longer than %(seconds)d seconds and was stopped. Choose a shorter period.")


class NothingYet(Refusal):
    code = "nothing_to_report_yet"
    message = _("Nothing has reached the reports yet. The first figures appear about ten seconds after the first act.")


class CouldNotCompute(Refusal):
    code = "report_failed"
    message = _("Couldn't compute this. Nothing was changed; try again, and tell an administrator if it stays so.")


@overload
def ask(question: FunnelQuestion) -> FunnelAnswer: ...
@overload
def ask(question: PeopleQuestion) -> PeopleAnswer: ...
def ask(question: Question) -> FunnelAnswer | PeopleAnswer:
    """Ask and wait for the answer.

    Raises:
        AnalystBusy: both slots are taken and stayed so for two seconds.
        TookTooLong: it was stopped at its time limit.
        NothingYet: no event was ever exported.
        CouldNotCompute: the analyst cannot be started, cannot reach the lake, or died.
    """
    try:
        # An analyst that ends at this very moment hangs up without a word; the next one knows.
        told = _told(question) or _told(question)
        answer: Answer = msgspec.json.decode(told, type=Answer)
    except (OSError, msgspec.DecodeError) as error:
        raise CouldNotCompute from error
    if isinstance(answer, Failed):
        raise _refusal(answer)
    return answer


def let_go() -> None:
    """End the analysts that this process has started, and wait until they have."""
    for process in _started:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=ANSWER_SECONDS)
    _started.clear()


def _refusal(failed: Failed) -> Refusal:
    match failed.why:
        case "busy":
            return AnalystBusy()
        case "too_long":
            return TookTooLong(seconds=ANSWER_SECONDS)
        case "nothing_yet":
            return NothingYet()
        case "failed":
            return CouldNotCompute()


def _told(question: Question) -> bytes:
    """The answer as it comes; empty when the analyst hung up."""
    with _reach() or _reach_a_new_one() as analyst:
        analyst.settimeout(ANSWER_SECONDS + START_SECONDS)
        try:
            analyst.sendall(msgspec.json.encode(question) + b"\n")
            return _all_of(analyst)
        except ConnectionError:
            return b""


def _reach() -> socket.socket | None:
    """A connection, or None when nobody listens."""
    path = Path(socket_path())
    analyst = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            analyst.connect(f"/proc/self/fd/{handle}/{path.name}")  # a path of any length, see the analyst
        finally:
            os.close(handle)
    except (FileNotFoundError, ConnectionRefusedError):
        analyst.close()
        return None
    return analyst


def _reach_a_new_one() -> socket.socket:
    """Start an analyst unless another thread or process has just done so.

    Raises:
        TimeoutError: it does not listen in time.
    """
    config().run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _starting, (config().run_dir / "analyst.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # held until it listens: of two that find nobody, one starts it
        analyst = _reach()
        if analyst is not None:
            return analyst
        _bury()
        line = [sys.executable, "-m", "wutong.analytics.analyst", "--tied"]
        started = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
        _started.append(started)
        deadline = time.monotonic() + START_SECONDS
        while started.poll() is None and time.monotonic() < deadline:
            analyst = _reach()
            if analyst is not None:
                return analyst
            time.sleep(0.02)
        raise TimeoutError("the analyst does not listen")


def _bury() -> None:
    """Forget those that have ended, so that none stays as a zombie."""
    for process in [process for process in _started if process.poll() is not None]:
        if process.stdin is not None:
            process.stdin.close()
        _started.remove(process)


def _all_of(analyst: socket.socket) -> bytes:
    parts = []
    while part := analyst.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)
