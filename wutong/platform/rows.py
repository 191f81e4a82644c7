"""Many rows to the database as one parameter, for statements that work set-wise.

One JSON text that the server takes apart with ``json_to_recordset``, bound on the server: a column array a field cost
the client ten times as much, because psycopg quotes arrays in Python, element by element.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from select import select
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

_encoder = msgspec.json.Encoder()


def execute_with_rows(statement: str, rows: Sequence[object], **values: object) -> list[tuple[Any, ...]]:
    """Run ``statement``, in which ``%(rows)s`` stands for ``rows``; returns what it gives back. Opens no transaction.

    Args:
        statement: SQL that reads ``json_to_recordset(%(rows)s) AS r(…)``, each column in its type.
        rows: structs, dataclasses or dictionaries whose fields are the columns' names.
        values: further parameters, by name.
    """
    return execute(statement, rows=_encoder.encode(rows).decode(), **values)


def execute(statement: str, **values: object) -> list[tuple[Any, ...]]:
    """Run ``statement`` with ``values`` bound on the server; returns what it gives back. Opens no transaction."""
    with _sent(statement, values) as cursor:
        if (pipeline := _unawaited.get()) is not None:
            pipeline.sync()
        return cursor.fetchall() if cursor.description else []


def ask(statement: str, **values: object) -> Callable[[], list[tuple[Any, ...]]]:
    """Ask what ``statement`` gives; the answer is waited for when what is returned is called, once.

    In a block of :func:`unawaited` it is on its way meanwhile, before what is written after it is done.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    cursor = psycopg.Cursor(connection.connection)
    with connection.wrap_database_errors:
        cursor.execute(statement.encode(), values, binary=True)
        if (pipeline := _unawaited.get()) is not None:
            pipeline.pgconn.send_flush_request()
            _send_all(pipeline)

    def answer() -> list[tuple[Any, ...]]:
        with connection.wrap_database_errors, cursor:
            return cursor.fetchall()

    return answer


def write_rows(statement: str, rows: Sequence[object], **values: object) -> None:
    """As :func:`execute_with_rows`, for a statement that gives nothing back: see :func:`write`."""
    write(statement, rows=_encoder.encode(rows).decode(), **values)


def write(statement: str, **values: object) -> None:
    """Run a statement that gives nothing back; in a block of :func:`unawaited` it is not waited for."""
    with _sent(statement, values):
        if (pipeline := _unawaited.get()) is not None:
            _send_all(pipeline)


@contextmanager
def unawaited() -> Iterator[None]:
    """Let the database work on what is written in this block while we go on; at its end all is done.

    Whoever reads in the block waits until all that was written before is done. The first statement that fails is raised
    at the next of these moments. How many rows a statement has changed cannot be had in here.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline() as pipeline:
        token = _unawaited.set(pipeline)
        try:
            yield
        finally:
            _unawaited.reset(token)


def _send_all(pipeline: psycopg.Pipeline) -> None:
    """See to it that the server has all of a statement, and can begin with it.

    A pipeline sends what the socket takes at once, some 200 kB; the rest would lie here until the next statement.
    """
    connection = pipeline.pgconn
    while connection.flush():
        select([connection.socket], [connection.socket], [])
        connection.consume_input()


_unawaited: ContextVar[psycopg.Pipeline | None] = ContextVar("unawaited", default=None)


# What comes back is binary below: Django reads the text of each time in Python, eight times as slowly.


@contextmanager
def _sent(statement: str, values: Mapping[str, object]) -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), values, binary=True)
        yield cursor


def id_array(ids: Iterable[int] | Iterable[UUID]) -> str:
    """``ids`` as the text of an array, for ``ANY(%s::bigint[])`` or ``ANY(%s::uuid[])``."""
    return "{" + _encoder.encode(ids if isinstance(ids, (list, set)) else list(ids)).decode()[1:-1] + "}"


def insert_objects(objects: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert new objects of one model. What the database fills in they get, unless conflicts are ignored.

    What the first object leaves to the database, all of them leave to it. Opens no transaction; knows no binary fields.
    For what happens a thousand times a second: ``bulk_create`` prepares and quotes each value by itself, in Python.
    """
    if not objects:
        return
    left = frozenset(name for name, value in vars(objects[0]).items() if isinstance(value, DatabaseDefault))
    if objects[0].pk is None:
        left |= {type(objects[0])._meta.pk.attname}
    insertion = _insertion(type(objects[0]), left, ignore_conflicts)
    given = execute_with_rows(
        insertion.statement, [{column: getattr(one, name) for column, name in insertion.columns} for one in objects]
    )
    if given:
        for one, values in zip(objects, given, strict=True):
            one._state.adding = False
            for name, value in zip(insertion.filled_in, values, strict=True):
                setattr(one, name, value)


def update_objects(objects: Iterable[models.Model], fields: Sequence[str]) -> None:
    """Save ``fields`` of stored objects of one model, in one statement. Opens no transaction; knows no binary fields.

    For what happens a thousand times a second: ``bulk_update`` makes of each value a ``CASE`` of its own, in Python.
    """
    given = list(objects)
    if not given:
        return
    update = _update(type(given[0]), tuple(fields))
    rows = [{column: getattr(one, name) for column, name in update.columns} for one in given]
    execute_with_rows(update.statement, rows)


@dataclass(frozen=True)
class _Update:
    statement: str
    columns: list[tuple[str, str]]
    """The columns that are sent, each with the attribute that holds it; the key first."""


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> _Update:
    meta = model._meta
    fields = {field.name: field for field in meta.concrete_fields}
    sent = [meta.pk, *(fields[name] for name in names)]
    values = ", ".join(f'"{field.column}" = r."{field.column}"' for field in sent[1:])
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in sent)
    key = meta.pk.column
    return _Update(
        f'UPDATE "{meta.db_table}" t SET {values} FROM json_to_recordset(%(rows)s::json) AS r({types})'  # noqa: S608  # names
        f' WHERE t."{key}" = r."{key}"',
        [(field.column, field.attname) for field in sent],
    )


@dataclass(frozen=True)
class _Insertion:
    statement: str
    columns: list[tuple[str, str]]
    """The columns that are sent, each with the attribute that holds it."""
    filled_in: list[str]
    """The attributes of the columns that come back."""


@cache
def _insertion(model: type[models.Model], left: frozenset[str], ignore_conflicts: bool) -> _Insertion:
    meta = model._meta
    sent = [field for field in meta.concrete_fields if field.attname not in left]
    filled_in = [field for field in meta.concrete_fields if field.attname in left]
    columns = ", ".join(f'"{field.column}"' for field in sent)
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in sent)
    source = f"json_to_recordset(%(rows)s::json) AS r({types})"
    then = "ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    if filled_in and not ignore_conflicts:
        then = "RETURNING " + ", ".join(f'"{field.column}"' for field in filled_in)
    return _Insertion(
        f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {columns} FROM {source} {then}',  # noqa: S608  # names
        [(field.column, field.attname) for field in sent],
        [field.attname for field in filled_in],
    )
