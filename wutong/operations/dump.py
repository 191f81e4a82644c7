"""The database into a file and back, by PostgreSQL's own programs."""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from wutong.operations.postgres import wheel_binaries
from wutong.operations.problem import Problem


def dump_database(conninfo: str, into: Path) -> None:
    """Write the whole database, as of one instant, in PostgreSQL's custom format."""
    _run("pg_dump", conninfo, ["--format=custom", "--no-owner", "--no-privileges", "--file", str(into)])


def fill_database(conninfo: str, dump: Path) -> None:
    """Bring a dump into an empty database; it is all there or nothing."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", conninfo, [*options, str(dump)])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def empty_database(conninfo: str) -> None:
    """Drop everything that our role has made in its database, and nothing else."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("DROP OWNED BY CURRENT_USER CASCADE")


def is_empty(conninfo: str) -> bool:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND n.nspname NOT LIKE 'pg_toast%')"
        ).fetchone()
    return row == (False,)


def server_major(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        return connection.info.server_version // 10_000


def _run(program: str, conninfo: str, options: list[str]) -> None:
    """Run one of the wheel's programs on a database; the password goes by the environment, where nobody sees it."""
    given = conninfo_to_dict(conninfo)
    secret = str(given.pop("password", "") or "")
    target = " ".join(f"{name}='{value}'" for name, value in given.items())
    done = subprocess.run(
        [wheel_binaries() / program, "--no-password", f"--dbname={target}", *options],
        env=os.environ | {"PGPASSWORD": secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"{program} failed:\n{done.stderr.strip()}")
