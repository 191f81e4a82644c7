"""A whole Wutong with its demo company, started the way a newcomer starts it, on free ports in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Cookie

from bench.company import free_port, free_row

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 180
DOWN_WITHIN_S = 60


@dataclass(frozen=True)
class RunningDemo:
    """Where it listens and who may sign in."""

    web: str
    edge: str
    site: str
    data_dir: Path
    logins: dict[str, tuple[str, str]]
    """By the part of the address before the @: address and password."""
    sessions: dict[str, list[Cookie]] = field(default_factory=dict)
    """By the same: the cookies of who has signed in."""


@contextmanager
def running_demo(*, visitors_per_minute: int = 0) -> Iterator[RunningDemo]:
    """Start ``wutong up --demo`` and stop it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wt-e2e-", dir="/tmp"))
    folder.chmod(0o755)  # the database's own account passes through it
    web, edge, site, smtp = (free_port() for _ in range(4))
    settings = {
        "WUTONG_DATA_DIR": str(folder / "data"),
        "WUTONG_WEB_PORT": str(web),
        "WUTONG_EDGE_PORT": str(edge),
        "WUTONG_SANDBOX_PORT": str(site),
        "WUTONG_SANDBOX_SMTP_PORT": str(smtp),
        "WUTONG_METRICS_PORT": str(free_row(8)),
        "WUTONG_DEMO_RATE_PER_MINUTE": str(visitors_per_minute),
    }
    command = [sys.executable, "-m", "wutong", "up", "--demo", "--no-open"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=_environment() | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        _wait_until_up(process)
        lines = (folder / "data" / "demo-logins.txt").read_text().splitlines()
        logins = {email.split("@")[0]: (email, password) for _, email, password in (line.split("\t") for line in lines)}
        yield RunningDemo(
            web=f"http://127.0.0.1:{web}",
            edge=f"http://127.0.0.1:{edge}",
            site=f"http://127.0.0.1:{site}",
            data_dir=folder / "data",
            logins=logins,
        )
    finally:
        _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    """This process's, without what would lead to another database."""
    names = [name for name in os.environ if not name.startswith("WUTONG_")]
    return {name: os.environ[name] for name in names if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    told: list[str] = []
    is_up = threading.Event()

    def listen() -> None:
        for line in process.stdout or ():
            told.append(line)
            if "Ctrl-C" in line:  # the last line of the welcome
                is_up.set()
        is_up.set()

    threading.Thread(target=listen, daemon=True).start()
    if not is_up.wait(UP_WITHIN_S) or process.poll() is not None:
        raise RuntimeError("wutong up did not come up:\n" + "".join(told))


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(DOWN_WITHIN_S)
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
