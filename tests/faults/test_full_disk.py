"""On a full disk the collector refuses, loses nothing acknowledged, and goes on when there is room again."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.company import Company
from tests.faults.client import Senders
from tests.faults.test_kills import SUPERVISOR, assert_kept_once, connected, rows, wait_until_worked_through

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

DISK_MIB = 320


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own that is quickly full."""
    folder = Path(tempfile.mkdtemp(prefix="wt-disk-", dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0755", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("NO SMALL DISK: mounting one takes root, so what happens on a full disk is not proved in this run")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        folder.rmdir()


def test_a_full_disk_refuses_and_loses_nothing(small_disk: Path) -> None:
    one = Company(small_disk)
    ballast = small_disk / "ballast"
    with one.up(code=SUPERVISOR):
        one.seed()
        senders = Senders(port=one.edge_port, seed=5, per_second=500)
        senders.start()
        wait_for(lambda: len(senders.acknowledged) > 1_000, within_s=60)

        fill(ballast)
        wait_for(lambda: senders.statuses.get("503", 0) > 20, within_s=120)
        acknowledged_when_full = set(senders.acknowledged)

        ballast.unlink()
        wait_for(lambda: len(senders.acknowledged) > len(acknowledged_when_full) + 1_000, within_s=120)
        senders.stop()
        senders.wait_until_acknowledged(within_s=120)
        with connected(one) as database:
            wait_until_worked_through(database)
            assert_kept_once(database, senders)
            submitters = len(set(senders.phones.values()))
            assert rows(database, "SELECT count(*) FROM lifecycle_lead") == [(submitters,)]
    assert senders.refusals_without_retry_after == 0
    assert senders.statuses.keys() <= {"202", "503", "no answer"}, json.dumps(senders.statuses)


def fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while shutil.disk_usage(ballast.parent).free:
                    file.write(b"\0" * size)
            except OSError:
                continue


def wait_for(condition: Callable[[], object], *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
