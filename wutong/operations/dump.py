"""The database into a file and back, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wutong.operations.postgres import wheel_binaries
from wutong.operations.problem import Problem

_EMPTYING = """
DO $emptying$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY (
        WITH place AS (
            SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        ), ours AS (
            SELECT CASE relkind WHEN 'S' THEN 2 WHEN 'c' THEN 4 ELSE 1 END AS turn, pg_class.oid, relowner AS owner,
                format('%s IF EXISTS %I.%I', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                    WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END,
                    nspname, relname) AS name
            FROM pg_class JOIN place ON place.oid = relnamespace
            WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT relispartition
            UNION ALL
            SELECT 3, pg_proc.oid, proowner,
                format('ROUTINE IF EXISTS %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(pg_proc.oid))
            FROM pg_proc JOIN place ON place.oid = pronamespace
            UNION ALL
            SELECT 4, pg_type.oid, typowner, format('TYPE IF EXISTS %I.%I', nspname, typname)
            FROM pg_type JOIN place ON place.oid = typnamespace WHERE typtype IN ('e', 'd', 'r')
            UNION ALL
            SELECT 5, oid, nspowner, format('SCHEMA IF EXISTS %I', nspname) FROM place WHERE nspname <> 'public'
        )
        SELECT coalesce(array_agg(format('DROP %s CASCADE', name) ORDER BY turn), '{}') FROM ours
        WHERE pg_get_userbyid(owner) = current_user AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')
    ) LOOP
        EXECUTE statement;
    END LOOP;
END $emptying$;
"""
"""Not DROP OWNED: that also takes from our role what it was granted, the right to make tables among it."""
_WITHOUT_TRANSACTION_TIMEOUT = (
    b"SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';\n"
)


def dump_database(conninfo: str, into: Path) -> None:
    """Write the whole database, as of one instant, in PostgreSQL's custom format."""
    target, environment = _addressed(conninfo)
    options = ["--no-password", target, "--format=custom", "--no-owner", "--no-privileges", "--file", str(into)]
    done = subprocess.run(
        [wheel_binaries() / "pg_dump", *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"pg_dump failed:\n{done.stderr.strip()}")


def fill_database(conninfo: str, dump: Path) -> None:
    """Bring a dump into an empty database; it is all there or nothing."""
    _restore(conninfo, dump, first="")


def replace_database(conninfo: str, dump: Path) -> None:
    """Put a dump in the place of what our role has in its database. When that fails everything is as it was.

    Takes room for both until it is done.
    """
    _restore(conninfo, dump, first=_EMPTYING)


def empty_database(conninfo: str) -> None:
    """Drop everything that our role has made in its database, and nothing else."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(_EMPTYING)


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


def _restore(conninfo: str, dump: Path, *, first: str) -> None:
    """Run ``first`` and the statements of a dump in one transaction.

    By psql, since pg_restore itself would send to each server what only its own version knows.
    """
    target, environment = _addressed(conninfo)
    reader: list[str | Path] = [wheel_binaries() / "pg_restore", "--no-owner", "--no-privileges", "--file=-", dump]
    writer: list[str | Path] = [wheel_binaries() / "psql", "--no-psqlrc", "--no-password", "--quiet", target]
    writer.append("--set=ON_ERROR_STOP=1")
    with tempfile.TemporaryFile("w+") as complaints:
        with (
            subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=complaints) as reading,
            subprocess.Popen(
                writer, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints, env=environment
            ) as writing,
            suppress(BrokenPipeError),  # psql has given up, and says why
        ):
            if reading.stdout is None or writing.stdin is None:
                raise AssertionError("both are pipes")
            with writing.stdin as script:
                script.write(f"BEGIN; SET LOCAL client_min_messages = warning;\n{first}\n".encode())
                _copy(reading.stdout, script)
                if reading.wait() == 0:  # else the end of the script is the end of the transaction
                    script.write(b"COMMIT;\n")
        if reading.returncode or writing.returncode:
            complaints.seek(0)
            raise Problem(f"The dump could not be brought in, and nothing has changed:\n{complaints.read().strip()}")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _copy(text: IO[bytes], script: IO[bytes]) -> None:
    """Hand the statements on. One in their head names a setting that servers before 17 do not know."""
    for line in text:
        if line.startswith(b"SET transaction_timeout"):
            script.write(_WITHOUT_TRANSACTION_TIMEOUT)
            break
        script.write(line)
    shutil.copyfileobj(text, script)


def _addressed(conninfo: str) -> tuple[str, dict[str, str]]:
    """A program's option for the database and its environment, in which the password goes, where nobody sees it."""
    given = conninfo_to_dict(conninfo)
    secret = str(given.pop("password", "") or "")
    return f"--dbname={make_conninfo('', **given)}", os.environ | {"PGPASSWORD": secret}
