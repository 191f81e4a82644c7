"""Erasing people from the lake: rows, files, and the older snapshots that still hold them."""

from collections.abc import Collection
from datetime import UTC, datetime

import duckdb

from wutong.events.lake.sources import SOURCES
from wutong.events.lake.store import Place, opened

_OF_A_PERSON = ("events", "stage_visits", "moves")


def erase(place: Place, *, people: Collection[int], subjects: Collection[int]) -> dict[str, int]:
    """Remove every row of ``people`` and ``subjects`` for good; what was erased before is not found again.

    A question that reads an older snapshot just now fails and is asked again: an erasure does not wait for it.

    Returns:
        how many rows left each table.
    """
    theirs = f"person_id IN ({_list(people)}) OR subject_id IN ({_list(subjects)})"
    with opened(place, memory_mib=512) as lake:
        for source in SOURCES:  # rows that wait in the catalog become files, so that one way erases all of them
            lake.execute(f"CALL ducklake_flush_inlined_data('lake', table_name => '{source.table}')")
        counts = {}
        for table in _OF_A_PERSON:
            ((n,),) = lake.execute(f"SELECT count(*) FROM lake.{table} WHERE {theirs}").fetchall()
            if n:
                lake.execute(f"DELETE FROM lake.{table} WHERE {theirs}")
                counts[f"lake.{table}"] = int(n)
        lake.execute("CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)")
        _forget_older_states(lake)
        return counts


def _forget_older_states(lake: duckdb.DuckDBPyConnection) -> None:
    """All but the one that stands now; also those that the erasure has made on its way, which hold what it found."""
    at = datetime.now(UTC)
    lake.execute(f"CALL ducklake_expire_snapshots('lake', older_than => '{at.isoformat()}'::timestamptz)")
    lake.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")


def _list(ids: Collection[int]) -> str:
    return ", ".join(str(int(id)) for id in sorted(ids)) or "NULL"
