"""Where the lake is and what it holds: DuckLake, catalog in PostgreSQL's schema ``lake``, rows in Parquet files.

Nothing here imports Django: exporter and analyst start fast and stay small without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import duckdb

from wutong.config import config
from wutong.platform.database import Role, conninfo

CATALOG = "lake"  # the name in SQL, and PostgreSQL's schema that holds the metadata
INLINED_ROWS = 500
"""A smaller insert waits as rows in the catalog instead of becoming a tiny file; upkeep flushes them."""

TABLES = {
    "events": """
        id uuid, name varchar, occurred_at timestamptz, received_at timestamptz, subject_id bigint, person_id bigint,
        site_id bigint, source varchar, view_id uuid, channel varchar, campaign varchar, url varchar, props json,
        is_own boolean, is_machine boolean""",
    "stage_visits": """
        id bigint, version bigint, machine varchar, stage varchar, subject_id bigint, person_id bigint, lead_id bigint,
        entered_at timestamptz, left_at timestamptz, entered_by_id bigint, reason varchar, channel varchar""",
    "moves": "id bigint, subject_id bigint, person_id bigint, moved_at timestamptz",
    "watermark": "table_name varchar, xid bigint, exported_at timestamptz",
}
"""``person_id`` is who it was at export, ``moves`` who it is today. A stay has a row for each ``version`` (xid)."""

_LAYOUT = (
    "ALTER TABLE lake.events SET PARTITIONED BY (year(occurred_at), month(occurred_at))",
    "ALTER TABLE lake.events SET SORTED BY (name ASC, person_id ASC, occurred_at ASC)",
    f"CALL lake.set_option('data_inlining_row_limit', {INLINED_ROWS})",
    "INSERT INTO lake.watermark SELECT unnest(['events', 'stage_visits', 'moves']), 0, NULL",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LakeUnreachable(Exception):
    """The catalog cannot be opened: PostgreSQL is down, or an extension of DuckDB is missing."""


class LakeEmpty(LakeUnreachable):
    """Nothing was ever exported: there is no catalog yet."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A lake: the database with its catalog, and the folder or bucket with its files."""

    conninfo: str
    files: str


def our_place(role: Role = "wutong_app") -> Place:
    return Place(conninfo=conninfo(role), files=config().lake_url)


@contextmanager
def opened(place: Place, *, memory_mib: int = 256, threads: int = 1) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake to write, as ``lake``, with its tables made where they are missing.

    Raises:
        LakeUnreachable: see there.
    """
    with engine(memory_mib=memory_mib, threads=threads) as connection:
        if "://" not in place.files:
            Path(place.files).mkdir(parents=True, exist_ok=True, mode=0o700)
        attach(connection, place)
        _make_tables(connection)
        yield connection


@contextmanager
def engine(*, memory_mib: int, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory with the lake's extensions, taken from their wheels: it never loads one from elsewhere."""
    config().run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    spill = config().run_dir / f"duckdb-{uuid4().hex}"  # made when memory does not do; gone when the engine is closed
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_mib}MiB",
            "threads": threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Checking the signatures of 70 MiB takes 0.3 s each time. The wheels' hashes were checked when they came,
            # and whoever could change what lies in them could change us.
            "allow_unsigned_extensions": True,
        }
    )
    try:
        # The scanner comes first: DuckLake would look for it on the network.
        for name in ("postgres_scanner", "ducklake"):
            connection.execute(f"LOAD {_text(str(extension_file(name)))}")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def attach(connection: duckdb.DuckDBPyConnection, place: Place, *, read_only: bool = False) -> None:
    """Attach ``place`` as ``lake``.

    Raises:
        LakeEmpty: ``read_only`` and there is no catalog yet.
        LakeUnreachable: see there.
    """
    if "://" in place.files:
        connection.execute(f"LOAD {_text(str(extension_file('httpfs')))}")
    # The folder may have moved since the catalog was made (a restore), and files are named relative to it.
    options = ["METADATA_SCHEMA 'lake'", f"DATA_PATH {_text(place.files)}", "OVERRIDE_DATA_PATH true"]
    options += ["READ_ONLY", "CREATE_IF_NOT_EXISTS false"] if read_only else []
    try:
        connection.execute(f"ATTACH {_text(f'ducklake:postgres:{place.conninfo}')} AS lake ({', '.join(options)})")
    except duckdb.Error as error:
        kind = (
            LakeEmpty if read_only and "does not exist" in str(error) and "DuckLake" in str(error) else LakeUnreachable
        )
        raise kind(str(error).replace(place.conninfo, "…")) from None  # the message would print the password


def attach_hot(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Attach PostgreSQL itself, to read, as ``hot``.

    Raises:
        LakeUnreachable: see there.
    """
    try:
        connection.execute(f"ATTACH {_text(place.conninfo)} AS hot (TYPE postgres, READ_ONLY)")
    except duckdb.Error as error:
        raise LakeUnreachable(str(error).replace(place.conninfo, "…")) from None


def extension_file(name: str) -> Path:
    """The file of an extension of DuckDB, in the wheel ``duckdb-extension-…`` of the very version of the engine.

    Raises:
        LakeUnreachable: the wheel is not installed, or of another version.
    """
    spec = find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        raise LakeUnreachable(f"The package duckdb-extension-{name.replace('_', '-')} is missing. Install it.")
    file = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not file.exists():
        raise LakeUnreachable(f"duckdb is {duckdb.__version__} and duckdb_extension_{name} is not: pin them together.")
    return file


def from_micros(micros: int | None) -> datetime | None:
    """An instant that SQL gave as ``epoch_us(…)``: DuckDB hands out zoned timestamps only where pytz is installed."""
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def to_micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'lake'"
    ).fetchall()
    if {name for (name,) in found} >= TABLES.keys():
        return
    connection.begin()
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE lake.{name} ({columns})")
    for statement in _LAYOUT:
        connection.execute(statement)
    connection.commit()


def _text(value: str) -> str:
    """A string literal of SQL: ATTACH and LOAD take no parameters."""
    return "'" + value.replace("'", "''") + "'"
