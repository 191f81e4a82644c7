"""Our own PostgreSQL as this deployment's settings place it: where it lies, who holds it, how a command reaches it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from wutong.config import config
from wutong.operations.postgres import ADMIN, SETTINGS, SETTINGS_OF_A_DEMO, Cluster, wheel_binaries
from wutong.operations.problem import Problem
from wutong.platform.database import DATABASE, is_own, socket_dir
from wutong.platform.secrets import key_path, role_password

KEYS_BACK = "Move it away and put the right one in its place: wutong restore --only-key BACKUP takes it from a backup."


def cluster(*, is_demo: bool = False) -> Cluster:
    return Cluster(
        data=config().data_dir / "postgres",
        socket_dir=socket_dir(),
        binaries=wheel_binaries(),
        settings=SETTINGS | (SETTINGS_OF_A_DEMO if is_demo else {}),
    )


class DataFolderBusy(Problem):
    """Another process holds the data folder."""


@contextlib.contextmanager
def held_data_folder() -> Iterator[Path]:
    """Hold the data folder for as long as the block runs; the kernel lets go of it when we die.

    Raises:
        DataFolderBusy: another ``wutong up`` or command holds it.
    """
    folder = config().run_dir
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise DataFolderBusy(
                f"{config().data_dir} is in use by process {holder}. Stop it first, or give this one "
                "a folder of its own with WUTONG_DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder


@contextlib.contextmanager
def reachable_database() -> Iterator[None]:
    """See to it that the database answers: yours, ours that already runs, or ours started for this block."""
    if not is_own():
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held_data_folder())
        except DataFolderBusy:
            pass  # whoever holds it serves it
        else:
            ours = cluster()
            if not ours.is_initialised:
                raise Problem(f"There is no database in {ours.data} yet. Run wutong up first.")
            stack.enter_context(served(ours))
        yield


@contextlib.contextmanager
def served(ours: Cluster) -> Iterator[None]:
    """Run the server for as long as the block runs. The caller holds the data folder."""
    with start_log().open("a") as log:
        server = ours.start(log=log)
    try:
        yield
    finally:
        ours.stop(server)


def start_log() -> Path:
    """Where PostgreSQL's words before its own log go."""
    return log_path("postgres-start")


def log_path(name: str) -> Path:
    """The log of a process, in a folder that only its owner reads."""
    folder = config().data_dir / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{name}.log"


def admin_conninfo(database: str = "postgres") -> str:
    """The superuser's connection, for making roles and databases only."""
    return f"host={socket_dir()} dbname={database} user={ADMIN} password={role_password(ADMIN)}"


def refuses_our_keys() -> bool:
    """Whether our own server, which answers, was made under another key file."""
    import psycopg

    try:
        psycopg.connect(admin_conninfo()).close()
    except psycopg.OperationalError as error:
        return "password authentication failed" in str(error)
    return False


def ensure_database() -> None:
    """Make roles and database in our own server, or bring them up to date.

    Raises:
        Problem: the key file is another than the server's passwords come from.
    """
    import psycopg

    from wutong.operations.roles import APP, READ, ensure_roles

    if refuses_our_keys():
        raise Problem(f"{key_path()} is not the key file of the database beside it. {KEYS_BACK}")
    with psycopg.connect(admin_conninfo(), autocommit=True) as admin:
        ensure_roles(admin, database=DATABASE, passwords={role: role_password(role) for role in (APP, READ)})


def ensure_grants() -> None:
    """Bring what the reader may see up to date.

    Not to be called before a backup is filled in, which brings the lake's schema along.
    """
    import psycopg

    from wutong.operations.roles import grant_reading

    with psycopg.connect(admin_conninfo(DATABASE), autocommit=True) as database:
        grant_reading(database)
