"""Take months that are no longer hot out of PostgreSQL, once it is proved that the lake has every event of them."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import psycopg
from psycopg import sql

from wutong.events.lake.store import CATALOG, Place, attach_hot, opened
from wutong.events.months import LANE, Month
from wutong.platform.structured import structlog

log = structlog.get_logger(__name__)

_PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'event'::regclass ORDER BY c.relname
"""


@dataclass(frozen=True, kw_only=True)
class Retired:
    """What was dropped, and how many past months stay because the lake does not hold them whole."""

    months: int
    events: int
    kept: int


def retire(place: Place, *, at: datetime) -> Retired:
    """Drop each partition that is past if every event in it is in the lake; the others stay and are logged.

    Raises:
        LakeUnreachable: PostgreSQL or the lake cannot be opened.
        psycopg.errors.LockNotAvailable: somebody reads an old month for long; the next day will do.
    """
    dropped = events = kept = 0
    with psycopg.connect(place.conninfo, autocommit=True) as hot:
        hot.execute("SET lock_timeout = '5s'")  # the collector's inserts queue behind a DROP that waits
        months = [Month.of_partition(name) for (name,) in hot.execute(_PARTITIONS)]
        past = [month for month in months if month.is_past(at=at)]
        if not past:
            return Retired(months=0, events=0, kept=0)
        with opened(place, memory_mib=512) as lake:
            attach_hot(lake, place)
            for month in past:
                with hot.transaction():
                    hot.execute("SELECT pg_advisory_xact_lock(%s)", [LANE])
                    # Nothing may come in between the proof and the end; reading goes on.
                    name = sql.Identifier(month.partition)
                    hot.execute(sql.SQL("LOCK TABLE ONLY {} IN SHARE MODE").format(name))
                    counted, missing = _compared(lake, month)
                    if missing:
                        kept += 1
                        log.error("lake.month_kept", month=month.partition, events=counted, missing=missing)
                        continue
                    hot.execute(sql.SQL("DROP TABLE {}").format(name))
                dropped, events = dropped + 1, events + counted
                log.info("lake.month_retired", month=month.partition, events=counted)
    return Retired(months=dropped, events=events, kept=kept)


def _compared(lake: duckdb.DuckDBPyConnection, month: Month) -> tuple[int, int]:
    """How many events the partition holds, and how many of them the lake lacks or may be about to take again."""
    lake.begin()  # watermark and rows of one snapshot
    ((watermark,),) = lake.execute(f"SELECT xid FROM {CATALOG}.watermark WHERE table_name = 'events'").fetchall()
    rows = f"SELECT id, xid < '{watermark:d}'::xid8 AS is_exported FROM {month.partition}"
    kept = f"SELECT id FROM {CATALOG}.events WHERE id >= '{month.first_id}' AND id < '{month.next.first_id}'"
    ((counted, missing),) = lake.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE NOT is_exported OR id NOT IN ({kept}))
        FROM postgres_query('hot', $hot${rows}$hot$)
        """
    ).fetchall()
    lake.rollback()
    return counted, missing
