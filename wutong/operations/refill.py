"""A dump into a database that has never held ours: the data, and a transaction counter that goes on where it stood."""

from pathlib import Path

from wutong.events.lake.anchor import anchor, highest_xid
from wutong.events.lake.store import LakeUnreachable, our_place
from wutong.operations.dump import empty_database, fill_database
from wutong.operations.own_server import ensure_database, served
from wutong.operations.postgres import ADMIN, NO_OWN_SETTINGS, Cluster
from wutong.operations.problem import Problem
from wutong.platform.database import conninfo
from wutong.platform.secrets import role_password


def fill_own_server(ours: Cluster, dump: Path, *, own_settings: bytes = NO_OWN_SETTINGS) -> None:
    """Make our own server's folder and bring a dump into it. The server stands still afterwards.

    Raises:
        Problem: the server, the dump or the lake's catalog does not work.
    """
    ours.initialise(admin_password=role_password(ADMIN), own_settings=own_settings)
    with served(ours):
        ensure_database()
        fill_database(conninfo(), dump)
        highest = _highest_xid()
    ours.count_transactions_from_above(highest)


def fill_your_server(dump: Path) -> None:
    """Bring a dump into the empty database of ``DATABASE_URL``, whose server's counter is not ours to move.

    Raises:
        Problem: the dump or the lake's catalog does not work; the database is empty again.
    """
    fill_database(conninfo(), dump)
    try:
        anchor(our_place())
    except LakeUnreachable as error:
        empty_database(conninfo())
        raise Problem(f"The lake's catalog cannot be opened: {error}") from error


def _highest_xid() -> int:
    try:
        return highest_xid(our_place())
    except LakeUnreachable as error:
        raise Problem(f"The lake's catalog cannot be opened: {error}") from error
