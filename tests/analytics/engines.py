"""The same question to two engines: DuckDB, and ClickHouse in process."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import chdb.session
import duckdb
import ibis

Rows = Sequence[Mapping[str, Any]]

INSTANT = "timestamp('UTC', 6)"
SCHEMAS = {
    "events": {
        "name": "!string",
        "occurred_at": f"!{INSTANT}",
        "received_at": f"!{INSTANT}",
        "subject_id": "int64",
        "person_id": "int64",
        "channel": "!string",
        "is_own": "!boolean",
        "is_machine": "!boolean",
    },
    "stage_visits": {
        "machine": "!string",
        "stage": "!string",
        "subject_id": "!int64",
        "person_id": "!int64",
        "entered_at": f"!{INSTANT}",
        "channel": "!string",
    },
    "moves": {"id": "!int64", "subject_id": "!int64", "person_id": "!int64"},
    "reached": {
        "person_id": "!int64",
        "channel": "!string",
        "step": "!int64",
        "at": f"!{INSTANT}",
        "taken_us": "int64",
    },
    "starts": {"person_id": "!int64", "channel": "!string", "at": f"!{INSTANT}"},
    "second": {"person_id": "!int64", "at": f"!{INSTANT}"},
    "third": {"person_id": "!int64", "at": f"!{INSTANT}"},
    "fourth": {"person_id": "!int64", "at": f"!{INSTANT}"},
}
"""``!`` is NOT NULL, which ClickHouse has to be told; to Ibis every column may be null, as in the lake."""
TABLES = {
    name: ibis.table({column: kind.removeprefix("!") for column, kind in columns.items()}, name=name)
    for name, columns in SCHEMAS.items()
}
_TYPES = {
    "int64": ("BIGINT", "Int64"),
    "string": ("VARCHAR", "String"),
    "boolean": ("BOOLEAN", "Bool"),
    INSTANT: ("TIMESTAMPTZ", "DateTime64(6, 'UTC')"),
}
_clickhouse: list[chdb.session.Session] = []


def on_duckdb(question: ibis.Table, rows: Mapping[str, Rows], *, zone: str = "UTC") -> list[dict[str, Any]]:
    """The answer's rows in a fixed order. ``zone`` is the session's, which must change nothing."""
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        for name, given in rows.items():
            columns = ", ".join(f'"{column}" {_type(kind, 0)}' for column, kind in SCHEMAS[name].items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
            if given:
                connection.execute(f"INSERT INTO {name} VALUES {_values(name, given)}")
        answer = connection.sql(_sql(question.op(), "duckdb")).to_arrow_table()
    return _ordered(answer.to_pylist())


def on_clickhouse(question: ibis.Table, rows: Mapping[str, Rows]) -> list[dict[str, Any]]:
    """As :func:`on_duckdb`."""
    if not _clickhouse:
        _clickhouse.append(chdb.session.Session())
    session = _clickhouse[0]
    for name, given in rows.items():
        columns = ", ".join(f'"{column}" {_type(kind, 1)}' for column, kind in SCHEMAS[name].items())
        session.query(f"CREATE OR REPLACE TABLE {name} ({columns}) ENGINE = Memory")
        if given:
            session.query(f"INSERT INTO {name} VALUES {_values(name, given)}")
    # Without the setting an outer join fills in zeros where SQL says null.
    settings = "SETTINGS join_use_nulls = 1, output_format_json_quote_64bit_integers = 0"
    answer = session.query(f"{_sql(question.op(), 'clickhouse')} {settings}", "JSONEachRow").bytes()
    found = [json.loads(line) for line in answer.splitlines()]
    return _ordered([{name: _read(value, question.schema()[name]) for name, value in row.items()} for row in found])


@cache
def _sql(question: ibis.expr.operations.Node, dialect: str) -> str:
    """Ibis takes longer to write a statement than an engine to answer it."""
    return str(ibis.to_sql(question.to_expr(), dialect=dialect))


def _type(kind: str, engine: int) -> str:
    name = _TYPES[kind.removeprefix("!")][engine]
    return f"Nullable({name})" if engine and not kind.startswith("!") else name


def _values(table: str, rows: Rows) -> str:
    return ", ".join(f"({', '.join(_literal(row.get(column)) for column in SCHEMAS[table])})" for row in rows)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"'{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'" if value.tzinfo else f"'{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _read(value: Any, kind: Any) -> Any:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if value is not None and kind.is_timestamp() else value


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def key(row: dict[str, Any]) -> list[tuple[bool, Any]]:
        return [(value is None, 0 if value is None else value) for value in row.values()]

    normal = [
        {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]
    return sorted(normal, key=key)
