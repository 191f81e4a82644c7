"""Fail-points kill where a test wants it, once."""

import signal
import subprocess
import sys
from pathlib import Path

REACH_TWICE = (
    "from wutong.platform.failpoint import failpoint\nfailpoint('edge.after_commit')\nfailpoint('other')\nprint('on')"
)


def reach(folder: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {"WUTONG_FAILPOINTS": str(folder)} if folder else {}
    return subprocess.run(
        [sys.executable, "-c", REACH_TWICE], env=environment, capture_output=True, text=True, check=False
    )


def test_without_a_folder_nothing_happens() -> None:
    assert reach(None).stdout == "on\n"


def test_an_armed_point_kills_once_and_leaves_a_trace(tmp_path: Path) -> None:
    (tmp_path / "edge.after_commit").touch()
    assert reach(tmp_path).returncode == -signal.SIGKILL
    assert reach(tmp_path).stdout == "on\n"
    assert len((tmp_path / "edge.after_commit.hit").read_text().splitlines()) == 1
