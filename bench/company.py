"""A company to measure or to torture: the real processes, on free ports, in a folder of its own."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SITE = "wtbench"
FORM = "bench-request"
ORIGIN = "https://www.example.com"
PASSWORD = "bench-only-password"
SDRS = ("mei@example.com", "lin@example.com")
FIGURES = {"stream": 0, "jobs": 1, "edge": 2}
"""Processes that say at a port of their own whether they are ready: place after the first."""

_KEEP_DATABASE = """
import sys
from wutong.operations.own_server import cluster, held_data_folder, served
from wutong.operations.postgres import ADMIN
from wutong.platform.secrets import role_password
from wutong.config import config
config().data_dir.mkdir(mode=0o711, exist_ok=True)
with held_data_folder():
    if not cluster().is_initialised:
        cluster().initialise(admin_password=role_password(ADMIN))
    with served(cluster()):
        print("served", flush=True)
        sys.stdin.read()
"""
_SEED = f"""
import django; django.setup()
from datetime import UTC, datetime
from wutong.content.models import Form
from wutong.events.models import Site
from wutong.platform.models import BusinessScope, DataScope, Role, Staff, Team
team, scope = Team.objects.get(parent=None), BusinessScope.objects.get()
site = Site.objects.create(key="{SITE}", name="Bench", origins=["{ORIGIN}"], team=team, scope=scope)
names = {{"name": "text", "phone": "tel", "email": "email", "company": "text", "title": "text"}}
fields = [dict(name=name, label=name, kind=kind, required=name == "phone") for name, kind in names.items()]
Form.objects.create(
    key="{FORM}", name="Bench", site=site, fields=fields, consent_version="v1", consent_text="I agree."
)
for email in {SDRS!r}:
    sdr = Staff(email=email, full_name=email, role=Role.SDR, team=team, data_scope=DataScope.TEAM,
                created_at=datetime.now(UTC))
    sdr.set_password("{PASSWORD}")
    sdr.save()
"""


@dataclass
class Company:
    """A data folder with our own PostgreSQL and the settings its processes run with."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web_port, self.edge_port = free_port(), free_port()
        self.figures_port = free_row(8)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        ours = ("WUTONG_", "DATABASE_URL", "LAKE_PATH", "DJANGO_SETTINGS_MODULE")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "DJANGO_SETTINGS_MODULE": "wutong.settings",
            "WUTONG_DATA_DIR": str(self.data),
            "WUTONG_WEB_PORT": str(self.web_port),
            "WUTONG_EDGE_PORT": str(self.edge_port),
            "WUTONG_METRICS_PORT": str(self.figures_port),
            "WUTONG_TRUSTED_PROXIES": "1",  # the load says which visitor's address it plays
            **self.settings,
        }

    def python(self, code: str) -> str:
        """Run some lines in this deployment; returns what they print."""
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def wutong(self, *args: str) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        command = [sys.executable, "-m", "wutong", *args]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def conninfo(self) -> str:
        return self.python("from wutong.platform.database import conninfo; print(conninfo())")

    @contextlib.contextmanager
    def database(self, *, seeded: bool = True) -> Iterator[str]:
        """PostgreSQL alone, with the schema and one site; yields where it is."""
        is_new = not (self.data / "postgres").exists()
        keeper = subprocess.Popen(
            [sys.executable, "-c", _KEEP_DATABASE],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if not keeper.stdout or not keeper.stdout.readline():
                raise RuntimeError(f"PostgreSQL did not start in {self.data}.")
            if is_new:
                done = self.wutong("prepare")
                if done.returncode:
                    raise RuntimeError(done.stderr)
                if seeded:
                    self.seed()
            yield self.conninfo()
        finally:
            keeper.communicate("")

    def seed(self) -> None:
        """Add a site, its form and two SDRs."""
        self.python(_SEED)

    @contextlib.contextmanager
    def process(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """One of our processes beside :meth:`database`, ready when the block begins."""
        with (self.folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "wutong", name], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            deadline = time.monotonic() + 60
            while not self.is_ready(name):
                if child.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / f"{name}.log").read_text(errors="replace")[-3_000:])
                time.sleep(0.05)
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    @contextlib.contextmanager
    def up(self, *arguments: str, code: str = "") -> Iterator["subprocess.Popen[bytes]"]:
        """Everything, as ``wutong up`` runs it; ``code`` instead of the command lets a test change how."""
        command = ["-c", code] if code else ["-m", "wutong", "up", "--no-open", *arguments]
        told = self.folder / "up.log"
        with told.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        try:
            deadline = time.monotonic() + 180
            while "Ctrl-C" not in told.read_text(errors="replace"):  # the last line of the welcome
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(told.read_text(errors="replace"))
                time.sleep(0.02)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def is_ready(self, name: str) -> bool:
        """Whether a process says that it can do its work."""
        port = self.web_port if name == "web" else self.figures_port + FIGURES[name]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextlib.contextmanager
def company(**settings: str) -> Iterator[Company]:
    """A company in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="wt-co-", dir="/tmp"))
    folder.chmod(0o755)  # the database's own account passes through it
    try:
        yield Company(folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_row(length: int) -> int:
    """The first of so many free ports in a row."""
    while True:
        first = random.randrange(20_000, 30_000)
        if all(_is_free(port) for port in range(first, first + length)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def cpu_seconds(pid: int) -> float:
    """Processor seconds that a process and all under it have used, also those that have ended and were waited for."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        one = psutil.Process(pid)
        for process in (one, *one.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                used = process.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
    return total
