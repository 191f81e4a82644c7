"""Keeping people's scores up to date, act by act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wutong.people.models import Person
from wutong.scoring.models import PersonScore, ScoreTerm
from wutong.scoring.rules import (
    BY_CODE,
    MODEL_VERSION,
    RULES,
    Line,
    Sum,
    behaviour,
    explained,
    grade,
    next_fall,
    rules_for,
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a person did that may count."""

    subject_id: int
    person_id: int
    event: str
    path: str
    occurred_at: datetime


def score_many(acts: Sequence[Act], *, at: datetime) -> set[int]:
    """Add ``acts`` to the sums and redo the scores of those who acted. Opens no transaction.

    Late acts count as if they had come in time. Returns the people whose score was redone.
    """
    sums: dict[tuple[int, str], list[tuple[datetime, float]]] = {}
    person_of: dict[int, int] = {}
    for act in acts:
        person_of[act.subject_id] = act.person_id
        for rule in rules_for(act.event, act.path):
            sums.setdefault((act.subject_id, rule.code), []).append((act.occurred_at, rule.points))
    if not sums:
        return set()
    rows = []
    for (subject_id, code), points in sorted(sums.items()):
        half_life = BY_CODE[code].half_life
        as_of = max(when for when, _ in points)
        value = sum(worth * 2 ** (-((as_of - when) / half_life)) for when, worth in points)
        rows.append((subject_id, person_of[subject_id], code, value, as_of, len(points)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO scoring_scoreterm AS t (subject_id, person_id, rule, value, as_of, n)
            SELECT subject_id, person_id, rule, value, as_of, n
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::float8[], %s::timestamptz[], %s::int[])
                AS s(subject_id, person_id, rule, value, as_of, n)
            ON CONFLICT (subject_id, rule) DO UPDATE SET
                value = CASE WHEN excluded.as_of >= t.as_of
                    THEN excluded.value + t.value * power(2, -extract(epoch FROM excluded.as_of - t.as_of) / {_half_life_sql()})
                    ELSE t.value + excluded.value * power(2, -extract(epoch FROM t.as_of - excluded.as_of) / {_half_life_sql()})
                END,
                as_of = greatest(t.as_of, excluded.as_of), n = t.n + excluded.n
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
    people = set(person_of.values())
    rescore(sorted(people), at=at)
    return people


def rescore(people: Sequence[int], at: datetime) -> None:
    """Redo the stored scores of ``people`` from their sums; those who have none lose theirs. Opens no transaction."""
    sums = _sums(people)
    scored = [id for id in people if id in sums]
    PersonScore.objects.filter(person__in=[id for id in people if id not in sums]).delete()
    if not scored:
        return
    values = [behaviour(sums[id], at=at) for id in scored]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scoring_personscore (person_id, value, grade, computed_at, next_grade_change_at, model_version)
            SELECT person_id, value, grade, %s, falls_at, %s
            FROM unnest(%s::bigint[], %s::float8[], %s::int[], %s::timestamptz[]) AS s(person_id, value, grade, falls_at)
            ON CONFLICT (person_id) DO UPDATE SET value = excluded.value, grade = excluded.grade,
                computed_at = excluded.computed_at, next_grade_change_at = excluded.next_grade_change_at,
                model_version = excluded.model_version
            """,
            [
                at,
                MODEL_VERSION,
                scored,
                values,
                [grade(value) for value in values],
                [next_fall(sums[id], at=at) for id in scored],
            ],
        )


def sweep(*, at: datetime, limit: int = 1_000) -> int:
    """Redo the scores that time alone has brought into another grade; returns how many."""
    due = list(
        PersonScore.objects.filter(next_grade_change_at__lte=at)
        .order_by("next_grade_change_at")
        .values_list("person_id", flat=True)[:limit]
    )
    rescore(sorted(due), at=at)
    return len(due)


def explanation(person: Person, *, at: datetime) -> tuple[float, list[Line]]:
    """The person's score at ``at`` and the lines that add up to it."""
    sums = _sums([person.pk]).get(person.pk, [])
    return behaviour(sums, at=at), explained(sums, at=at)


def _sums(people: Sequence[int]) -> dict[int, list[Sum]]:
    found: dict[int, list[Sum]] = {}
    terms = ScoreTerm.objects.filter(person__in=people).values_list("person_id", "rule", "value", "as_of", "n")
    for person_id, rule, value, as_of, n in terms:
        found.setdefault(person_id, []).append(Sum(rule, value, as_of, n))
    return found


def _half_life_sql() -> str:
    cases = " ".join(f"WHEN '{rule.code}' THEN {rule.half_life.total_seconds()}" for rule in RULES)
    return f"(CASE t.rule {cases} END)"
