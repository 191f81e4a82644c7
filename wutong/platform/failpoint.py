"""Named points at which a fault test may kill a process. Without ``WUTONG_FAILPOINTS`` they do nothing."""

import os
import signal
from pathlib import Path

from wutong.config import config


def failpoint(name: str) -> None:
    """Kill this process, as a power cut would, when the folder of fail-points holds a file of this name.

    The file is taken away, so one file kills one process once; ``<name>.hit`` gains a line for each kill.
    """
    folder = config().failpoints
    if folder is None:
        return
    armed = Path(folder) / name
    try:
        armed.rename(armed.with_name(f"{name}.taken-{os.getpid()}"))  # of two processes one gets it
    except FileNotFoundError:
        return
    with armed.with_name(f"{name}.hit").open("a") as hits:
        hits.write(f"{os.getpid()}\n")
    os.kill(os.getpid(), signal.SIGKILL)
