"""Keeping people's scores up to date, act by act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from wutong.people.models import Person
from wutong.platform.rows import execute_with_rows
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


class _Term(Struct, frozen=True):
    """What new acts add to one sum."""

    subject_id: int
    person_id: int
    rule: str
    value: float
    as_of: datetime
    n: int


class _Score(Struct, frozen=True):
    """A score as it is stored."""

    person_id: int
    value: float
    grade: int
    falls_at: datetime | None


_HALF_LIVES = " ".join(f"WHEN '{rule.code}' THEN {rule.half_life.total_seconds()}" for rule in RULES)


def _decayed(age: str) -> str:
    """What is left of a point after ``age``, in SQL; never less than a float of PostgreSQL can say."""
    half_lives = f"extract(epoch FROM {age})::float8 / (CASE t.rule {_HALF_LIVES} END)"
    return f"power(2::float8, greatest(-{half_lives}, -900))"


# The older of the two sums is brought to the instant of the newer.
_ADD = f"""
INSERT INTO scoring_scoreterm AS t (subject_id, person_id, rule, value, as_of, n)
SELECT subject_id, person_id, rule, value, as_of, n FROM json_to_recordset(%(rows)s::json) AS s(
    subject_id bigint, person_id bigint, rule text, value float8, as_of timestamptz, n int)
ON CONFLICT (subject_id, rule) DO UPDATE SET
    value = CASE WHEN excluded.as_of >= t.as_of
        THEN excluded.value + t.value * {_decayed("excluded.as_of - t.as_of")}
        ELSE t.value + excluded.value * {_decayed("t.as_of - excluded.as_of")}
    END,
    as_of = greatest(t.as_of, excluded.as_of), n = t.n + excluded.n
"""  # noqa: S608  # made of the rules' own constants


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
        rows.append(_Term(subject_id, person_of[subject_id], code, value, as_of, len(points)))
    execute_with_rows(_ADD, rows)
    people = set(person_of.values())
    rescore(sorted(people), at=at)
    return people


def rescore(people: Sequence[int], at: datetime) -> None:
    """Redo the stored scores of ``people`` from their sums; those who have none lose theirs. Opens no transaction."""
    # Whoever redoes a score waits for the other, and then reads the sums the other has left.
    list(PersonScore.objects.select_for_update().filter(person__in=people).order_by("person_id").values_list("pk"))
    sums = _sums(people)
    scored = [id for id in people if id in sums]
    PersonScore.objects.filter(person__in=[id for id in people if id not in sums]).delete()
    if not scored:
        return
    rows = []
    for id in scored:
        value = behaviour(sums[id], at=at)
        rows.append(_Score(id, value, grade(value), next_fall(sums[id], at=at)))
    execute_with_rows(
        """
        INSERT INTO scoring_personscore (person_id, value, grade, computed_at, next_grade_change_at, model_version)
        SELECT person_id, value, grade, %(at)s, falls_at, %(version)s
        FROM json_to_recordset(%(rows)s::json) AS s(person_id bigint, value float8, grade int, falls_at timestamptz)
        ON CONFLICT (person_id) DO UPDATE SET value = excluded.value, grade = excluded.grade,
            computed_at = excluded.computed_at, next_grade_change_at = excluded.next_grade_change_at,
            model_version = excluded.model_version
        """,
        rows,
        at=at,
        version=MODEL_VERSION,
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
