"""Kills processes at random, from a seed, and arms fail-points, while the supervisor starts them again."""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.company import Company

SHARES = {"edge": 0.35, "stream": 0.33, "jobs": 0.24, "postgres": 0.03, "backend": 0.05}
"""Of the kills; ``backend`` is one session of PostgreSQL, after which all of it recovers."""
AHEAD = 25
"""How far in the plan we look for somebody who is ready to be killed."""
WHILE_STARTING = 0.25
"""Of the times at which nobody is ready, so often somebody who is just starting is killed."""
FAILPOINTS = (
    "edge.before_commit",
    "edge.after_commit",
    "stream.before_steps",
    "stream.before_commit",
    "stream.after_commit",
    "lake.before_commit",
    "lake.after_commit",
)


@dataclass
class Tormentor:
    """Kills ``kills`` times, about every ``pause_s`` seconds, whoever is ready to be killed."""

    company: Company
    supervisor: int
    failpoints: Path
    kills: int
    seed: int
    pause_s: float = 0.3
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._last: dict[str, int] = {}
        plan = [name for name, share in SHARES.items() for _ in range(max(1, round(self.kills * share)))]
        self._random.shuffle(plan)
        self._plan = plan[: self.kills] + ["stream"] * (self.kills - len(plan))

    def arm(self) -> None:
        """Arm every fail-point that no process has been killed at."""
        for name in FAILPOINTS:
            if not self.hits(name):
                (self.failpoints / name).touch()

    def disarm(self) -> None:
        for name in FAILPOINTS:
            (self.failpoints / name).unlink(missing_ok=True)

    def hits(self, name: str) -> int:
        path = self.failpoints / f"{name}.hit"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def torment(self, *, within_s: float) -> None:
        """Work the plan off: its order comes from the seed, but nobody is waited for while another is ready.

        Raises:
            AssertionError: it took longer than ``within_s``.
        """
        deadline = time.monotonic() + within_s
        while self._plan:
            assert time.monotonic() < deadline, f"only {self.killed} in {within_s} s; still to come: {self._plan}"
            time.sleep(self._random.expovariate(1 / self.pause_s))
            victims = self._victims(must_be_ready=True)
            if not victims.keys() & set(self._plan[:AHEAD]) and self._random.random() < WHILE_STARTING:
                victims = self._victims(must_be_ready=False)
            name = next((name for name in self._plan[:AHEAD] if name in victims), None)
            if name is None:
                continue
            try:
                os.kill(victims[name], signal.SIGKILL)
            except ProcessLookupError:
                continue
            self._plan.remove(name)
            self.killed[name] += 1
            self._last[name] = victims[name]

    def wait_for_failpoints(self, *, within_s: float) -> None:
        """Let processes live until each point of edge and stream has been reached."""
        deadline = time.monotonic() + within_s
        while any(not self.hits(name) for name in FAILPOINTS if not name.startswith("lake.")):
            assert time.monotonic() < deadline, [name for name in FAILPOINTS if not self.hits(name)]
            time.sleep(0.1)

    def _victims(self, *, must_be_ready: bool) -> dict[str, int]:
        """Processes at work, and not the ones that were just killed."""
        found: dict[str, int] = {}
        for child in psutil.Process(self.supervisor).children():
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            name = line[-1] if "wutong" in line else "postgres"
            if name == "postgres":
                found |= self._database(child)
            elif name not in SHARES or self._last.get(name) == child.pid:
                continue
            elif not must_be_ready or self.company.is_ready(name):
                found[name] = child.pid
        return found

    def _database(self, postmaster: psutil.Process) -> dict[str, int]:
        if self._last.get("postgres") == postmaster.pid:
            return {}
        try:
            lines = (self.company.data / "postgres" / "postmaster.pid").read_text().splitlines()
            if len(lines) < 8 or lines[7].strip() != "ready":
                return {}
            sessions = [one.pid for one in postmaster.children() if "wutong_app wutong" in " ".join(one.cmdline())]
        except (OSError, psutil.Error):
            return {}
        return {"postgres": postmaster.pid} | ({"backend": self._random.choice(sessions)} if sessions else {})
