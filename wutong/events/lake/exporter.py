"""Bring what is new in the hot store to the lake, each row once, whatever is killed when.

A transaction id, not a sequence, says what is new: rows that commit late would slip under a sequence's watermark. Only
transactions older than every running one are taken, so nothing can appear below the watermark afterwards; and the
watermark moves in the same DuckLake commit as the rows.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from wutong.events.lake.sources import SOURCES, Source
from wutong.events.lake.store import CATALOG, Place, attach_hot, opened, to_micros
from wutong.platform.failpoint import failpoint

BATCH_ROWS = 50_000
"""With at least so many rows in one export the next follows at once instead of after ten seconds."""


class ExportOvertaken(Exception):
    """Another commit reached the lake first, so nothing was written. The next export takes the same rows."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What one export did. ``xid`` is the new watermark: every row of an older transaction is in the lake."""

    xid: int
    rows: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def export_once(place: Place, *, at: datetime) -> Exported:
    """Copy all rows of finished transactions from the watermark on.

    Raises:
        ExportOvertaken: see there.
        LakeUnreachable: PostgreSQL or the lake cannot be opened.
    """
    with opened(place) as lake:
        attach_hot(lake, place)
        # No retry: an exporter that was killed may have left its commit on the way. The catalog numbers its commits
        # uniquely, so ours fails if that one lands after we have read the watermark; a retry would double the rows.
        lake.execute("SET ducklake_max_retry_count = 0")
        lake.begin()
        since = dict(lake.execute(f"SELECT table_name, xid FROM {CATALOG}.watermark").fetchall())
        until = _oldest_running(lake)
        rows = {source.table: _copy(lake, source, since=since[source.table], until=until) for source in SOURCES}
        if not any(rows.values()):
            lake.rollback()
            return Exported(xid=until, rows=rows)
        # No parameters: the first one makes DuckDB import pandas, which takes a second and 60 MB.
        lake.execute(
            f"UPDATE {CATALOG}.watermark SET xid = {until:d}, exported_at = make_timestamptz({to_micros(at):d})"
        )
        failpoint("lake.before_commit")
        try:
            lake.commit()
        except duckdb.TransactionException as error:
            lake.execute("DETACH lake")  # closing alone would leave its session with PostgreSQL open
            raise ExportOvertaken(str(error)) from error
        failpoint("lake.after_commit")
        return Exported(xid=until, rows=rows)


def _oldest_running(lake: duckdb.DuckDBPyConnection) -> int:
    (until,) = _one(
        lake, "SELECT * FROM postgres_query('hot', 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint')"
    )
    return until


def _copy(lake: duckdb.DuckDBPyConnection, source: Source, *, since: int, until: int) -> int:
    # COPY through the scanner: 230 k events/s in one thread, 170 k through psycopg and CSV. Both bounds are integers.
    chosen = f"SELECT {source.columns} FROM {source.hot} WHERE xid >= '{since:d}'::xid8 AND xid < '{until:d}'::xid8"
    (copied,) = _one(
        lake, f"INSERT INTO {CATALOG}.{source.table} SELECT * FROM postgres_query('hot', $hot${chosen}$hot$)"
    )
    return copied


def _one(lake: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, ...]:
    (row,) = lake.execute(statement).fetchall()
    return tuple(row)
