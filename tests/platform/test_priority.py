"""What can wait gives way, also where Linux shares the processor among sessions before processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import DOES_NOT_APPLY
from wutong.platform.priority import LetSessionsGiveWay

GROUP = Path("/proc/self/autogroup")
SHOW_GROUP = f"""
from pathlib import Path
group = Path("{GROUP}")
print(group.read_text().rpartition(" ")[2] if group.exists() else "")
"""
GIVE_WAY = f"""
import os
from wutong.platform.priority import give_way
give_way()
print(os.nice(0))
{SHOW_GROUP}
"""


def printed(code: str, *, is_leader: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, start_new_session=is_leader
    )
    return done.stdout.split()


def test_a_session_of_its_own_gives_way_as_a_whole() -> None:
    if not printed(SHOW_GROUP, is_leader=True):
        pytest.skip(f"{DOES_NOT_APPLY}: this kernel has no groups of sessions")

    assert printed(GIVE_WAY, is_leader=True)[1:] == ["10"]


def test_a_session_shared_with_others_is_left_as_it_is() -> None:
    # What was started before there were groups, or by the kernel, is in none: then nothing shows.
    before = printed(SHOW_GROUP, is_leader=False)

    assert printed(GIVE_WAY, is_leader=False)[1:] == before


def test_the_process_itself_gives_way() -> None:
    assert int(printed(GIVE_WAY, is_leader=True)[0]) >= 10


@pytest.mark.django_db
def test_what_postgresql_does_for_us_gives_way_too() -> None:
    session = connection.copy()
    session.connect()
    pid = session.connection.info.backend_pid

    LetSessionsGiveWay(5)(session)

    assert os.getpriority(os.PRIO_PROCESS, pid) >= 5
    session.connection.close()  # no test after this one shall be served by it
    session.close()
