"""Questions become Ibis expressions, and their results answers. Only the analyst imports this: Ibis takes 80 MB."""

from datetime import UTC
from typing import Any

import duckdb
import ibis
from ibis import _

from wutong.analytics import funnel
from wutong.analytics.questions import (
    Answer,
    Exported,
    FunnelAnswer,
    FunnelQuestion,
    FunnelRow,
    PeopleAnswer,
    PeopleQuestion,
    PersonRow,
    Question,
)
from wutong.events.lake.store import CATALOG, TABLES, from_micros

_IBIS_TYPES = {"varchar": "string", "bigint": "int64", "timestamptz": "timestamp('UTC', 6)", "json": "json"}


def answer(lake: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """Compute ``question`` on ``lake``, all of it on one snapshot."""
    lake.begin()
    try:
        match question:
            case FunnelQuestion():
                return _funnel(lake, question)
            case PeopleQuestion():
                return _people(lake, question)
    finally:
        lake.rollback()


def lake_tables() -> dict[str, ibis.Table]:
    """The lake's tables as Ibis sees them."""
    return {
        name: ibis.table(_schema(columns), name=name, catalog=CATALOG, database="main")
        for name, columns in TABLES.items()
    }


def _funnel(lake: duckdb.DuckDBPyConnection, question: FunnelQuestion) -> FunnelAnswer:
    rows = [FunnelRow(**row) for row in _run(lake, funnel.figures(_reached(question)))]
    rows.sort(key=lambda row: (not row.is_total, row.channel, row.step))  # the engine's order is nobody's
    return FunnelAnswer(rows=rows, exported=_exported(lake))


def _people(lake: duckdb.DuckDBPyConnection, question: PeopleQuestion) -> PeopleAnswer:
    people = funnel.people_behind(_reached(question.funnel), step=question.step, channel=question.channel)
    counted = people.mutate(total=_.count().over()).order_by(_.person_id).limit(question.at_most)
    rows = _run(lake, counted)
    shown = [
        PersonRow(person_id=row["person_id"], channel=row["channel"], at=row["at"].astimezone(UTC)) for row in rows
    ]
    return PeopleAnswer(people=shown, total=rows[0]["total"] if rows else 0, exported=_exported(lake))


def _reached(question: FunnelQuestion) -> ibis.Table:
    scope = funnel.Scope(
        since=question.since,
        until=question.until,
        as_of=question.as_of,
        own_people=question.own_people,
        with_own=question.with_own,
    )
    return funnel.reached(lake_tables(), method=question.method, scope=scope)


def _run(lake: duckdb.DuckDBPyConnection, question: ibis.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.execute(ibis.to_sql(question, dialect="duckdb")).to_arrow_table().to_pylist()
    return rows


def _exported(lake: duckdb.DuckDBPyConnection) -> Exported:
    ((xid, at),) = lake.execute("SELECT max(xid), epoch_us(max(exported_at)) FROM lake.watermark").fetchall()
    return Exported(xid=xid, at=from_micros(at))


def _schema(columns: str) -> dict[str, str]:
    named = (column.split() for column in columns.split(","))
    return {name: _IBIS_TYPES.get(kind, kind) for name, kind in named}
