"""Moving what belongs to subjects to the person they are now projected to.

Every table with a row about a person keeps ``subject`` (immutable) and ``person`` (projected). Here is the list of
them, and the one statement that brings the second in line with the first. Because it reads the projection when it runs,
it can be repeated, resumed and run late without harm.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from wutong.platform.rows import execute, id_array

AT_ONCE = 1_000
"""Up to so many rows move in the caller's transaction; more move in a job, a piece at a time."""


@dataclass(frozen=True)
class Owned:
    """A table whose rows belong to people through their subjects."""

    table: str
    subject_column: str = "subject_id"
    person_column: str = "person_id"


Follower = Callable[[Sequence[int], datetime], None]

_owned: dict[str, Owned] = {}
_followers: list[Follower] = []


def register(model: type[models.Model]) -> None:
    """Let the rows of ``model`` (fields ``subject`` and ``person``) follow their subjects."""
    table = model._meta.db_table
    _owned[table] = Owned(table)


def follow(follower: Follower) -> None:
    """Call ``follower(person ids, at)`` when rows of these people have changed hands, so that sums are redone."""
    if follower not in _followers:
        _followers.append(follower)


def redo_sums(people: Sequence[int], *, at: datetime) -> None:
    """Let every follower redo what it has computed of ``people``. Opens no transaction."""
    for follower in _followers:
        follower(people, at)


def registered_tables() -> frozenset[str]:
    """Names of the tables that follow; a test compares them with the models."""
    return frozenset(_owned)


def reassign(subjects: Sequence[int], people: Sequence[int], *, at: datetime) -> bool:
    """Bring every registered row of ``subjects`` to the person that the projection names. Opens no transaction.

    Args:
        subjects: ids of identifiers whose person has changed.
        people: ids of the people concerned on either side; their sums are redone.

    Returns:
        False when there is more to move than fits a short transaction: the caller then defers ``reassign_later``.
    """
    left = AT_ONCE
    for owned in _owned.values():
        left -= _move(owned, subjects, limit=max(left, 0))
    redo_sums(people, at=at)
    return not _remaining(subjects)


def reassign_piece(subjects: Sequence[int], people: Sequence[int], *, at: datetime) -> bool:
    """One piece of a long move, for the job: as :func:`reassign`, to be called until it returns True."""
    return reassign(subjects, people, at=at)


def count_misplaced() -> dict[str, int]:
    """How many rows of each registered table name another person than their subject does, where there are any."""
    found = {}
    for owned in _owned.values():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {owned.table} r JOIN people_identifier i ON i.id = r.{owned.subject_column}"
                f" WHERE r.{owned.person_column} <> i.person_id"
            )
            if n := cursor.fetchone()[0]:
                found[owned.table] = n
    return found


def count_lost() -> dict[tuple[str, str], int]:
    """How many rows lead to something that is not there, by table and field, where there are any.

    Of all references that the database does not check, but those that may outlive what they lead to.
    """
    found = {}
    for one in _unchecked():
        table, there = one.model._meta.db_table, one.target_field.model._meta.db_table
        ((n,),) = execute(
            f"SELECT count(*) FROM {table} r WHERE r.{one.column} IS NOT NULL AND NOT EXISTS ("
            f"SELECT FROM {there} t WHERE t.{one.target_field.column} = r.{one.column})"
        )
        if n:
            found[table, one.name] = n
    return found


def _unchecked() -> Iterator["models.ForeignKey[Any, Any]"]:
    for model in apps.get_models():
        owned = _owned.get(model._meta.db_table)
        for one in model._meta.concrete_fields:
            if isinstance(one, models.ForeignKey) and not one.db_constraint:  # type: ignore[attr-defined]  # unknown to the stubs
                is_subject = owned is not None and one.column == owned.subject_column
                if is_subject or one.remote_field.on_delete is not models.DO_NOTHING:
                    yield one


def _move(owned: Owned, subjects: Sequence[int], *, limit: int) -> int:
    if not limit:
        return 0
    table, subject, person = owned.table, owned.subject_column, owned.person_column
    moved: int
    ((moved,),) = execute(
        f"""
        WITH moved AS (
            UPDATE {table} AS t SET {person} = w.person_id
            FROM (
                SELECT r.tableoid AS part, r.ctid AS place, i.person_id
                FROM {table} r JOIN people_identifier i ON i.id = r.{subject}
                WHERE r.{subject} = ANY(%(subjects)s::bigint[]) AND r.{person} <> i.person_id LIMIT %(limit)s
            ) w
            WHERE t.tableoid = w.part AND t.ctid = w.place
            RETURNING 1
        ) SELECT count(*) FROM moved
        """,
        subjects=id_array(subjects),
        limit=limit,
    )
    return moved


def _remaining(subjects: Sequence[int]) -> bool:
    with connection.cursor() as cursor:
        for owned in _owned.values():
            cursor.execute(
                f"SELECT EXISTS (SELECT FROM {owned.table} r"
                f" JOIN people_identifier i ON i.id = r.{owned.subject_column}"
                f" WHERE r.{owned.subject_column} = ANY(%s) AND r.{owned.person_column} <> i.person_id)",
                [list(subjects)],
            )
            if cursor.fetchone()[0]:
                return True
    return False
