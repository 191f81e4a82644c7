"""The score as it is kept equals the definition, worked out from every act."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, cookie, identifier, make_person, person_of, phone, seen
from wutong.people.identity import observe_many
from wutong.people.models import Person
from wutong.scoring.models import PersonScore, ScoreTerm
from wutong.scoring.rules import GRADE_FROM, RULES, Rule, Sum, behaviour, explained, grade, next_fall
from wutong.scoring.score import Act, explanation, rescore, score_many, sweep

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
KINDS = [
    ("form_submitted", "/contact"),
    ("form_started", "/contact"),
    ("page_viewed", "/pricing"),
    ("page_viewed", "/anli/mes"),
    ("page_viewed", "/blog"),
    ("page_beat", "/blog"),
    ("link_clicked", "/blog"),
    ("consent_given", "/"),
]

Told = tuple[str, str, datetime]


def by_definition(acts: Iterable[Told], *, at: datetime) -> float:
    """The formula of the specification, act by act."""
    acts = list(acts)
    return min(sum(min(rule.cap, worth(rule, acts, at=at)) for rule in RULES), 100)


def worth(rule: Rule, acts: Iterable[Told], *, at: datetime) -> float:
    return sum(
        rule.points * 2 ** (-((at - when) / rule.half_life)) for event, path, when in acts if rule.counts(event, path)
    )


def count(person: Person, acts: Iterable[Told], *, at: datetime, subject_id: int | None = None) -> None:
    subject_id = subject_id or person.identifiers.get().pk
    score_many(
        [
            Act(subject_id=subject_id, person_id=person.pk, event=event, path=path, occurred_at=when)
            for event, path, when in acts
        ],
        at=at,
    )


def views(n: int, *, at: datetime = NINE, path: str = "/blog") -> list[Told]:
    return [("page_viewed", path, at)] * n


instants = st.integers(0, 200 * 86_400).map(lambda seconds: NINE - timedelta(seconds=seconds))
acts_told = st.lists(st.tuples(st.sampled_from(KINDS), instants).map(lambda pair: (*pair[0], pair[1])), max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts_told, seed=st.integers(), size=st.integers(1, 9), later=st.integers(0, 100))
def test_a_kept_score_equals_the_definition_whatever_came_late(company, acts, seed: int, size: int, later: int) -> None:
    with transaction.atomic():
        her = make_person("Her")
        shuffled = random.Random(seed).sample(acts, len(acts))
        for start in range(0, len(shuffled), size):
            count(her, shuffled[start : start + size], at=NINE)

        at = NINE + later * DAY
        value, lines = explanation(her, at=at)
        assert value == pytest.approx(by_definition(acts, at=at), abs=1e-6)
        assert sum(line.points for line in lines) == pytest.approx(value, abs=1e-6)
        for stored in PersonScore.objects.all():
            assert stored.value == pytest.approx(by_definition(acts, at=NINE), abs=1e-6)
            assert stored.grade == grade(stored.value)
        counted = {rule.code: sum(rule.counts(*act[:2]) for act in acts) for rule in RULES}
        assert {term.rule: term.n for term in ScoreTerm.objects.all()} == {c: n for c, n in counted.items() if n}
        transaction.set_rollback(True)


sums = st.lists(
    st.builds(
        Sum,
        rule=st.sampled_from([rule.code for rule in RULES]),
        value=st.floats(0.1, 400),
        as_of=st.integers(0, 100).map(lambda days: NINE - days * DAY),
        n=st.integers(1, 40),
    ),
    max_size=8,
)


@given(sums=sums)
def test_the_next_fall_is_the_instant_at_which_the_grade_falls(sums: Sequence[Sum]) -> None:
    now = grade(behaviour(sums, at=NINE))
    falls_at = next_fall(sums, at=NINE)
    if falls_at is None:
        assert now == 4
        return
    assert grade(behaviour(sums, at=falls_at)) > now
    assert grade(behaviour(sums, at=max(falls_at - timedelta(seconds=2), NINE))) == now


@given(sums=sums)
def test_the_lines_of_an_explanation_add_up_to_the_score(sums: Sequence[Sum]) -> None:
    lines = explained(sums, at=NINE)
    assert sum(line.points for line in lines) == pytest.approx(behaviour(sums, at=NINE), abs=1e-6)
    assert all(line.kept_back >= 0 for line in lines)


def test_a_cap_holds_after_decay(company) -> None:
    """Forty views are worth 40 and count as 15; two half-lives later they are worth 10 and count as 10."""
    her = make_person("Her")
    count(her, views(40), at=NINE)
    assert explanation(her, at=NINE)[0] == pytest.approx(15)
    assert explanation(her, at=NINE + 28 * DAY)[0] == pytest.approx(10)
    (line,) = explanation(her, at=NINE)[1]
    assert (line.n, line.kept_back) == (40, pytest.approx(25))


def test_a_cap_is_the_persons_whatever_browsers_they_use(company) -> None:
    her = make_person("Her", keys=[HERS, cookie("c1")])
    for key in (HERS, cookie("c1")):
        count(her, views(20), at=NINE, subject_id=identifier(key).pk)
    assert explanation(her, at=NINE)[0] == pytest.approx(15)


def test_more_than_a_hundred_is_a_hundred_and_the_explanation_says_what_was_left_out(company) -> None:
    her = make_person("Her")
    acts = [*views(20, path="/pricing/case"), *[("form_submitted", "", NINE)] * 4, *[("link_clicked", "", NINE)] * 9]
    count(her, acts, at=NINE)
    value, lines = explanation(her, at=NINE)
    assert value == 100
    assert PersonScore.objects.get().value == 100
    assert lines[-1].points == pytest.approx(100 - (60 + 24 + 16 + 15 + 12))


@pytest.mark.parametrize(("score", "expected"), [(100, 1), (75, 1), (74.99, 2), (50, 2), (25, 3), (24.99, 4), (0, 4)])
def test_a_grade_begins_at_its_lowest_score(score: float, expected: int) -> None:
    assert grade(score) == expected
    assert GRADE_FROM[expected] <= score


def test_the_sweep_lets_grades_fall_when_their_time_has_come_and_not_before(company) -> None:
    her, him = make_person("Her"), make_person("Him")
    count(her, [("form_submitted", "", NINE)], at=NINE)
    count(him, [*[("form_submitted", "", NINE)] * 2, *[("link_clicked", "", NINE)] * 4], at=NINE)
    falls_at = PersonScore.objects.get(person=her).next_grade_change_at
    assert falls_at is not None

    assert sweep(at=falls_at - timedelta(seconds=1)) == 0
    assert sweep(at=falls_at) == 1
    assert sweep(at=falls_at) == 0

    hers = PersonScore.objects.get(person=her)
    assert (hers.grade, hers.next_grade_change_at, hers.computed_at) == (4, None, falls_at)
    assert PersonScore.objects.get(person=him).grade == 2


def test_the_sweep_works_in_pieces(company) -> None:
    for n in range(3):
        count(make_person(f"N{n}"), [("form_submitted", "", NINE)], at=NINE)
    late = NINE + 400 * DAY
    assert [sweep(at=late, limit=2), sweep(at=late, limit=2), sweep(at=late, limit=2)] == [2, 1, 0]
    assert set(PersonScore.objects.values_list("grade", flat=True)) == {4}


def test_after_a_merge_there_is_one_score_with_both_ones_acts(company) -> None:
    her, him = make_person("Her", keys=[HERS]), make_person("Him", keys=[HIS])
    count(her, views(3), at=NINE)
    count(him, [("form_submitted", "", NINE)], at=NINE)

    observe_many([seen(HERS, HIS)], at=NINE)

    score = PersonScore.objects.get()
    assert score.person == person_of(HERS)
    assert score.value == pytest.approx(33)


def test_after_a_split_each_has_the_score_of_their_own_acts(company) -> None:
    her = make_person("Her", keys=[HERS, cookie("office")])
    count(her, views(3), at=NINE, subject_id=identifier(cookie("office")).pk)
    count(her, [("form_submitted", "", NINE)], at=NINE, subject_id=identifier(HERS).pk)
    assert PersonScore.objects.get().value == pytest.approx(33)

    observe_many([seen(HIS, cookie("office"))], at=NINE)

    scores = {score.person_id: score.value for score in PersonScore.objects.all()}
    assert scores == {
        person_of(HERS).pk: pytest.approx(30),
        person_of(cookie("office")).pk: pytest.approx(3),
    }


def test_redoing_a_score_without_acts_leaves_none(company) -> None:
    her = make_person("Her")
    count(her, views(1), at=NINE)
    ScoreTerm.objects.all().delete()
    rescore([her.pk], at=NINE)
    assert not PersonScore.objects.exists()
    assert explanation(her, at=NINE) == (0.0, [])


def test_acts_that_no_rule_counts_leave_no_score(company) -> None:
    count(make_person("Her"), [("consent_given", "/", NINE)], at=NINE)
    assert not PersonScore.objects.exists()


def test_an_act_of_fifty_years_ago_does_no_harm(company) -> None:
    her = make_person("Her")
    count(her, views(1), at=NINE)
    count(her, views(1, at=NINE - 60 * 365 * DAY), at=NINE)
    assert explanation(her, at=NINE)[0] == pytest.approx(1)
