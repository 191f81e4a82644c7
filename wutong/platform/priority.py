"""What can wait gives way to what somebody waits for."""

import os
from contextlib import suppress
from pathlib import Path

NICE = 10
A_LITTLE = 5
"""For what has to get on meanwhile: a third of the processor where others want it, too."""


def give_way(nice: int = NICE) -> None:
    """Let this process have the processor when nobody else asks for it much.

    Where Linux shares the processor among sessions first (``sched_autogroup``, on by default), a nice value counts
    within a session only: the leader of one lowers all of it. Others leave their session as it is, it is not theirs.
    Source: man 7 sched, "The autogroup feature".
    """
    os.nice(nice)
    _lower_session_of(os.getpid(), nice)


def let_give_way(pid: int, nice: int = NICE) -> None:
    """The same for another process, with all it leads, if it may be told so."""
    with suppress(OSError):  # somebody else's, or gone
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + nice)
        _lower_session_of(pid, nice)


def _lower_session_of(pid: int, nice: int) -> None:
    if os.getsid(pid) == pid:
        with suppress(OSError):  # another kernel, or one without sessions
            Path(f"/proc/{pid}/autogroup").write_text(str(nice))
