"""Keeping people's scores up to date, act by act and fact by fact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct

from wutong.people.identifiers import hold_people
from wutong.people.models import Person
from wutong.platform.ready_made import ready_made
from wutong.platform.rows import execute_with_rows, write_rows
from wutong.scoring.behaviour import Curve, Sum, last_counted
from wutong.scoring.fit import Fitting, profiles_of
from wutong.scoring.in_force import Model, Models, models_in_force
from wutong.scoring.models import LineScore, PersonScore, ScoreTerm


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a person did that may count. ``about`` is the form's key or the kind of link, where there is one."""

    subject_id: int
    person_id: int
    event: str
    path: str
    occurred_at: datetime
    about: str = ""


class Term(Struct, frozen=True):
    """What acts add to one sum."""

    subject_id: int
    person_id: int
    measure: str
    day: date | None
    half_life_s: float | None
    value: float
    as_of: datetime
    n: int


class _Behaviour(Struct, frozen=True):
    """A person's behaviour as it is stored."""

    person_id: int
    value: float
    grade: int
    changes_at: datetime | None
    counted_at: datetime | None


class _Fit(Struct, frozen=True):
    """A person's fit as it is stored."""

    person_id: int
    value: float
    letter: str


# The older of the two sums is brought to the instant of the newer; what is left is never less than a float can say.
_LEFT = "power(2::float8, greatest(-coalesce(extract(epoch FROM {age})::float8 / t.half_life_s, 0), -900))"
_ADD = f"""
INSERT INTO scoring_scoreterm AS t (subject_id, person_id, measure, day, half_life_s, value, as_of, n)
SELECT subject_id, person_id, measure, day, half_life_s, value, as_of, n FROM json_to_recordset(%(rows)s::json) AS s(
    subject_id bigint, person_id bigint, measure text, day date, half_life_s float8, value float8, as_of timestamptz,
    n int)
ON CONFLICT (subject_id, measure, day) DO UPDATE SET
    value = CASE WHEN excluded.as_of >= t.as_of
        THEN excluded.value + t.value * {_LEFT.format(age="excluded.as_of - t.as_of")}
        ELSE t.value + excluded.value * {_LEFT.format(age="t.as_of - excluded.as_of")}
    END,
    as_of = greatest(t.as_of, excluded.as_of), n = t.n + excluded.n
"""  # noqa: S608  # made of constants

# Who was in the gate and is not any more fell below when time alone brought them there, if that lies behind us.
_STORE = """
INSERT INTO {table} AS t (person_id{line}, {columns}, is_in_gate, computed_at, model_version)
SELECT person_id{line_value}, {values}, ({letter_now} || {digit_now}) = ANY(%(gate)s), %(at)s, %(version)s
FROM json_to_recordset(%(rows)s::json) AS s({types})
ON CONFLICT (person_id{line}) DO UPDATE SET {sets}, computed_at = excluded.computed_at,
    model_version = excluded.model_version,
    is_in_gate = ({letter} || {digit}) = ANY(%(gate)s),
    below_since = CASE WHEN ({letter} || {digit}) = ANY(%(gate)s) THEN NULL
        WHEN t.is_in_gate THEN least(excluded.computed_at, t.next_grade_change_at) ELSE t.below_since END
"""
_BEHAVIOUR = {
    "columns": "value, grade, next_grade_change_at, last_counted_at, fit_value, fit_letter",
    "values": "value, grade, changes_at, counted_at, 0, 'D'",
    "letter_now": "'D'",
    "digit_now": "grade::text",
    "types": "person_id bigint, value float8, grade int, changes_at timestamptz, counted_at timestamptz",
    "sets": "value = excluded.value, grade = excluded.grade, next_grade_change_at = excluded.next_grade_change_at,"
    " last_counted_at = excluded.last_counted_at",
    "letter": "t.fit_letter",
    "digit": "excluded.grade::text",
}
_FIT = {
    "columns": "fit_value, fit_letter, value, grade",
    "values": "value, letter, 0, 4",
    "letter_now": "letter",
    "digit_now": "'4'",
    "types": "person_id bigint, value float8, letter text",
    "sets": "fit_value = excluded.fit_value, fit_letter = excluded.fit_letter",
    "letter": "excluded.fit_letter",
    "digit": "t.grade::text",
}


def score_many(acts: Sequence[Act], *, at: datetime) -> set[int]:
    """Add ``acts`` to the sums and redo the scores of those who acted. Opens no transaction; the caller has the lane.

    Late acts count as if they had come in time. Returns the people whose score was redone.
    """
    models = models_in_force()
    terms = summed(acts, models)
    if not terms:
        return set()
    execute_with_rows(_ADD, terms)
    people = {term.person_id for term in terms}
    # What our own people do is summed as well: whoever turns out to be the market has lost nothing.
    people -= set(Person.objects.filter(pk__in=people, is_own=True).values_list("pk", flat=True))
    _store_behaviour(sorted(people), models, at=at)
    return people


def summed(acts: Iterable[Act], models: Models) -> list[Term]:
    """What ``acts`` add to the sums, in the order of the sums' keys."""
    found: dict[tuple[int, str, date | None], list[datetime]] = {}
    person_of: dict[int, int] = {}
    for act in acts:
        for measure in models.measures_for(act.event, act.path, act.about):
            person_of[act.subject_id] = act.person_id
            day = models.day_of(measure, act.occurred_at)
            found.setdefault((act.subject_id, measure.key, day), []).append(act.occurred_at)
    terms = []
    for (subject_id, key, day), instants in sorted(found.items(), key=lambda item: (*item[0][:2], str(item[0][2]))):
        half_life = models.measures[key].half_life
        as_of = max(instants)
        value = sum(2 ** (-((as_of - when) / half_life)) for when in instants) if half_life else float(len(instants))
        seconds = half_life.total_seconds() if half_life else None
        terms.append(Term(subject_id, person_of[subject_id], key, day, seconds, value, as_of, len(instants)))
    return terms


def rescore(people: Sequence[int], at: datetime) -> None:
    """Redo fit and behaviour of ``people``. Our own people and those merged away lose theirs. Opens no transaction."""
    models = models_in_force()
    market = _market(sorted(hold_people(people)))
    _forget([id for id in people if id not in market])
    _store_fit(market, models, at=at)
    _store_behaviour(sorted(market), models, at=at)


def refit(people: Sequence[int], at: datetime) -> None:
    """Redo the fit of ``people`` after something became known about them. Opens no transaction.

    The caller has the lane: whoever states something does.
    """
    _store_fit(_market(people), models_in_force(), at=at)


def refit_now(people: Sequence[int]) -> None:
    """Follower of :mod:`wutong.people.facts`."""
    refit(people, at=timezone.now())


def sweep(*, at: datetime, limit: int = 1_000) -> int:
    """Redo the scores that time alone has brought into another grade; returns how many. Opens no transaction."""
    due: set[int] = set()
    for scores in (PersonScore.objects, LineScore.objects):
        rows = scores.filter(next_grade_change_at__lte=at).order_by("next_grade_change_at")
        due.update(rows.values_list("person_id", flat=True)[:limit])
    there = hold_people(due)
    _forget(due - there)
    _store_behaviour(sorted(there), models_in_force(), at=at)
    return len(due)


def _forget(people: Collection[int]) -> None:
    PersonScore.objects.filter(person__in=people).delete()
    LineScore.objects.filter(person__in=people).delete()


def sums_of(people: Sequence[int]) -> dict[int, list[Sum]]:
    """What was counted of each of ``people``; without those of whom nothing was."""
    found: dict[int, list[Sum]] = {}
    for person_id, measure, value, as_of, n, day in _counted_of(list(people)):
        found.setdefault(person_id, []).append(Sum(measure, value, as_of, n, day))
    return found


@ready_made
def _counted_of(people: list[int]) -> QuerySet[ScoreTerm, tuple[int, str, float, datetime, int, date | None]]:
    counted = ScoreTerm.objects.filter(person__among=people)
    return counted.values_list("person_id", "measure", "value", "as_of", "n", "day")


class _Scored(NamedTuple):
    """Somebody who is scored, as fit looks at them."""

    pk: int
    full_name: str
    title: str
    company_name: str


def _market(people: Sequence[int]) -> dict[int, _Scored]:
    """Those who are scored at all."""
    found = Person.objects.current().filter(is_own=False, pk__among=people)
    return {row[0]: _Scored(*row) for row in found.values_list("pk", "full_name", "title", "company_name")}


def _store_behaviour(people: Sequence[int], models: Models, *, at: datetime) -> None:
    if not people:
        return
    # Whoever redoes a score waits for the other, and then reads the sums the other has left.
    held = PersonScore.objects.select_for_update().filter(person__in=people).order_by("person_id")
    has_score = set(held.values_list("person_id", flat=True))
    sums = sums_of(people)
    # Who has a score and no sums any more falls to nothing; who has neither gets none.
    scored = [id for id in people if id in sums or id in has_score]
    for model in models.all:
        _store([_behaviour(id, sums.get(id, []), model, at=at) for id in scored], model, _BEHAVIOUR, at=at)


def _behaviour(person_id: int, sums: list[Sum], model: Model, *, at: datetime) -> _Behaviour:
    curve = Curve(model.definition, sums, at=at)
    value = curve.now
    counted_at = last_counted(model.definition, sums)
    return _Behaviour(person_id, value, model.definition.digit(value), curve.next_change(), counted_at)


def _store_fit(people: Mapping[int, _Scored], models: Models, *, at: datetime) -> None:
    if not people:
        return
    profiles = profiles_of([people[id] for id in sorted(people)])
    for model in models.all:
        fitting = Fitting(model.definition)
        values = [(id, fitting.fit(profile)) for id, profile in profiles.items()]
        _store([_Fit(id, value, model.definition.letter(value)) for id, value in values], model, _FIT, at=at)


def _store(rows: Sequence[Struct], model: Model, parts: Mapping[str, str], *, at: datetime) -> None:
    if not rows:
        return
    is_line = bool(model.product_line)
    statement = _STORE.format(
        table="scoring_linescore" if is_line else "scoring_personscore",
        line=", product_line" if is_line else "",
        line_value=", %(line)s" if is_line else "",
        **parts,
    )
    gate, version = list(model.definition.gate), model.version
    write_rows(statement, rows, at=at, gate=gate, version=version, line=model.product_line)
