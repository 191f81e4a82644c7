"""Write the dump of this release that later releases must be able to migrate: ``python -m tests.operations.make_dump``.

Run once before a release is tagged. Schema and a short history of an invented company, as SQL that any PostgreSQL from
15 on takes. ``dumps/0.1.0a1.sql.gz`` was made in the same way from commit 9a51a2c, before forms had versions, leads
their whole machine and scores their models.
"""

import gzip
import tempfile
from pathlib import Path

from tests.operations.running import Deployment
from wutong import __version__
from wutong.operations.postgres import wheel_binaries

FOLDER = Path(__file__).parent / "dumps"
HISTORY = """
from datetime import UTC, datetime
from django.db import connection
from wutong.platform.models import Organisation
from wutong.sandbox.demo import reset_demo
from wutong.sandbox.history import Scale

Organisation.objects.update(is_demo=True)
scale = Scale(days=21, asking=24, known=6, contracts=3, readers=4)
reset_demo(at=datetime(2026, 11, 21, 4, tzinfo=UTC), scale=scale)
with connection.cursor() as cursor:
    cursor.execute("DELETE FROM procrastinate_jobs")
    cursor.execute("DELETE FROM platform_keycheck")  # whoever migrates it has another key file
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass")
    for (month,) in cursor.fetchall():
        cursor.execute(f"SELECT EXISTS (SELECT FROM {month})")
        if not cursor.fetchone()[0]:
            cursor.execute(f"DROP TABLE {month}")  # each is as long as its rows
"""


def main() -> None:
    """Make a company in a folder of its own and dump its database."""
    with tempfile.TemporaryDirectory(prefix="wt-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        deployment = Deployment(Path(folder) / "data")
        deployment.make()
        deployment.python(HISTORY)
        text = deployment.python(dumping())
    FOLDER.mkdir(exist_ok=True)
    lines = [line for line in text.splitlines() if not line.startswith(("\\", "SET transaction_timeout", "--"))]
    path = FOLDER / f"{__version__}.sql.gz"
    plain = "\n".join(line for line in lines if line.strip()) + "\n"
    path.write_bytes(gzip.compress(plain.encode(), mtime=0))
    print(path)  # noqa: T201  # for who runs it


def dumping() -> str:
    program = wheel_binaries() / "pg_dump"
    how = ["--no-owner", "--no-privileges", "--rows-per-insert=100"]
    return (
        "import os, subprocess\n"
        "from wutong.platform.database import conninfo\n"
        f"command = [{str(program)!r}, *{how}, '--dbname', conninfo()]\n"
        "print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)\n"
    )


if __name__ == "__main__":
    main()
