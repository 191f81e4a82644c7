"""Many rows to the database as one parameter, for statements that work set-wise.

One JSON text that the server takes apart with ``json_to_recordset``, bound on the server: a column array a field cost
the client ten times as much, because psycopg quotes arrays in Python, element by element.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import connection, models
from django.db.models import NOT_PROVIDED

_encoder = msgspec.json.Encoder()


def execute_with_rows(statement: str, rows: Sequence[object], **values: object) -> list[tuple[Any, ...]]:
    """Run ``statement``, in which ``%(rows)s`` stands for ``rows``; returns what it gives back. Opens no transaction.

    Args:
        statement: SQL that reads ``json_to_recordset(%(rows)s) AS r(…)``, each column in its type.
        rows: structs, dataclasses or dictionaries whose fields are the columns' names.
        values: further parameters, by name.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    text = _encoder.encode(rows).decode()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), {"rows": text, **values})
        return cursor.fetchall() if cursor.description else []


def id_array(ids: Iterable[int] | Iterable[UUID]) -> str:
    """``ids`` as the text of an array, for ``ANY(%s::bigint[])`` or ``ANY(%s::uuid[])``."""
    return "{" + _encoder.encode(ids if isinstance(ids, (list, set)) else list(ids)).decode()[1:-1] + "}"


def insert_objects(objects: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert new objects of one model; those that the database numbers get their number, unless conflicts are ignored.

    Opens no transaction; knows no binary fields. For what happens a thousand times a second: ``bulk_create`` prepares
    and quotes each value by itself, in Python.
    """
    if not objects:
        return
    is_numbered = objects[0].pk is None
    statement, columns = _insertion(type(objects[0]), is_numbered, ignore_conflicts)
    rows = [{column: getattr(one, name) for column, name in columns} for one in objects]
    given = execute_with_rows(statement, rows)
    if is_numbered and not ignore_conflicts:
        for one, (id,) in zip(objects, given, strict=True):
            one.pk = id
            one._state.adding = False


@cache
def _insertion(
    model: type[models.Model], is_numbered: bool, ignore_conflicts: bool
) -> tuple[str, list[tuple[str, str]]]:
    """The statement, and of each column its name and the attribute that holds it."""
    meta = model._meta
    given = [
        field for field in meta.concrete_fields if field.db_default is NOT_PROVIDED
    ]  # the others the database fills in
    fields = [field for field in given if not (is_numbered and field.primary_key)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    types = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    then = "ON CONFLICT DO NOTHING" if ignore_conflicts else f'RETURNING "{meta.pk.column}"' if is_numbered else ""
    source = f"json_to_recordset(%(rows)s::json) AS r({types})"
    statement = f'INSERT INTO "{meta.db_table}" ({columns}) SELECT {columns} FROM {source} {then}'  # noqa: S608  # names
    return statement, [(field.column, field.attname) for field in fields]
