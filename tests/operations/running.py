"""A deployment of its own for a test: folder, ports, commands."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Deployment:
    """A data folder with our own PostgreSQL, driven by the ``wutong`` command as an operator would."""

    data: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WUTONG_", "DATABASE_URL"))}
        return kept | {"WUTONG_DATA_DIR": str(self.data), "WUTONG_BACKUP_PASSPHRASE": "correct horse"} | self.extra

    def run(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        command = [sys.executable, "-m", "wutong", *map(str, args)]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def make(self, *, before: str = "") -> None:
        """Make the data folder with its database and an empty company, without starting anything for good."""
        code = (
            "from wutong.config import config; config().data_dir.mkdir(mode=0o711, exist_ok=True)\n"
            "from wutong.operations.own_server import cluster, served, held_data_folder\n"
            "from wutong.operations.postgres import ADMIN\n"
            "from wutong.platform.secrets import role_password\n"
            "from wutong.operations.prepare import main\n"
            "with held_data_folder():\n"
            "    cluster().initialise(admin_password=role_password(ADMIN))\n"
            "    with served(cluster()): main([])\n"
        )
        self._python(before + code)

    def copy(self, to: Path) -> "Deployment":
        """The same data in another folder; nothing runs on either."""
        subprocess.run(["cp", "-a", self.data, to], check=True)
        return Deployment(to)

    def start(self, *args: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a command that stays."""
        with log.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "wutong", *args], cwd=ROOT, env=self.environment, stdout=file, stderr=file
            )

    def python(self, code: str) -> str:
        """Run some lines with Django set up in this deployment while its database runs; returns what they print."""
        lines = (
            "import django; from wutong.operations.own_server import reachable_database\n"
            "with reachable_database():\n    django.setup()\n" + "".join(f"    {line}\n" for line in code.splitlines())
        )
        return self._python(lines)

    def _python(self, code: str) -> str:
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "wutong.settings"}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def free_ports(count: int) -> int:
    """The first of ``count`` ports in a row that nobody listens on."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, count):
        sockets = []
        try:
            for port in range(first, first + count):
                probe = socket.socket()
                sockets.append(probe)
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in sockets:
                probe.close()
    raise AssertionError("no free ports")
