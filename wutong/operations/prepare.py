"""What must be done before the processes start: roles, migrations, partitions, the company and its first sign-in.

Runs as a process of its own, so that the supervisor need not carry Django in memory.
"""

import argparse
import contextlib
import importlib
import json
import os
import sys
from datetime import UTC, datetime

from wutong.config import config
from wutong.operations.own_server import KEYS_BACK, ensure_database, ensure_grants, reachable_database
from wutong.operations.problem import Problem
from wutong.platform.database import is_own
from wutong.platform.logs import configure_logging
from wutong.platform.secrets import key_path

LOGINS_FILE = "demo-logins.txt"


def main(argv: list[str]) -> None:
    """Print one JSON object: ``link`` of the first administrator, or ``logins`` of the demo."""
    parser = argparse.ArgumentParser(prog="wutong prepare")
    parser.add_argument("--demo", action="store_true")
    demo: bool = parser.parse_args(argv).demo
    configure_logging("prepare")
    with contextlib.redirect_stdout(sys.stderr):
        if is_own():
            ensure_database()
            ensure_grants()
        _refuse_to_migrate_a_company()
        migrate()
        at = datetime.now(UTC)
        told = {"logins": _demo_logins(at=at)} if demo else {"link": _first_link(at=at)}
        _ensure_defaults(at=at)
    print(json.dumps(told))  # noqa: T201  # read by the supervisor


def _refuse_to_migrate_a_company() -> None:
    """Starting changes the schema of an empty database and of a demo; a company's data are backed up before.

    Raises:
        Problem: the company is real and migrations are due.
    """
    import django

    django.setup()
    if _holds_a_real_company() and (due := migrations_due()):
        raise Problem(
            f"This version changes the database ({len(due)} migrations, {due[0]} first). Run wutong upgrade, then "
            "start again: it makes a backup first, and goes back to it when anything fails."
        )


def _holds_a_real_company() -> bool:
    """Asked in SQL, because the models may be newer than the tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('platform_organisation') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM platform_organisation WHERE NOT is_demo)")
        return bool(cursor.fetchone() == (True,))


def migrations_due() -> list[str]:
    """The migrations of this version that the database has not seen, in their order. Django is set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def migrate() -> None:
    """Bring the schema up to date and make the partitions that will be needed soon."""
    import django
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.recorder import MigrationRecorder

    django.setup()
    before = MigrationRecorder(connection).applied_migrations()
    call_command("migrate", interactive=False, verbosity=0)
    if before and before.keys() != MigrationRecorder(connection).applied_migrations().keys():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # nothing is known yet of columns that have just come, so plans would be guesses

    from wutong.events import partitions

    with transaction.atomic():
        partitions.ensure_around(at=datetime.now(UTC))
    _compare_keys()


def _compare_keys() -> None:
    """Note the keys in a database that has no note of them yet; refuse any others.

    Raises:
        Problem: the key file is not the one under which the database's secrets were stored.
    """
    from wutong.platform.key_check import keys_fit, remember_keys

    remember_keys()
    if not keys_fit():
        raise Problem(f"{key_path()} is not the key file under which this company's secrets were stored. {KEYS_BACK}")


def migrate_main(argv: list[str]) -> None:
    """``wutong migrate``: the schema of this version, without starting anything."""
    argparse.ArgumentParser(prog="wutong migrate", description=migrate_main.__doc__).parse_args(argv)
    configure_logging("migrate")
    with reachable_database():
        migrate()


def _first_link(*, at: datetime) -> str | None:
    from wutong.platform.first_run import ensure_company

    return ensure_company(at=at)


def _ensure_defaults(*, at: datetime) -> None:
    from wutong.lifecycle.founding import ensure_defaults

    ensure_defaults(at=at)


def _demo_logins(*, at: datetime) -> list[list[str]]:
    """The demo's sign-ins: made at the first start, read from their file at later ones."""
    demo = importlib.import_module("wutong.sandbox.demo")
    made = [list(login) for login in demo.ensure_demo(at=at)]
    path = config().data_dir / LOGINS_FILE
    if made:
        demo.fill_lake()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.writelines("\t".join(login) + "\n" for login in made)
        return made
    return [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else []
