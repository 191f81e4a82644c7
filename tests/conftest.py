"""Before Django loads: a throw-away PostgreSQL, a data folder, and settings that no machine's environment changes.

``WUTONG_TEST_POSTGRES=15`` takes the distribution's programs of that major version instead of the wheel's;
``WUTONG_TEST_DATABASE_URL`` takes a server that already runs. With ``WUTONG_TEST_WITH_REFERENCE_DATA`` a test
that finds no reference data fails.
"""

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import django
import psycopg
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from wutong.devtools.suite import OF_ONE_MARK
from wutong.operations.postgres import ADMIN, FAST_AND_FORGETFUL, SETTINGS, Cluster, wheel_binaries
from wutong.operations.roles import APP, READ, ensure_roles

pytest_plugins = ["tests.fixtures"]
ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
MISSING_DATA = "REFERENCE DATA MISSING"
DOES_NOT_APPLY = "DOES NOT APPLY HERE"
"""Begins the reason of a skip that no tool would cure; any other skip is a failure on CI."""

_MEMORY = Path("/dev/shm")
QUICK = _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 4 << 30 else Path("/tmp")
"""A short path for the files of servers that are thrown away: making one takes half a millisecond on some disks, and
each TRUNCATE makes a file for every table and every index. No programs: they may be forbidden to run there."""

OPEN_POSTGRES = {"django_db_setup", "folder", "cluster"}
"""Fixtures by which a test comes to a PostgreSQL of this run's version."""
TESTS = Path(__file__).parent
PAGES_OF = {"web", "api", "content", "sandbox", "scope", "xss", "test_queries.py"}
"""What is about pages and doors alone: the statements below them are asked by the tests of other packages."""
WALK = "scope"
MAY_ASK = {"postgres", "browser", "faults", "own_server"}


class ThrowAway:
    """The server and the folders of one test run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wt-", dir=QUICK))
        self.folder.chmod(0o755)  # the server's account passes through it
        self.cluster: Cluster | None = None

    def start(self) -> str:
        self.cluster = Cluster(
            data=self.folder / "pg",
            socket_dir=self.folder / "s",
            binaries=postgres_binaries(),
            settings=SETTINGS | FAST_AND_FORGETFUL | {"max_connections": "120", "logging_collector": "off"},
        )
        password = secrets.token_hex(16)
        self.cluster.initialise(admin_password=password)
        with (self.folder / "postgres.log").open("w") as log:
            self.server = self.cluster.start(log=log)
        admin = f"host={self.cluster.socket_dir} dbname=postgres user={ADMIN} password={password}"
        with psycopg.connect(admin, autocommit=True) as connection:
            passwords = {APP: password, READ: password}
            ensure_roles(connection, database="wutong", passwords=passwords, may_create_databases=True)
        return f"postgres://{APP}:{password}@{str(self.cluster.socket_dir).replace('/', '%2F')}/wutong"

    def remove(self) -> None:
        if self.cluster is not None:
            self.cluster.stop(self.server)
        shutil.rmtree(self.folder, ignore_errors=True)


def postgres_binaries() -> Path:
    """The PostgreSQL programs that this run tests against."""
    major = os.environ.get("WUTONG_TEST_POSTGRES")
    return Path(f"/usr/lib/postgresql/{major}/bin") if major else wheel_binaries()


if os.environ.get("DJANGO_SETTINGS_MODULE"):
    # pytest-django would have read the settings already, before there is a database to name.
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests bring a database and settings of their own.")
_left_out: list[str] = []
_throw_away = ThrowAway()
for _name in [name for name in os.environ if name.startswith("WUTONG_") and not name.startswith("WUTONG_TEST_")]:
    del os.environ[_name]
os.environ["WUTONG_DATA_DIR"] = str(_throw_away.folder / "data")
(_throw_away.folder / "data" / "static").mkdir(parents=True)  # WhiteNoise looks for it
# A key file of its own: none is made beside a database that holds a company, as a server that already runs may.
(_throw_away.folder / "data" / "secret.key").touch(0o600)
(_throw_away.folder / "data" / "secret.key").write_text(secrets.token_urlsafe(48))
os.environ["DATABASE_URL"] = os.environ.get("WUTONG_TEST_DATABASE_URL") or _throw_away.start()
os.environ["DJANGO_SETTINGS_MODULE"] = "wutong.settings"


def pytest_configure() -> None:
    django.setup()
    # Each client of a test would look for every static file anew. A process of its own serves them as it always does.
    settings.WHITENOISE_USE_FINDERS = False


def pytest_collection_finish() -> None:
    # What is loaded stays: else it is searched for cycles again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        uses_one = OPEN_POSTGRES & set(getattr(item, "fixturenames", ()))
        is_a_case_of_django = hasattr(getattr(item, "cls", None), "databases")
        if uses_one or is_a_case_of_django or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.postgres)
        if WALK in item.path.relative_to(TESTS).parts:
            item.add_marker(pytest.mark.walk)
        if PAGES_OF & set(item.path.relative_to(TESTS).parts) or item.path.stem.endswith(("_page", "_pages")):
            item.add_marker(pytest.mark.pages)
        for mark in {run.marks for run in OF_ONE_MARK if item.get_closest_marker(run.marks)}:
            folders = [folder for run in OF_ONE_MARK if run.marks == mark for folder in run.folders]
            if not any(item.path.is_relative_to(ROOT / folder) for folder in folders):
                raise pytest.UsageError(f"{item.nodeid} is marked {mark}, whose runs look into {', '.join(folders)}.")


@pytest.fixture(autouse=True)
def postgres_where_it_is_marked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps a test from asking PostgreSQL unnoticed: it would not be run on each version."""
    if not MAY_ASK & {mark.name for mark in request.node.iter_markers()}:
        monkeypatch.setattr(psycopg.generators, "connect", refuse_to_connect)


def refuse_to_connect(*_: object) -> NoReturn:
    raise AssertionError("This test asks PostgreSQL. Mark it django_db, or add the fixture it uses to OPEN_POSTGRES.")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and not _is_excused(str(report.longrepr)):
        _left_out.append(report.nodeid)


def _is_excused(reason: str) -> bool:
    return MISSING_DATA in reason or DOES_NOT_APPLY in reason


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a test left out for want of a tool is a failure."""
    if _left_out and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    _throw_away.remove()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, with the partitions that most tests write to: making them anew takes longer than a test.

    Whatever a test committed is truncated after it; what Django then makes of its own, permissions and types, nobody
    asks for, and it takes three times as long. At the end the sessions of threads that a test has left behind are
    ended, else the database could not be dropped.
    """
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connection
    from django.db.models.signals import post_migrate

    from tests.cast import ensure_partitions

    with django_db_blocker.unblock():
        ensure_partitions()
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def shared_data() -> "SharedData":
    return SharedData()


class SharedData:
    """Reference data that lies beside the project, where there is any."""

    def __call__(self, name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            message = f"{MISSING_DATA}: {path} is not there, so what it proves is not proved in this run"
            if os.environ.get("WUTONG_TEST_WITH_REFERENCE_DATA"):
                pytest.fail(message)
            pytest.skip(message)
        return path
