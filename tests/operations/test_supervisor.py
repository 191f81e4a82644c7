"""``wutong up``: everything starts, comes back when killed, and stops in order."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.running import Deployment, free_ports
from wutong.operations.children import BACK_OFF_SECONDS, STAYS_DOWN, Child

pytestmark = pytest.mark.own_server

PROCESSES = ("edge", "web", "stream", "jobs")


class Running:
    """A deployment under its supervisor."""

    def __init__(self, deployment: Deployment, log: Path) -> None:
        self.deployment = deployment
        self.log = log
        self.process = deployment.start("up", "--no-open", log=log)

    def child(self, name: str) -> int | None:
        """The process id of a child."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text().rpartition(")")[2].split()[1]
                command = stat.with_name("cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == str(self.process.pid) and name.encode() in command:
                return int(stat.parent.name)
        return None

    def postmaster(self) -> int:
        return int((self.deployment.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def is_well(self) -> bool:
        return "not ready" not in self.deployment.run("doctor", "--json").stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("up")
    first = free_ports(10)
    ports = {"WUTONG_WEB_PORT": first, "WUTONG_EDGE_PORT": first + 1, "WUTONG_METRICS_PORT": first + 2}
    deployment = Deployment(folder / "data", {name: str(port) for name, port in ports.items()})
    running = Running(deployment, folder / "up.log")
    wait_until(lambda: "Wutong is up" in running.log.read_text() or running.process.poll() is not None, seconds=110)
    assert running.process.poll() is None, running.log.read_text()
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(60)


def test_the_first_start_gives_the_one_time_link_of_the_first_administrator(running: Running) -> None:
    assert re.search(r"http://127\.0\.0\.1:\d+/welcome/\S+", running.log.read_text())


def test_a_second_start_on_the_same_folder_is_refused(running: Running) -> None:
    refused = running.deployment.run("up", "--no-open")
    assert refused.returncode == STAYS_DOWN
    assert f"in use by process {running.process.pid}" in refused.stderr


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_child_comes_back(running: Running, name: str) -> None:
    before = running.child(name)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: running.child(name) not in (None, before), seconds=40)


def test_a_killed_database_comes_back_and_everybody_finds_it_again(running: Running) -> None:
    before = running.postmaster()
    os.kill(before, signal.SIGKILL)
    wait_until(
        lambda: (running.deployment.data / "postgres/postmaster.pid").exists() and running.postmaster() != before
    )
    wait_until(running.is_well, seconds=90)


def test_ctrl_c_stops_everything_and_the_database_last(running: Running) -> None:
    children = [pid for name in PROCESSES if (pid := running.child(name))]
    database = running.postmaster()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in [*children, database])
    logs = sorted((running.deployment.data / "postgres/log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    assert "database system is shut down" in logs[-1].read_text()


def test_failures_are_met_with_ever_longer_waits(tmp_path: Path) -> None:
    child = Child("no-such-command", "http://127.0.0.1:1/", tmp_path / "log")
    waits = []
    now = 1000.0
    for _ in BACK_OFF_SECONDS:
        child.start(now=now)
        assert child.process is not None
        child.process.wait()
        child.notice_death(now=now)
        assert child.start_again_at is not None
        waits.append(child.start_again_at - now)
    assert waits == list(BACK_OFF_SECONDS)


def test_a_child_that_would_fail_again_stays_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUTONG_WEB_PORT", "not a number")
    child = Child("web", "http://127.0.0.1:1/", tmp_path / "log")
    child.start(now=1000.0)
    assert child.process is not None
    child.process.wait()
    assert child.notice_death(now=1001.0) == STAYS_DOWN
    assert not child.is_due(now=9999.0)
    assert "Write a whole number" in child.last_words()


def wait_until(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    """Processes outside take their time; they are asked until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.2)
