"""What can wait gives way to what somebody waits for."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from wutong.platform.database import is_own

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


def give_way_with_sessions(nice: int) -> None:
    """The same, and for what PostgreSQL does for this process, half of the work; where the server is our own.

    Django is to be set up.
    """
    from django.db.backends.signals import connection_created

    give_way(nice)
    if is_own():
        connection_created.connect(LetSessionsGiveWay(nice), weak=False)


class LetSessionsGiveWay:
    """Lets each session with PostgreSQL give way once: the pool hands the same ones out again and again."""

    def __init__(self, nice: int) -> None:
        self._nice = nice
        self._done: WeakSet[Any] = WeakSet()

    def __call__(self, connection: Any, **_signal: object) -> None:
        session = connection.connection
        if session not in self._done:
            self._done.add(session)
            let_give_way(session.info.backend_pid, self._nice)


def let_give_way(pid: int, nice: int = NICE) -> None:
    """The same for another process, with all it leads, if it may be told so."""
    with suppress(OSError):  # somebody else's, or gone
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + nice)
        _lower_session_of(pid, nice)


def _lower_session_of(pid: int, nice: int) -> None:
    if os.getsid(pid) == pid:
        with suppress(OSError):  # another kernel, or one without sessions
            Path(f"/proc/{pid}/autogroup").write_text(str(nice))
