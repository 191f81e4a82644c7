"""Many rows to the database as one parameter, for statements that work set-wise.

One JSON text that the server takes apart with ``json_to_recordset``, bound on the server: a column array a field cost
the client ten times as much, because psycopg quotes arrays in Python, element by element.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
from django.db import connection

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
