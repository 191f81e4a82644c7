"""``wutong upgrade``: back up, migrate, check; when anything fails, everything is as before."""

import argparse
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from wutong import __version__
from wutong.config import config
from wutong.operations import archive
from wutong.operations.backup import DUMP, write_backup
from wutong.operations.dump import dump_database, replace_database
from wutong.operations.own_server import cluster, ensure_database, held_data_folder, served
from wutong.operations.postgres import Cluster
from wutong.operations.problem import Problem
from wutong.operations.refill import fill_own_server
from wutong.platform.database import conninfo, is_own
from wutong.platform.logs import configure_logging


def main(argv: list[str]) -> None:
    """Bring the data to this version. Stop everything first."""
    parser = argparse.ArgumentParser(prog="wutong upgrade", description=main.__doc__)
    parser.add_argument(
        "--postgres-binaries",
        type=Path,
        metavar="FOLDER",
        help="programs of the older PostgreSQL that wrote the data folder, to take its data over",
    )
    options = parser.parse_args(argv)
    configure_logging("upgrade")
    with held_data_folder():
        if not is_own():
            upgrade()
            return
        if options.postgres_binaries is not None:
            take_over_from(options.postgres_binaries)
        with served(cluster()):
            ensure_database()
            upgrade()


def upgrade() -> None:
    """Back up, migrate and check; go back to the backup when either fails.

    Raises:
        Problem: it failed. The data is as it was, or the message says where it is.
    """
    at = datetime.now(UTC)
    file = config().data_dir / "backups" / f"before-{__version__}-{at:%Y%m%dT%H%M%S}.tar"
    write_backup(file, secret=None, at=at)
    _say(f"Backup: {file}")
    try:
        migrate_and_check()
    except BaseException as error:
        _say("Something failed; going back …")
        try:
            go_back(file)
        except Problem as worse:
            raise Problem(
                f"The upgrade failed ({error}), and so did going back. Nothing is lost: the data as it was before is "
                f"in {file}, for wutong restore. The reason: {worse}"
            ) from error
        raise Problem(f"The upgrade failed and the data is as it was before. The reason: {error}") from error
    _say(f"The data is at Wutong {__version__}. The backup stays until you remove it.")


def migrate_and_check() -> None:
    """Migrate and see that what must be right afterwards is.

    Raises:
        Problem: a check failed.
    """
    from wutong.operations.prepare import migrate

    migrate()

    from django.utils import translation

    from wutong.operations.doctor import DATA_CHECKS, examine

    with translation.override("en"):  # like everything else that this command says
        wrong = [finding for finding in examine(DATA_CHECKS, at=datetime.now(UTC)) if finding.is_wrong]
    if wrong:
        raise Problem("; ".join(f"{finding.check}: {finding.found}" for finding in wrong))


def go_back(file: Path) -> None:
    """Put the database back to what the backup holds; the lake's files never changed.

    Raises:
        Problem: that failed as well; the database is as the upgrade has left it.
    """
    from django.db import connections

    connections.close_all()
    for connection in connections.all(initialized_only=True):
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it
    with tempfile.TemporaryDirectory(dir=config().run_dir) as folder, tarfile.open(file) as tar:
        archive.verified(tar)
        dump = Path(folder) / DUMP
        archive.extract(tar, DUMP, dump)
        replace_database(conninfo(), dump)


def take_over_from(binaries: Path) -> None:
    """Move the data of an older PostgreSQL's folder into a new one. The old folder stays, under another name.

    Raises:
        Problem: the programs are of another version than the folder, or the new folder could not be filled, perhaps
            because the new version does not know a setting of yours.
    """
    ours = cluster()
    old = Cluster(data=ours.data, socket_dir=ours.socket_dir, binaries=binaries.absolute(), settings=ours.settings)
    if old.data_major != old.major:
        raise Problem(f"{ours.data} was written by PostgreSQL {old.data_major}; {binaries} holds {old.major}.")
    if old.major == ours.major:
        raise Problem(f"{ours.data} is already of PostgreSQL {ours.major}.")
    aside = ours.data.with_name(f"postgres-{old.major}")
    if aside.exists():
        raise Problem(f"{aside} exists. Move it away first.")
    with tempfile.TemporaryDirectory(dir=config().run_dir) as folder:
        dump = Path(folder) / DUMP
        with served(old):
            dump_database(conninfo(), dump)
        ours.data.rename(aside)
        try:
            fill_own_server(ours, dump, own_settings=(aside / ours.own_settings.name).read_bytes())
        except BaseException:
            if ours.data.exists():
                ours.data.rename(ours.data.with_name("postgres-failed"))
            aside.rename(ours.data)
            raise
    _say(f"The data is in PostgreSQL {ours.major}. The old folder, {aside}, can be removed.")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the operator's terminal
