"""One process under the supervisor: how it is started, watched, started again and stopped."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from wutong.operations.account import die_with_parent

BACK_OFF_SECONDS = (0.5, 1, 2, 5, 10, 30)
STEADY_AFTER_SECONDS = 60
STAYS_DOWN = 78
"""The exit code (EX_CONFIG of sysexits.h) of a process that would fail again in the same way."""
LOG_MAX_BYTES = 20_000_000


@dataclass
class Child:
    """A process, the address at which it says that it is ready, and how it fared so far."""

    name: str
    ready_url: str
    log_path: Path
    stop_seconds: float = 15
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float | None = field(default=0.0)

    def start(self, *, now: float) -> None:
        """Start it in a session of its own, so that a Ctrl-C reaches only the supervisor, which knows the order."""
        shorten(self.log_path)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "wutong", self.name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_with_a_clean_signal_mask,
            )
        self.started_at = now
        self.start_again_at = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def notice_death(self, *, now: float) -> int | None:
        """Plan the next start of a process that has ended; returns its exit code, once."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.process = None
        if code == STAYS_DOWN:
            return code
        if now - self.started_at > STEADY_AFTER_SECONDS:
            self.failures = 0
        self.start_again_at = now + BACK_OFF_SECONDS[min(self.failures, len(BACK_OFF_SECONDS) - 1)]
        self.failures += 1
        return code

    def is_due(self, *, now: float) -> bool:
        return self.process is None and self.start_again_at is not None and self.start_again_at <= now

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.ready_url, timeout=2) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Ask it to finish what it is at, then insist."""
        self.start_again_at = None
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def last_words(self, lines: int = 5) -> str:
        with self.log_path.open(errors="replace") as log:
            return "".join(deque(log, maxlen=lines)).rstrip()


def shorten(log: Path) -> None:
    """Keep one older part of a log. Its writer appends, so the file can be emptied under it."""
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.with_suffix(".log.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)


def _with_a_clean_signal_mask() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    die_with_parent(signal.SIGTERM)
