"""What the export stands on, the database's transaction counter, when the rows came out of a dump.

A dump brings transaction ids along, rows' and watermark's, but a new server counts from the beginning. Below the
watermark nothing is exported, so nothing would be until the counter has caught up.
"""

from typing import LiteralString

import psycopg
from psycopg import sql

from wutong.events.lake.sources import SOURCES
from wutong.events.lake.store import CATALOG, LakeEmpty, Place, attach, engine, opened

EXPORTED = 3
"""The xid of rows that are in the lake: PostgreSQL's first, below every watermark."""


def highest_xid(place: Place) -> int:
    """The highest transaction id that a row or the watermark carries; 0 when there is none.

    Raises:
        LakeUnreachable: PostgreSQL or the lake cannot be opened.
    """
    found = list(_watermarks(place).values())
    with psycopg.connect(place.conninfo) as hot:
        for source in SOURCES:
            highest = sql.SQL("SELECT xid::text::bigint FROM {} ORDER BY xid DESC LIMIT 1")
            found += [xid for (xid,) in hot.execute(highest.format(sql.Identifier(source.hot)))]
    return max(found, default=0)


def anchor(place: Place) -> None:
    """Number rows, stays' versions and watermark anew, as the present server counts; nobody else writes meanwhile.

    For a server whose counter is not ours to move: where it is, moving it costs the same however many rows there are.

    Raises:
        LakeUnreachable: PostgreSQL or the lake cannot be opened.
    """
    watermarks = _watermarks(place)
    with psycopg.connect(place.conninfo) as hot:
        (now,) = _one(hot, "SELECT pg_current_xact_id()::text::bigint")
        for source in SOURCES:
            _renumber(hot, source.hot, exported_until=watermarks.get(source.table, 0), now=now)
    if watermarks:
        with opened(place) as lake:
            lake.begin()
            # The older versions of a stay must stay older than those that are still to come.
            highest = "(SELECT coalesce(max(version), 0) FROM lake.stage_visits)"
            lake.execute(f"UPDATE {CATALOG}.stage_visits SET version = version - {highest}")
            lake.execute(f"UPDATE {CATALOG}.watermark SET xid = {now:d}")
            lake.commit()


def _renumber(hot: psycopg.Connection, table: str, *, exported_until: int, now: int) -> None:
    name = sql.Identifier(table)
    # A changed stay takes the transaction's number by a trigger; here it must not.
    hot.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
    hot.execute(
        sql.SQL(
            "UPDATE {} SET xid = CASE WHEN xid < %(until)s::xid8 THEN %(done)s::xid8 ELSE %(now)s::xid8 END"
        ).format(name),
        {"until": str(exported_until), "done": str(EXPORTED), "now": str(now)},
    )
    hot.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))


def _watermarks(place: Place) -> dict[str, int]:
    """The watermark of each table; none where nothing was ever exported."""
    try:
        with engine(memory_mib=128, threads=1) as lake:
            attach(lake, place, read_only=True)
            found = lake.execute(f"SELECT table_name, xid FROM {CATALOG}.watermark").fetchall()
            lake.execute(f"DETACH {CATALOG}")
            return dict(found)
    except LakeEmpty:
        return {}


def _one(hot: psycopg.Connection, statement: LiteralString) -> tuple[int, ...]:
    (row,) = hot.execute(statement).fetchall()
    return row
