"""What can wait gives way to what somebody waits for."""

import os
from contextlib import suppress
from pathlib import Path

NICE = 10
_OWN_GROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Let this process have the processor when nobody else asks for it much.

    Where Linux shares the processor among sessions first (``sched_autogroup``, on by default), a nice value counts
    within a session only: the leader of one lowers all of it. Others leave their session as it is, it is not theirs.
    Source: man 7 sched, "The autogroup feature".
    """
    os.nice(NICE)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # another kernel, or one without sessions
            _OWN_GROUP.write_text(str(NICE))
