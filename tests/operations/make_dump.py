"""Write the dump of this release that later releases must be able to migrate: ``python -m tests.operations.make_dump``.

Run once before a release is tagged. Schema and a few rows as plain SQL that any PostgreSQL from 15 on takes.
"""

import tempfile
from pathlib import Path

from tests.operations.running import Deployment
from wutong import __version__
from wutong.operations.postgres import wheel_binaries

FOLDER = Path(__file__).parent / "dumps"
ROWS = """
from datetime import UTC, datetime
from wutong.platform.models import Staff, Team
at = datetime(2026, 11, 21, 4, tzinfo=UTC)
team = Team.objects.first()
Staff.objects.create(email="mei@example.com", full_name="Mei", role="sdr", team=team, data_scope="team", created_at=at)
Staff.objects.create(email="lin@example.com", full_name="Lin", role="manager", team=team, created_at=at)
"""


def main() -> None:
    """Make a company in a folder of its own and dump its database."""
    with tempfile.TemporaryDirectory(prefix="wt-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        deployment = Deployment(Path(folder) / "data")
        deployment.make()
        deployment.python(ROWS)
        text = deployment.python(dumping())
    FOLDER.mkdir(exist_ok=True)
    lines = [line for line in text.splitlines() if not line.startswith(("\\", "SET transaction_timeout", "--"))]
    path = FOLDER / f"{__version__}.sql"
    path.write_text("\n".join(line for line in lines if line.strip()) + "\n")
    print(path)  # noqa: T201  # for who runs it


def dumping() -> str:
    program = wheel_binaries() / "pg_dump"
    return (
        "import os, subprocess\n"
        "from wutong.platform.database import conninfo\n"
        f"command = [{str(program)!r}, '--no-owner', '--no-privileges', '--inserts', '--dbname', conninfo()]\n"
        "print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)\n"
    )


if __name__ == "__main__":
    main()
