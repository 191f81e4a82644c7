"""``wutong up``: PostgreSQL, what prepares it, and the processes; started in order, watched, stopped in order."""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from wutong.config import Config, config
from wutong.operations.children import STAYS_DOWN, Child, shorten
from wutong.operations.own_server import cluster, held_data_folder, log_path, start_log
from wutong.operations.postgres import ADMIN, Cluster
from wutong.operations.problem import Problem
from wutong.platform.database import is_own
from wutong.platform.figures import figures_port
from wutong.platform.secrets import role_password

READY_SECONDS = 90
TICK_SECONDS = 1.0
_WATCHED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_STOPPING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def main(argv: list[str]) -> None:
    """Start everything and stay until asked to stop."""
    parser = argparse.ArgumentParser(prog="wutong up", description="Start everything and stay until Ctrl-C.")
    parser.add_argument("--demo", action="store_true", help="with a demo company, its website and scripted visitors")
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")
    options = parser.parse_args(argv)
    os.environ["WUTONG_DATA_DIR"] = str(config().data_dir)
    # As root the database's own user passes through the folder; it sees nothing of what else lies in it.
    config().data_dir.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
    with held_data_folder(), _signals_waiting():
        Supervisor(demo=options.demo, opens_browser=not options.no_open).run()


@dataclass
class Supervisor:
    """The processes of one machine and the order in which they depend on each other."""

    demo: bool = False
    opens_browser: bool = False
    database: "OwnDatabase | None" = None
    children: list[Child] = field(default_factory=list)

    def run(self) -> None:
        """Start, watch until a signal asks to stop, and stop."""
        began = time.monotonic()
        self.children = children_of(config(), demo=self.demo)
        _refuse_taken_ports(config(), demo=self.demo)
        try:
            if is_own():
                self.database = OwnDatabase(cluster(is_demo=self.demo))
                self.database.start()
            told = _prepared(demo=self.demo)
            for child in self.children:
                child.start(now=time.monotonic())
            if not self._all_ready():
                return
            _welcome(told, seconds=time.monotonic() - began, children=self.children, demo=self.demo)
            if self.opens_browser and _has_a_desktop():
                webbrowser.open(told.get("link") or config().web_origin)
            while _next_signal() not in _STOPPING:
                self.tend()
        finally:
            self.stop()

    def tend(self) -> None:
        """Start again what has died and is due."""
        now = time.monotonic()
        if self.database is not None:
            self.database.tend(now=now)
        for child in self.children:
            code = child.notice_death(now=now)
            if code is not None:
                _tell_of_death(child, code)
            if child.is_due(now=now):
                child.start(now=now)
            shorten(child.log_path)

    def stop(self) -> None:
        """Doors first, then those who work behind them, the database last."""
        if self.children:
            _say("正在停止 Stopping …")
        for child in self.children:
            if child.name == "stream" and child.is_running():
                _let_the_inbox_drain()
            child.stop()
        if self.database is not None:
            self.database.stop()

    def _all_ready(self) -> bool:
        """Wait for every process that can be; False when asked to stop meanwhile."""
        deadline = time.monotonic() + READY_SECONDS
        waiting = list(self.children)
        while waiting and time.monotonic() < deadline:
            if _next_signal(0.1) in _STOPPING:
                return False
            self.tend()
            waiting = [
                child
                for child in waiting
                if (child.process is not None or child.start_again_at is not None) and not child.is_ready()
            ]
        for child in waiting:
            _say(f"{child.name}: not ready after {READY_SECONDS} s. Its log: {child.log_path}\n{child.last_words()}")
        return True


class OwnDatabase:
    """Our own PostgreSQL under the supervisor."""

    def __init__(self, ours: Cluster) -> None:
        self.cluster = ours
        self.server: subprocess.Popen[str] | None = None
        self.failures = 0
        self.start_again_at = 0.0

    def start(self) -> None:
        if not self.cluster.is_initialised:
            self.cluster.initialise(admin_password=role_password(ADMIN))
        with start_log().open("a") as log:
            self.server = self.cluster.start(log=log)

    def tend(self, *, now: float) -> None:
        """Start it again after a crash; it recovers by itself. Processes wait for it and reconnect."""
        if self.server is None or self.server.poll() is None or now < self.start_again_at:
            return
        _say(f"PostgreSQL ended with {self.server.returncode}; starting it again.")
        try:
            self.start()
        except Problem as problem:
            self.failures += 1
            self.start_again_at = now + min(30, 2**self.failures)
            _say(str(problem))
        else:
            self.failures = 0

    def stop(self) -> None:
        if self.server is not None:
            self.cluster.stop(self.server)


def children_of(settings: Config, *, demo: bool) -> list[Child]:
    """The processes, in the order in which they stop."""
    local = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # compared, not bound
    ready_at = {
        "edge": f"http://127.0.0.1:{figures_port('edge')}/readyz",
        "web": f"http://{local}:{settings.web_port}/readyz",
        "stream": f"http://127.0.0.1:{figures_port('stream')}/readyz",
        "jobs": f"http://127.0.0.1:{figures_port('jobs')}/readyz",
    }
    if demo:
        ready_at["sandbox"] = f"http://127.0.0.1:{figures_port('sandbox')}/readyz"
    return [Child(name, url, log_path(name)) for name, url in ready_at.items()]


def _prepared(*, demo: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "wutong", "prepare", *(["--demo"] if demo else [])]
    story = log_path("prepare")
    with story.open("ab") as log:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, check=False)
    if done.returncode == STAYS_DOWN:
        raise Problem(story.read_text(errors="replace").rpartition("wutong: ")[2].strip())
    if done.returncode:
        tail = "".join(story.read_text(errors="replace").splitlines(keepends=True)[-12:])
        raise Problem(f"The database could not be prepared. The whole story: {story}\n{tail}")
    told: dict[str, Any] = json.loads(done.stdout)
    if told.get("link"):
        told["link"] = config().web_origin + told["link"]
    return told


def _let_the_inbox_drain(seconds: float = 5) -> None:
    """What is acknowledged is on disk anyway; a short wait spares the next start the work."""
    import psycopg

    from wutong.platform.database import conninfo

    deadline = time.monotonic() + seconds
    with contextlib.suppress(psycopg.Error), psycopg.connect(conninfo(), connect_timeout=2) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT EXISTS (SELECT FROM platform_inboxblock)").fetchone()
            if row == (False,):
                return
            time.sleep(0.1)


def _refuse_taken_ports(settings: Config, *, demo: bool) -> None:
    """Say before anything starts which port is taken and which variable moves it."""
    wanted = {"WUTONG_WEB_PORT": settings.web_port, "WUTONG_EDGE_PORT": settings.edge_port}
    if demo:
        wanted |= {"WUTONG_SANDBOX_PORT": settings.sandbox_port, "WUTONG_SANDBOX_SMTP_PORT": settings.sandbox_smtp_port}
    own = {name: figures_port(name) for name in ("stream", "jobs", "edge", *(["sandbox"] if demo else []))}
    wanted |= {f"WUTONG_METRICS_PORT (+{port - settings.metrics_port})": port for port in own.values()}
    for variable, port in wanted.items():
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                raise Problem(f"Port {port} cannot be used ({error.strerror}). Set {variable} to another.") from error


def _welcome(told: dict[str, Any], *, seconds: float, children: list[Child], demo: bool) -> None:
    local = {"页面 Pages": config().web_origin, "采集 Collector": config().edge_origin}
    if demo:
        local["演示网站 Demo website"] = f"http://{config().host}:{config().sandbox_port}"
    _say(f"\n梧桐已启动 Wutong is up ({seconds:.1f} s)\n")
    for label, address in local.items():
        _say(f"  {label:<24} {address}")
    if told.get("link"):
        _say(f"\n  首位管理员的一次性链接 One-time link of the first administrator:\n    {told['link']}")
    if told.get("logins"):
        _say("\n  演示账号 Demo sign-ins (role, e-mail, password):")
        for role, email, password in told["logins"]:
            _say(f"    {role:<16} {email:<34} {password}")
    if missing := [child.name for child in children if not child.is_running()]:
        _say(f"\n  未运行 Not running: {', '.join(missing)}. See wutong doctor.")
    _say(f"\n  日志 Logs: {config().data_dir / 'log'}\n  Ctrl-C 停止 stops everything.\n")


def _tell_of_death(child: Child, code: int) -> None:
    again = "It stays down" if code == STAYS_DOWN else f"Next start in {_seconds_to_next_start(child):.1f} s"
    _say(f"{child.name} ended with {code}. {again}; its last lines ({child.log_path}):\n{child.last_words()}")


def _seconds_to_next_start(child: Child) -> float:
    return max(0.0, (child.start_again_at or 0.0) - time.monotonic())


@contextlib.contextmanager
def _signals_waiting() -> Iterator[None]:
    """Keep signals pending until we ask for them, so that none falls between two steps."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _next_signal(seconds: float = TICK_SECONDS) -> int | None:
    got = signal.sigtimedwait(_WATCHED, seconds)
    return got.si_signo if got else None


def _has_a_desktop() -> bool:
    wants = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin"
    return bool(wants) and sys.stdout.isatty() and os.getuid() != 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the operator's terminal
