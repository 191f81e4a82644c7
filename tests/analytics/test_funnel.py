import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics import oracle
from tests.analytics.engines import TABLES, on_clickhouse, on_duckdb
from wutong.analytics import funnel
from wutong.analytics.funnel import Scope

NINE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WHOLE = Scope(since=NINE - DAY, until=NINE + 30 * DAY, as_of=NINE + 100 * DAY)
SHORT = timedelta(minutes=3)


def event(name: str, at: datetime, *, subject: int | None = 1, person: int | None = 1, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "occurred_at": at,
        "received_at": at,
        "subject_id": subject,
        "person_id": person,
        "channel": "",
        "is_own": False,
        "is_machine": False,
        **given,
    }


def visit(at: datetime, *, subject: int = 1, person: int = 1, channel: str = "") -> dict[str, Any]:
    given = {"machine": "reach", "stage": "visitor", "subject_id": subject, "person_id": person}
    return {**given, "entered_at": at, "channel": channel}


def ask(
    events: list[dict[str, Any]],
    visits: list[dict[str, Any]] | None = None,
    moves: list[dict[str, Any]] | None = None,
    *,
    scope: Scope = WHOLE,
    method: funnel.Method = "cohort",
) -> list[dict[str, Any]]:
    """The people reached, from both engines, which must agree."""
    question = funnel.reached(TABLES, method=method, scope=scope)
    rows = {"events": events, "stage_visits": visits or [], "moves": moves or []}
    answer = on_duckdb(question, rows)
    assert on_clickhouse(question, rows) == answer
    return answer


def steps_of(answer: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return sorted((row["person_id"], row["step"]) for row in answer)


def test_a_person_goes_through_the_three_steps_in_order() -> None:
    acts = [event("page_viewed", NINE, channel="search")]
    acts += [event("form_submitted", NINE + timedelta(minutes=5)), event("first_contact", NINE + timedelta(minutes=9))]

    answer = ask(acts)

    assert [(row["channel"], row["step"], row["taken_us"]) for row in answer] == [
        ("search", 1, None),
        ("search", 2, 300_000_000),
        ("search", 3, 240_000_000),
    ]


def test_a_form_before_the_first_page_does_not_count() -> None:
    acts = [event("form_submitted", NINE), event("page_viewed", NINE + timedelta(minutes=1))]

    assert steps_of(ask(acts)) == [(1, 1)]


def test_equal_instants_do_not_advance() -> None:
    assert steps_of(ask([event("page_viewed", NINE), event("form_submitted", NINE)])) == [(1, 1)]


def test_the_window_includes_its_last_instant() -> None:
    last = NINE + funnel.WINDOW
    assert steps_of(ask([event("page_viewed", NINE), event("form_submitted", last)])) == [(1, 1), (1, 2)]

    late = last + timedelta(microseconds=1)
    assert steps_of(ask([event("page_viewed", NINE), event("form_submitted", late)])) == [(1, 1)]


def test_the_period_includes_its_first_instant_and_not_its_last() -> None:
    scope = Scope(since=NINE, until=NINE + DAY, as_of=NINE + 100 * DAY)
    acts = [event("page_viewed", NINE, subject=1, person=1), event("page_viewed", NINE + DAY, subject=2, person=2)]

    assert steps_of(ask(acts, scope=scope)) == [(1, 1)]


def test_who_came_before_the_period_is_not_of_its_cohort() -> None:
    scope = Scope(since=NINE, until=NINE + DAY, as_of=NINE + 100 * DAY)
    acts = [event("page_viewed", NINE - DAY), event("page_viewed", NINE), event("form_submitted", NINE + SHORT)]

    assert ask(acts, scope=scope) == []
    assert steps_of(ask(acts, scope=scope, method="period")) == [(1, 1), (1, 2)]


def test_becoming_a_visitor_is_a_first_step_without_a_page() -> None:
    answer = ask([event("form_submitted", NINE + SHORT)], [visit(NINE, channel="wecom")])

    assert steps_of(answer) == [(1, 1), (1, 2)]
    assert {row["channel"] for row in answer} == {"wecom"}


def test_machines_are_left_out_with_the_stay_that_they_began() -> None:
    acts, visits = [event("page_viewed", NINE, is_machine=True)], [visit(NINE)]

    assert ask(acts, visits) == []
    shown = Scope(**{**vars(WHOLE), "with_machines": True})
    assert steps_of(ask(acts, visits, scope=shown)) == [(1, 1)]


def test_our_own_people_are_left_out_with_their_past_and_their_stays() -> None:
    acts = [event("page_viewed", NINE), event("page_viewed", NINE, subject=2, person=2)]
    visits = [visit(NINE - SHORT), visit(NINE - SHORT, subject=2, person=2)]

    assert steps_of(ask(acts, visits, scope=Scope(**{**vars(WHOLE), "own_people": (1,)}))) == [(2, 1)]
    shown = Scope(**{**vars(WHOLE), "own_people": (1,), "with_own": True})
    assert steps_of(ask(acts, visits, scope=shown)) == [(1, 1), (2, 1)]


def test_who_counts_is_asked_of_the_person_of_today() -> None:
    acts, moves = [event("page_viewed", NINE, is_own=True)], [{"id": 1, "subject_id": 1, "person_id": 9}]

    assert steps_of(ask(acts, moves=moves)) == [(9, 1)]  # a mark that was taken back
    assert ask(acts, moves=moves, scope=Scope(**{**vars(WHOLE), "own_people": (9,)})) == []


def test_acts_of_before_and_after_a_merge_are_one_persons() -> None:
    acts = [event("page_viewed", NINE, subject=1, person=1), event("form_submitted", NINE + SHORT, subject=2, person=2)]
    moves = [{"id": 1, "subject_id": 1, "person_id": 9}, {"id": 2, "subject_id": 1, "person_id": 2}]

    assert steps_of(ask(acts, moves=moves)) == [(2, 1), (2, 2)]


def test_events_without_a_subject_are_nobodys() -> None:
    assert ask([event("page_viewed", NINE, subject=None, person=None)]) == []


def test_an_earlier_moment_knows_less() -> None:
    acts = [event("page_viewed", NINE), event("form_submitted", NINE + SHORT, received_at=NINE + DAY)]
    then = Scope(since=WHOLE.since, until=WHOLE.until, as_of=NINE + SHORT)

    assert steps_of(ask(acts, scope=then)) == [(1, 1)]


def test_nothing_gives_no_rows_rather_than_zeros() -> None:
    assert ask([]) == []


def test_the_median_is_exact_for_odd_and_even_numbers() -> None:
    acts = []
    for person, minutes in enumerate([1, 2, 10, 60], start=1):
        acts += [
            event("page_viewed", NINE, subject=person, person=person),
            event("form_submitted", NINE + timedelta(minutes=minutes), subject=person, person=person),
        ]
    question = funnel.figures(TABLES["reached"])

    answer = on_duckdb(question, {"reached": ask(acts)})

    assert [row["median_us"] for row in answer if row["step"] == 2] == [360_000_000.0] * 2
    assert on_clickhouse(question, {"reached": ask(acts)}) == answer


def test_the_zone_of_the_session_changes_nothing() -> None:
    acts = [event("page_viewed", NINE), event("form_submitted", NINE + SHORT)]
    question = funnel.reached(TABLES, method="cohort", scope=WHOLE)
    rows: Any = {"events": acts, "stage_visits": [], "moves": []}

    assert on_duckdb(question, rows, zone="America/New_York") == on_duckdb(question, rows, zone="Asia/Shanghai")


def test_the_people_behind_a_figure_are_as_many_as_it_says() -> None:
    acts = [event("page_viewed", NINE + n * SHORT, subject=n, person=n, channel="ab"[n % 2]) for n in range(5)]
    found = funnel.reached(TABLES, method="cohort", scope=WHOLE)
    rows: Any = {"events": acts, "stage_visits": [], "moves": []}

    assert len(on_duckdb(funnel.people_behind(found, step=1, channel=None), rows)) == 5
    of_a = on_duckdb(funnel.people_behind(found, step=1, channel="a"), rows)
    assert [row["person_id"] for row in of_a] == [0, 2, 4]


minutes = st.integers(0, 12).map(lambda n: NINE + timedelta(minutes=n))
histories = st.lists(
    st.builds(
        event,
        st.sampled_from(["page_viewed", "form_submitted", "first_contact", "page_beat"]),
        minutes,
        subject=st.integers(1, 4),
        person=st.just(0),
        channel=st.sampled_from(["", "search", "wecom"]),
        is_own=st.sampled_from([False, False, False, True]),
        received_at=minutes,
    ),
    max_size=25,
)
stays = st.lists(st.builds(visit, minutes, subject=st.integers(1, 4), person=st.just(0)), max_size=4)
shifts = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=3)


own_people = st.lists(st.integers(0, 3), max_size=2, unique=True)
questions = st.tuples(st.sampled_from(["cohort", "period"]), minutes, minutes, own_people, st.booleans())


@settings(max_examples=40, deadline=None)
@given(histories, stays, shifts, questions)
def test_random_histories_give_what_counting_by_hand_gives(events: Any, visits: Any, shifts: Any, asked: Any) -> None:
    question, rows, by_hand = _posed(events, visits, shifts, asked)

    answer = on_duckdb(question, rows)
    counted = on_duckdb(funnel.figures(TABLES["reached"]), {"reached": answer})

    told = {(row["person_id"], row["step"]): (row["channel"], row["at"], row["taken_us"]) for row in answer}
    assert told == by_hand
    assert len(answer) == len(by_hand)
    assert counted == oracle.figures(by_hand)


# Few, because ClickHouse plans each for half a second.
@settings(max_examples=12, deadline=None)
@given(histories, stays, shifts, questions)
def test_random_histories_give_the_same_on_both_engines(events: Any, visits: Any, shifts: Any, asked: Any) -> None:
    question, rows, _ = _posed(events, visits, shifts, asked)

    answer = on_duckdb(question, rows)

    assert on_clickhouse(question, rows) == answer
    counted = funnel.figures(TABLES["reached"])
    assert on_clickhouse(counted, {"reached": answer}) == on_duckdb(counted, {"reached": answer})


def _posed(events: Any, visits: Any, shifts: Any, asked: Any) -> tuple[Any, Any, oracle.Reached]:
    """The question, its tables, and the answer by hand."""
    method, since, as_of, own_people, with_own = asked
    persons = {row["subject_id"]: row["subject_id"] % 3 for row in [*events, *visits]}  # 1 and 4 are one person
    events, visits = ([{**row, "person_id": persons[row["subject_id"]]} for row in rows] for rows in (events, visits))
    moves = [{"id": n, "subject_id": subject, "person_id": person} for n, (subject, person) in enumerate(shifts)]
    until = since + timedelta(minutes=8)
    scope = Scope(since=since, until=until, as_of=as_of, own_people=own_people, with_own=with_own)
    rows = {"events": events, "stage_visits": visits, "moves": moves}
    by_hand = oracle.reached(events, visits, moves, scope=scope, window=SHORT, method=method)
    return funnel.reached(TABLES, method=method, scope=scope, window=SHORT), rows, by_hand


@pytest.mark.parametrize("seconds", [86_400, 604_800, 2_592_000])
@pytest.mark.parametrize("strictly", [False, True])
def test_levels_equal_those_of_clickhouse_on_the_reference_data(shared_data: Any, seconds: int, strictly: bool) -> None:
    names = ("visit", "form", "mql", "opportunity")
    acts: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    with shared_data("funnel/events.csv").open() as file:
        for row in csv.DictReader(file):
            if row["event"] in names:
                at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
                acts[int(row["user_id"][1:])].append((at, names.index(row["event"]) + 1))
    with shared_data("funnel/expected_levels.csv").open() as file:
        expected = {
            int(row["user_id"][1:]): int(row["level"])
            for row in csv.DictReader(file)
            if int(row["window_seconds"]) == seconds
        }
    window = timedelta(seconds=seconds)
    if strictly:
        expected = {person: oracle.level(acts[person], 4, window, strictly=True) for person in expected}

    answer = _levels(acts, window=window, strictly=strictly)

    assert answer == {person: level for person, level in expected.items() if level}
    if not strictly:
        assert Counter(answer.values())[4] == _expected_count(shared_data, seconds, "opportunity")


def _levels(acts: dict[int, list[tuple[datetime, int]]], *, window: timedelta, strictly: bool) -> dict[int, int]:
    tables = ("starts", "second", "third", "fourth")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
    for person, theirs in acts.items():
        for at, step in set(theirs):
            rows[tables[step - 1]].append({"person_id": person, "at": at, "channel": ""})
    later = [TABLES[name] for name in tables[1:]]
    question = funnel.ordered_levels(TABLES["starts"], later, window=window, strictly=strictly)
    answer = on_duckdb(question, rows)
    assert on_clickhouse(question, rows) == answer
    return {row["person_id"]: row["level"] for row in answer}


def _expected_count(shared_data: Any, seconds: int, step: str) -> int:
    with shared_data("funnel/expected_counts.csv").open() as file:
        for row in csv.DictReader(file):
            if (int(row["window_seconds"]), row["step"]) == (seconds, step):
                return int(row["reached"])
    raise AssertionError(f"{step} within {seconds} s is not in the reference data")
