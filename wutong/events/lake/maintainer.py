"""Keep the lake in order, and prove that it holds what the hot store holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from wutong.events.lake.sources import SOURCES
from wutong.events.lake.store import Place, attach_hot, from_micros, opened
from wutong.platform.structured import structlog

KEPT_SNAPSHOTS = timedelta(hours=1)
"""A question may read an older state of the lake for so long; afterwards its files go."""
ORPHAN_AGE = timedelta(days=1)
"""A file that no commit names is left over by a killed writer once it is so old."""
SQUASH_MOVES = 100_000
ALARM_MOVES = 200_000
"""Every report joins the moves; beyond this many it shows."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Status:
    """What there is in the lake."""

    events: int
    stage_visits: int
    moves: int
    files: int
    bytes: int
    inlined_rows: int
    snapshots: int
    watermark: int
    exported_at: datetime | None
    waiting: int
    """Rows of the hot store that are not exported yet."""
    is_ahead: bool
    """The watermark lies above the server's transaction counter, so nothing is exported: rows came from a dump."""

    @property
    def is_alarming(self) -> bool:
        return self.is_ahead or self.moves > ALARM_MOVES


@dataclass(frozen=True, kw_only=True)
class DayCount:
    """How many events arrived on a day (UTC) by each store; they must be equal."""

    day: date
    hot: int
    lake: int

    @property
    def is_equal(self) -> bool:
        return self.hot == self.lake


def upkeep(place: Place, *, at: datetime) -> dict[str, int]:
    """Flush inlined rows, squash the moves when they are many, merge small files, drop what nobody can read any more.

    Returns:
        how many rows, moves and files each step touched.
    """
    with opened(place, memory_mib=512) as lake:
        flushed = sum(
            _sum(lake, f"CALL ducklake_flush_inlined_data('lake', table_name => '{source.table}')", column=2)
            for source in SOURCES
        )
        moves = _count(lake, "SELECT count(*) FROM lake.moves")
        if moves > ALARM_MOVES:
            log.warning("lake.too_many_moves", moves=moves, limit=ALARM_MOVES)
        squashed = squash(lake) if moves > SQUASH_MOVES else 0
        merged = _sum(lake, "CALL ducklake_merge_adjacent_files('lake')", column=2)
        _renew_watermark(lake)
        _drop_unreadable(lake, at=at)
        return {"flushed_rows": flushed, "squashed_moves": squashed, "merged_files": merged}


def squash(lake: duckdb.DuckDBPyConnection) -> int:
    """Write today's person into the rows of all moved subjects and forget the moves. Returns how many there were.

    A row under an older person was exported before its move, because both go by transaction id; so no such row can
    still be on the way.
    """
    lake.begin()
    moves = _count(lake, "SELECT count(*) FROM lake.moves")
    latest = "(SELECT subject_id, arg_max(person_id, id) AS person_id FROM lake.moves GROUP BY subject_id)"
    for table in ("events", "stage_visits"):
        lake.execute(
            f"UPDATE lake.{table} SET person_id = now.person_id FROM {latest} AS now"
            f" WHERE {table}.subject_id = now.subject_id AND {table}.person_id <> now.person_id"
        )
    lake.execute("DELETE FROM lake.moves")
    lake.commit()
    lake.execute("CALL ducklake_rewrite_data_files('lake')")
    return moves


def status(place: Place) -> Status:
    """Count what is there and what waits."""
    with opened(place) as lake:
        attach_hot(lake, place)
        watermark, exported = _row(lake, "SELECT max(xid), epoch_us(max(exported_at)) FROM lake.watermark")
        counter = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        files, size = _row(lake, "SELECT sum(file_count), sum(file_size_bytes) FROM ducklake_table_info('lake')")
        return Status(
            events=_count(lake, "SELECT count(*) FROM lake.events"),
            stage_visits=_count(lake, "SELECT count(*) FROM lake.stage_visits"),
            moves=_count(lake, "SELECT count(*) FROM lake.moves"),
            files=int(files or 0),
            bytes=int(size or 0),
            inlined_rows=_inlined(lake),
            snapshots=_count(lake, "SELECT count(*) FROM ducklake_snapshots('lake')"),
            watermark=watermark,
            exported_at=from_micros(exported),
            waiting=sum(_hot_count(lake, source.hot, since=watermark) for source in SOURCES),
            is_ahead=watermark > _count(lake, f"SELECT * FROM postgres_query('hot', '{counter}')"),
        )


def check(place: Place) -> list[DayCount]:
    """Compare both stores by day of arrival, from the oldest event that is still hot to the watermark."""
    with opened(place, memory_mib=512) as lake:
        attach_hot(lake, place)
        lake.begin()  # watermark and rows of one snapshot, while exports go on
        watermark = _count(lake, "SELECT xid FROM lake.watermark WHERE table_name = 'events'")
        oldest = lake.execute(
            "SELECT * FROM postgres_query('hot', 'SELECT id FROM event ORDER BY id LIMIT 1')"
        ).fetchone()
        if oldest is None:
            return []
        by_day = "(received_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n"
        hot = f"SELECT {by_day} FROM event WHERE xid < '{watermark:d}'::xid8 GROUP BY 1"
        counted = lake.execute(
            f"""
            SELECT day, coalesce(hot.n, 0), coalesce(kept.n, 0)
            FROM postgres_query('hot', $hot${hot}$hot$) AS hot
            FULL JOIN (SELECT {by_day} FROM lake.events WHERE id >= '{oldest[0]}'::uuid GROUP BY 1) AS kept USING (day)
            ORDER BY day
            """
        ).fetchall()
        return [DayCount(day=day, hot=in_hot, lake=in_lake) for day, in_hot, in_lake in counted]


def _renew_watermark(lake: duckdb.DuckDBPyConnection) -> None:
    """Write the watermark to a new table, because each export leaves its three old rows in the catalog for good."""
    # An export that commits meanwhile must make this fail: the older watermark would export its rows again.
    lake.execute("SET ducklake_max_retry_count = 0")
    lake.begin()
    lake.execute("CREATE OR REPLACE TABLE lake.watermark AS FROM lake.watermark")
    try:
        lake.commit()
    except duckdb.TransactionException:
        log.info("lake.watermark_kept", reason="an export came first")
    lake.execute("RESET ducklake_max_retry_count")


def _drop_unreadable(lake: duckdb.DuckDBPyConnection, *, at: datetime) -> None:
    old = f"older_than => '{(at - KEPT_SNAPSHOTS).isoformat()}'::timestamptz"
    # A killed writer's files have no commit. One that still writes must not lose its own: hence the day.
    orphaned = f"older_than => '{(at - ORPHAN_AGE).isoformat()}'::timestamptz"
    lake.execute(f"CALL ducklake_expire_snapshots('lake', {old})")
    lake.execute(f"CALL ducklake_cleanup_old_files('lake', {old})")
    lake.execute(f"CALL ducklake_delete_orphaned_files('lake', {orphaned})")


def _inlined(lake: duckdb.DuckDBPyConnection) -> int:
    found = "SELECT table_name FROM lake.ducklake_inlined_data_tables"
    names = lake.execute(f"SELECT * FROM postgres_query('hot', '{found}')").fetchall()
    return sum(
        _count(lake, f"SELECT * FROM postgres_query('hot', 'SELECT count(*) FROM lake.{name}')") for (name,) in names
    )


def _hot_count(lake: duckdb.DuckDBPyConnection, table: str, *, since: int) -> int:
    chosen = f"SELECT count(*) FROM {table} WHERE xid >= '{since:d}'::xid8"
    return _count(lake, f"SELECT * FROM postgres_query('hot', $hot${chosen}$hot$)")


def _count(lake: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int(_row(lake, statement)[0])


def _row(lake: duckdb.DuckDBPyConnection, statement: str) -> tuple[Any, ...]:
    (row,) = lake.execute(statement).fetchall()
    return tuple(row)


def _sum(lake: duckdb.DuckDBPyConnection, statement: str, *, column: int) -> int:
    return sum(row[column] for row in lake.execute(statement).fetchall())
