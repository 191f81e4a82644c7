"""A lake of the test's own, and hands that put rows into the hot store and bring them to the lake."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from wutong.events import partitions
from wutong.events.lake.exporter import Exported, export_once
from wutong.events.lake.store import Place, opened
from wutong.people.models import Identifier, Person

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@contextmanager
def lake_in(folder: Path) -> Iterator[Place]:
    """The lake beside the test's database, its files in ``folder``; its catalog goes when the test does."""
    given = connection.settings_dict
    at = {"host": given["HOST"], "port": given["PORT"] or None, "dbname": given["NAME"]}
    conninfo = make_conninfo(user=given["USER"], password=given["PASSWORD"], **at)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS lake CASCADE")
        cursor.execute("TRUNCATE event")
    partitions.ensure_around(at=datetime.now(UTC))
    yield Place(conninfo=conninfo, files=str(folder / "lake"))
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS lake CASCADE")
        cursor.execute("TRUNCATE event")


def put_event(
    name: str = "page_viewed",
    *,
    at: datetime = NINE,
    subject: Identifier | None = None,
    on: psycopg.Connection | None = None,
    **columns: Any,
) -> UUID:
    """One row of the hot store, committed unless it goes through ``on``."""
    event_id = uuid7()
    row = {
        "id": event_id,
        "name": name,
        "occurred_at": at,
        "received_at": at + timedelta(seconds=1),
        "subject_id": subject.pk if subject else None,
        "person_id": subject.person_id if subject else None,
        "source": "web",
        "digest": 0,
        **columns,
    }
    row["props"] = json.dumps(row.get("props", {}))
    statement = f"INSERT INTO event ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"
    if on is not None:
        on.execute(statement, list(row.values()))
        return event_id
    with connection.cursor() as cursor:
        cursor.execute(statement, list(row.values()))
    return event_id


def put_person(value: str) -> Identifier:
    """A person with one cookie."""
    person = Person.objects.create(first_seen_at=NINE, last_seen_at=NINE)
    return Identifier.objects.create(kind="cookie", value=value, person=person, first_seen_at=NINE)


def export_all(place: Place) -> Exported:
    """Export until no transaction is left out that finished before this call."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        now = cursor.fetchone()[0]
    done = export_once(place, at=NINE)
    assert done.xid > now, "another session of this server holds a transaction open"
    return done


def in_lake(place: Place, statement: str) -> list[tuple[Any, ...]]:
    with opened(place) as lake:
        return lake.execute(statement).fetchall()
