"""The schema: complete, and reachable from the data of the last release."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command

from wutong.operations.rotation import SEALED_FIELDS

DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.sql"))


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_sealed_column_takes_part_in_a_rotation() -> None:
    sealed = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_encrypted")
    }
    assert sealed == set(SEALED_FIELDS.items())


@pytest.mark.django_db
@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_the_data_of_a_release_migrates_to_this_version(dump: Path, empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as database:
        database.execute(dump.read_bytes())
        before = people(database)
    migrate(empty_database)
    with psycopg.connect(empty_database) as database:
        assert people(database) == before
        assert before


def people(database: psycopg.Connection) -> list[tuple[object, ...]]:
    return database.execute("SELECT id, email, role FROM public.platform_staff ORDER BY id").fetchall()


def migrate(conninfo: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wutong", "migrate"],
        env=os.environ | {"DATABASE_URL": conninfo},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def empty_database() -> str:
    """A database of its own on this run's server."""
    name = "wutong_from_dump"
    url = os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{url}/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
    return f"{url}/{name}"
