"""What can wait gives way, also where Linux shares the processor among sessions before processes."""

import subprocess
import sys
from pathlib import Path

import pytest

GROUP = Path("/proc/self/autogroup")
CODE = f"""
import os
from pathlib import Path
from wutong.platform.priority import give_way
give_way()
group = Path("{GROUP}")
print(os.nice(0), group.read_text().rpartition(" ")[2] if group.exists() else "")
"""


def given_way(*, is_leader: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, start_new_session=is_leader
    )
    return done.stdout.split()


@pytest.mark.skipif(not GROUP.exists(), reason="this kernel has no groups of sessions")
def test_a_session_of_its_own_gives_way_as_a_whole_and_a_shared_one_does_not() -> None:
    before = GROUP.read_text().rpartition(" ")[2].strip()

    assert given_way(is_leader=True)[1] == "10"
    assert given_way(is_leader=False)[1] == before


def test_the_process_itself_gives_way() -> None:
    assert int(given_way(is_leader=True)[0]) >= 10
