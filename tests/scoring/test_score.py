"""The score as it is kept equals the definition, worked out from every act."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NINE, cookie, identifier, make_person, person_of, phone, seen
from wutong.people.identity import observe_many
from wutong.people.models import Identifier, Person
from wutong.scoring.behaviour import Curve, Sum
from wutong.scoring.definition import ActRule, Definition, as_json
from wutong.scoring.explanation import explanation
from wutong.scoring.models import LineScore, PersonScore, ScoreModel, ScoreTerm
from wutong.scoring.score import Act, rescore, score_many, sweep
from wutong.scoring.shipped import SHIPPED

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
HERS, HIS = phone("+8613911110001"), phone("+8613911110002")
RULES = (
    *SHIPPED.acts,
    ActRule(code="docs_a_day", event="page_viewed", paths=("blog",), points=4, half_life_days=10, cap=30, day_cap=6),
    ActRule(code="lasting", event="consent_given", points=3, half_life_days=None, cap=20),
    ActRule(code="lasting_against", event="consent_refused", points=-5, half_life_days=None),
)
"""The shipped rules and of each kind that they lack one: a cap a day, points and negative points that last."""
EVERY_KIND = Definition(fit=SHIPPED.fit, acts=RULES)
KINDS = [
    ("form_submitted", "/contact", "contact"),
    ("form_submitted", "/contact", "demo-request"),
    ("form_started", "/contact", "contact"),
    ("page_viewed", "/pricing", ""),
    ("page_viewed", "/anli/mes", ""),
    ("page_viewed", "/blog", ""),
    ("page_viewed", "/%E6%8B%9B%E8%81%98", ""),
    ("page_beat", "/blog", ""),
    ("link_clicked", "/blog", "download"),
    ("consent_given", "/", ""),
    ("consent_refused", "/", ""),
]

Told = tuple[str, str, str, datetime]


def by_definition(acts: Iterable[Told], *, at: datetime, rules: Sequence[ActRule] = RULES) -> float:
    """The formula of the specification, act by act; written apart from the code, words of paths included."""
    raised = lowered = 0.0
    for rule in rules:
        worth = worth_of(rule, list(acts), at=at)
        if rule.points > 0:
            raised += min(worth, rule.cap or math.inf)
        else:
            lowered += worth
    return max(0.0, min(raised + lowered, 100.0))


def worth_of(rule: ActRule, acts: Sequence[Told], *, at: datetime) -> float:
    counted = [when for event, path, about, when in acts if counts(rule, event, path, about)]
    days = Counter(when.astimezone(ZONE).date() for when in counted)
    worth = 0.0
    for when in counted:
        share = 1.0
        if rule.day_cap is not None:
            share = min(1.0, rule.day_cap / (abs(rule.points) * days[when.astimezone(ZONE).date()]))
        left = (
            1.0 if rule.half_life_days is None else 0.5 ** ((at - when).total_seconds() / 86_400 / rule.half_life_days)
        )
        worth += rule.points * share * left
    return worth


def counts(rule: ActRule, event: str, path: str, about: str) -> bool:
    path, about = unquote(path).lower(), about.lower()
    return (
        event == rule.event
        and (not rule.paths or any(word.lower() in path for word in rule.paths))
        and (not rule.about or any(word.lower() in about for word in rule.about))
    )


def publish(definition: Definition = EVERY_KIND, *, product_line: str = "") -> None:
    """Put a model in force without the ceremony: what that is, is tested elsewhere."""
    ScoreModel.objects.create(
        product_line=product_line,
        version=1,
        state="published",
        definition=as_json(definition),
        created_at=NINE,
        published_at=NINE,
    )


def count(person: Person, acts: Iterable[Told], *, at: datetime, subject_id: int | None = None) -> None:
    subject_id = subject_id or person.identifiers.get().pk
    score_many(
        [
            Act(subject_id=subject_id, person_id=person.pk, event=event, path=path, about=about, occurred_at=when)
            for event, path, about, when in acts
        ],
        at=at,
    )


def views(n: int, *, at: datetime = NINE, path: str = "/blog") -> list[Told]:
    return [("page_viewed", path, "", at)] * n


def form(n: int = 1, *, at: datetime = NINE) -> list[Told]:
    return [("form_submitted", "/contact", "contact", at)] * n


def behaviour(person: Person, *, at: datetime = NINE) -> float:
    return explanation(person, at=at).behaviour


instants = st.integers(0, 200 * 86_400).map(lambda seconds: NINE - timedelta(seconds=seconds))
acts_told = st.lists(st.tuples(st.sampled_from(KINDS), instants).map(lambda pair: (*pair[0], pair[1])), max_size=25)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts_told, seed=st.integers(), size=st.integers(1, 9), later=st.integers(0, 100), split=st.booleans())
def test_a_kept_score_equals_the_definition_whatever_came_late_and_whoever_was_merged_and_split(
    company, acts, seed: int, size: int, later: int, split: bool
) -> None:
    """Her acts come from a telephone and a browser, in any order and grouping; the two meet midway, and may part."""
    with transaction.atomic():
        publish()
        her, browser = make_person("Her", keys=[HERS]), make_person("", keys=[cookie("c1")])
        subjects = [identifier(HERS).pk, identifier(cookie("c1")).pk]
        whose = dict(zip(subjects, (her, browser), strict=True))
        random.seed(seed)
        shuffled = [(act, random.choice(subjects)) for act in random.sample(acts, len(acts))]
        for start in range(0, len(shuffled), size):
            if start >= len(shuffled) // 2 and whose[subjects[0]] != whose[subjects[1]]:
                observe_many([seen(HERS, cookie("c1"))], at=NINE)
                whose = {subject: person_of(HERS) for subject in subjects}
            for subject_id in subjects:
                piece = [act for act, subject in shuffled[start : start + size] if subject == subject_id]
                count(whose[subject_id], piece, at=NINE, subject_id=subject_id)
        if split:
            observe_many([seen(HERS, cookie("c1")), seen(HIS, cookie("c1"))], at=NINE)  # an office computer after all
        else:
            observe_many([seen(HERS, cookie("c1"))], at=NINE)

        at = NINE + later * DAY
        theirs = {person_of(HERS).pk: [], person_of(cookie("c1")).pk: []}
        for act, subject_id in shuffled:
            theirs[Identifier.objects.get(pk=subject_id).person_id].append(act)
        for person_id, told in theirs.items():
            why = explanation(Person.objects.get(pk=person_id), at=at)
            assert why.behaviour == pytest.approx(by_definition(told, at=at), abs=1e-6)
            assert sum(line.points for line in why.lines) == pytest.approx(why.behaviour, abs=1e-6)
            for stored in PersonScore.objects.filter(person=person_id):
                assert stored.value == pytest.approx(by_definition(told, at=NINE), abs=1e-6)
                assert stored.grade == EVERY_KIND.digit(stored.value)
        transaction.set_rollback(True)


sums = st.lists(
    st.builds(
        Sum,
        measure=st.sampled_from(sorted({rule.measure.key for rule in RULES if rule.day_cap is None})),
        value=st.floats(0.1, 400),
        as_of=st.integers(0, 100).map(lambda days: NINE - days * DAY),
        n=st.integers(1, 40),
    ),
    max_size=8,
)


@given(sums=sums)
def test_the_next_change_is_the_instant_at_which_the_digit_changes(sums: Sequence[Sum]) -> None:
    curve = Curve(EVERY_KIND, sums, at=NINE)
    now = EVERY_KIND.digit(curve.now)
    changes_at = curve.next_change()
    if changes_at is None:
        assert EVERY_KIND.digit(curve.at_instant(NINE + 300 * DAY)) == now
        return
    assert EVERY_KIND.digit(curve.at_instant(changes_at)) != now
    assert EVERY_KIND.digit(curve.at_instant(max(changes_at - timedelta(minutes=2), NINE))) == now


@given(sums=sums)
def test_the_lines_of_an_explanation_add_up_to_the_score(sums: Sequence[Sum]) -> None:
    curve = Curve(EVERY_KIND, sums, at=NINE)
    assert sum(line.points for line in curve.lines()) == pytest.approx(curve.now, abs=1e-6)
    assert all(line.kept_back >= 0 for line in curve.lines())


def test_a_cap_holds_after_decay(company) -> None:
    """Forty views are worth 40 and count as 15; two half-lives later they are worth 10 and count as 10."""
    her = make_person("Her")
    count(her, views(40), at=NINE)
    assert behaviour(her) == pytest.approx(15)
    assert behaviour(her, at=NINE + 28 * DAY) == pytest.approx(10)
    (line,) = explanation(her, at=NINE).lines
    assert (line.n, line.kept_back) == (40, pytest.approx(25))


def test_a_cap_is_the_persons_whatever_browsers_they_use(company) -> None:
    her = make_person("Her", keys=[HERS, cookie("c1")])
    for key in (HERS, cookie("c1")):
        count(her, views(20), at=NINE, subject_id=identifier(key).pk)
    assert behaviour(her) == pytest.approx(15)


def test_more_than_a_hundred_is_a_hundred_and_the_explanation_says_what_was_left_out(company) -> None:
    her = make_person("Her")
    acts = [*views(20, path="/pricing/case"), *form(4), *[("link_clicked", "", "outbound", NINE)] * 9]
    count(her, acts, at=NINE)
    why = explanation(her, at=NINE)
    assert why.behaviour == PersonScore.objects.get().value == 100
    assert why.lines[-1].points == pytest.approx(100 - (60 + 24 + 16 + 15 + 12))


def test_a_cap_on_what_raises_hides_nothing_that_lowers(company) -> None:
    """Sixty points of views count as fifteen, and ten come off those fifteen."""
    her = make_person("Her")
    count(her, [*views(60), ("page_viewed", "/careers", "", NINE)], at=NINE)
    assert behaviour(her) == pytest.approx(5)


def test_less_than_nothing_is_nothing_and_rises_again_as_what_lowers_fades(company) -> None:
    publish(
        Definition(
            fit=(),
            acts=(
                ActRule(code="form", event="form_submitted", points=60, half_life_days=60),
                ActRule(code="left", event="consent_refused", points=-80, half_life_days=10),
            ),
        )
    )
    her = make_person("Her")
    count(her, [*form(), ("consent_refused", "/", "", NINE)], at=NINE)
    why, stored = explanation(her, at=NINE), PersonScore.objects.get()
    assert (why.behaviour, stored.grade) == (0, 4)
    assert why.lines[-1].points == pytest.approx(20)

    assert stored.next_grade_change_at is not None
    sweep(at=stored.next_grade_change_at)

    assert PersonScore.objects.get().grade == 3


@pytest.mark.parametrize(("score", "expected"), [(100, 1), (75, 1), (74.99, 2), (50, 2), (25, 3), (24.99, 4), (0, 4)])
def test_a_grade_begins_at_its_lowest_score(score: float, expected: int) -> None:
    assert SHIPPED.digit(score) == expected
    assert SHIPPED.letter(score) == "ABCD"[expected - 1]


def test_the_sweep_lets_grades_fall_when_their_time_has_come_and_not_before(company) -> None:
    her, him = make_person("Her"), make_person("Him")
    count(her, form(), at=NINE)
    count(him, [*form(2), *[("link_clicked", "", "outbound", NINE)] * 4], at=NINE)
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
        count(make_person(f"N{n}"), form(), at=NINE)
    late = NINE + 400 * DAY
    assert [sweep(at=late, limit=2), sweep(at=late, limit=2), sweep(at=late, limit=2)] == [2, 1, 0]
    assert set(PersonScore.objects.values_list("grade", flat=True)) == {4}


def test_after_a_merge_there_is_one_score_with_both_ones_acts(company) -> None:
    her, him = make_person("Her", keys=[HERS]), make_person("Him", keys=[HIS])
    count(her, views(3), at=NINE)
    count(him, form(), at=NINE)

    observe_many([seen(HERS, HIS)], at=NINE)

    score = PersonScore.objects.get()
    assert score.person == person_of(HERS)
    assert score.value == pytest.approx(33)


def test_after_a_split_each_has_the_score_of_their_own_acts(company) -> None:
    her = make_person("Her", keys=[HERS, cookie("office")])
    count(her, views(3), at=NINE, subject_id=identifier(cookie("office")).pk)
    count(her, form(), at=NINE, subject_id=identifier(HERS).pk)
    assert PersonScore.objects.get().value == pytest.approx(33)

    observe_many([seen(HIS, cookie("office"))], at=NINE)

    scores = {score.person_id: score.value for score in PersonScore.objects.filter(value__gt=0)}
    assert scores == {
        person_of(HERS).pk: pytest.approx(30),
        person_of(cookie("office")).pk: pytest.approx(3),
    }


def test_without_acts_a_score_falls_to_nothing(company) -> None:
    her = make_person("Her")
    count(her, views(1), at=NINE)
    ScoreTerm.objects.all().delete()
    rescore([her.pk], at=NINE)
    assert (PersonScore.objects.get().value, behaviour(her)) == (0, 0)


def test_our_own_people_have_no_score(company) -> None:
    her = make_person("Her")
    count(her, form(), at=NINE)
    Person.objects.update(is_own=True)
    rescore([her.pk], at=NINE)
    assert not PersonScore.objects.exists()


def test_acts_that_no_rule_counts_change_nothing(company) -> None:
    her = make_person("Her")
    assert (
        score_many([Act(subject_id=1, person_id=her.pk, event="consent_given", path="/", occurred_at=NINE)], at=NINE)
        == set()
    )


def test_an_act_of_fifty_years_ago_does_no_harm(company) -> None:
    her = make_person("Her")
    count(her, views(1), at=NINE)
    count(her, views(1, at=NINE - 60 * 365 * DAY), at=NINE)
    assert behaviour(her) == pytest.approx(1)


def test_a_product_line_is_scored_by_its_own_model_and_the_company_by_its_own(company) -> None:
    publish(Definition(fit=(), acts=(ActRule(code="view", event="page_viewed", points=80),)), product_line="mes")
    her = make_person("Her")
    count(her, views(1), at=NINE)

    assert PersonScore.objects.get().grade == 4
    assert LineScore.objects.get().grade == 1
    assert explanation(her, at=NINE, product_line="mes").behaviour == pytest.approx(80)
    assert explanation(her, at=NINE, product_line="other").behaviour == pytest.approx(1)


def test_the_explanation_says_what_would_raise_the_score(company) -> None:
    her = make_person("Her", title="总监")
    count(her, form(2), at=NINE)
    why = explanation(her, at=NINE)
    assert next((chance.label, chance.points) for chance in why.acts_to_come) == ("要求演示、试用或报价", 25)
    assert {chance.label for chance in why.facts_to_learn} >= {"公司邮箱"}
