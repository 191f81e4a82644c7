import random
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.analytics import oracle
from tests.events.lake.hands import NINE, export_all, put_event, put_person
from wutong.analytics.analyst import Analyst
from wutong.analytics.ask import CouldNotCompute, NothingYet, ask
from wutong.analytics.funnel import WINDOW, Scope
from wutong.analytics.questions import Failed, FunnelAnswer, FunnelQuestion, PeopleQuestion, Question
from wutong.events.lake.store import Place, engine
from wutong.lifecycle.models import StageVisit
from wutong.operations.roles import APP, READ, grant_reading
from wutong.people.models import Identifier, IdentityMove, Person

QUESTION = FunnelQuestion(
    method="cohort", since=NINE - timedelta(days=1), until=NINE + timedelta(days=1), as_of=NINE + timedelta(days=2)
)


def test_the_analyst_answers_from_the_lake(place: Place, started_analyst: None) -> None:
    mei = put_person("mei")
    put_event("page_viewed", at=NINE, subject=mei, channel="search")
    put_event("form_submitted", at=NINE + timedelta(minutes=1), subject=mei)
    export_all(place)

    answer = ask(QUESTION)
    people = ask(PeopleQuestion(funnel=QUESTION, step=2, channel="search"))

    assert sorted((row.step, row.n) for row in answer.rows if row.is_total) == [(1, 1), (2, 1)]
    assert [(row.person_id, row.at) for row in people.people] == [(mei.person_id, NINE + timedelta(minutes=1))]
    assert people.total == 1


def test_an_answer_tells_how_far_the_lake_reaches(place: Place, analyst: None) -> None:
    put_event()
    done = export_all(place)

    assert ask(QUESTION).exported.xid == done.xid


def test_before_the_first_export_there_is_nothing_to_report(place: Place, analyst: None) -> None:
    with pytest.raises(NothingYet):
        ask(QUESTION)


def test_a_role_that_sees_only_the_lake_suffices(
    place: Place, started_analyst: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_conninfo(place.conninfo, user=READ)
    with psycopg.connect(place.conninfo, autocommit=True) as owner:
        if owner.info.user != APP:
            pytest.skip("DOES NOT APPLY HERE: a given server has no role of ours that only reads")
        grant_reading(owner)
    put_event(subject=put_person("mei"))
    export_all(place)
    monkeypatch.setenv("DATABASE_URL", reader)

    answer = ask(QUESTION)

    assert [(row.step, row.n) for row in answer.rows if row.is_total] == [(1, 1)]
    with psycopg.connect(reader) as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("SELECT password FROM platform_staff")


def test_a_database_out_of_reach_is_a_refusal_without_a_password(
    place: Place, started_analyst: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://x:canary-4711@127.0.0.1:1/x")

    with pytest.raises(CouldNotCompute) as refused:
        ask(QUESTION)

    assert "canary-4711" not in str(refused.value)


def test_pages_that_ask_at_once_are_both_answered(place: Place, started_analyst: None) -> None:
    put_event(subject=put_person("mei"))
    export_all(place)

    with ThreadPoolExecutor(2) as pages:
        answers = list(pages.map(ask, [QUESTION, QUESTION]))

    assert answers[0] == answers[1]


def test_without_a_free_slot_the_analyst_is_busy(place: Place) -> None:
    assert _asked(Analyst(slots=0, wait_seconds=0.01)) == Failed(why="busy")


def test_a_question_past_its_time_is_stopped(place: Place) -> None:
    put_event(subject=put_person("mei"))
    export_all(place)

    assert _asked(Analyst(answer_seconds=-1)) == Failed(why="too_long")


def test_an_analyst_that_nobody_asks_ends(place: Place) -> None:
    with engine(memory_mib=128, threads=1) as lake, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind("")
        door.listen()

        Analyst(idle_seconds=0.01).serve(door, lake)  # returns


@pytest.mark.parametrize("seed", range(3))
def test_the_lakes_funnel_equals_counting_the_hot_tables_by_hand(place: Place, analyst: None, seed: int) -> None:
    dice = random.Random(seed)
    subjects = [put_person(f"visitor {n}") for n in range(12)]
    for _ in range(4):
        for _ in range(40):
            _something_happens(dice, subjects)
        if dice.random() < 0.7:
            _two_turn_out_to_be_one(dice, subjects)
        export_all(place)
    scope = Scope(since=NINE, until=NINE + timedelta(hours=3), as_of=NINE + timedelta(days=60))

    for method in ("cohort", "period"):
        answer = ask(
            FunnelQuestion(method=method, since=scope.since, until=scope.until, as_of=scope.as_of)  # type: ignore[arg-type]  # a name of a method, from the parameters
        )
        by_hand = oracle.figures(oracle.reached(*_hot_rows(), scope=scope, window=WINDOW, method=method))

        assert sorted(map(_as_tuple, answer.rows)) == sorted(_as_tuple(row) for row in by_hand)
        assert answer.rows


def _something_happens(dice: random.Random, subjects: list[Identifier]) -> None:
    subject = Identifier.objects.get(pk=dice.choice(subjects).pk)
    at = NINE + timedelta(minutes=dice.randrange(-60, 300))
    name = dice.choice(["page_viewed", "page_viewed", "page_beat", "form_submitted", "first_contact"])
    channel = dice.choice(["", "search", "wechat"]) if name == "page_viewed" else ""
    put_event(name, at=at, subject=subject, channel=channel, is_own=dice.random() < 0.1)
    if dice.random() < 0.1:
        StageVisit.objects.create(
            machine="reach", stage="visitor", subject=subject, person=subject.person, entered_at=at, channel=channel
        )


def _two_turn_out_to_be_one(dice: random.Random, subjects: list[Identifier]) -> None:
    """As the identity lane does it: rows follow their subject, and the lake hears of the move."""
    moved, to = (Identifier.objects.get(pk=one.pk) for one in dice.sample(subjects, 2))
    Identifier.objects.filter(pk=moved.pk).update(person=to.person)
    StageVisit.objects.filter(subject=moved).update(person=to.person)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE event SET person_id = %s WHERE subject_id = %s", [to.person_id, moved.pk])
    IdentityMove.objects.create(subject_id=moved.pk, person_id=to.person_id, moved_at=NINE)
    assert Person.objects.filter(pk=to.person_id).exists()


def _hot_rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The hot tables as they are today, in which rows have followed their subjects already."""
    columns = ("name", "occurred_at", "received_at", "subject_id", "person_id", "channel", "is_own", "is_machine")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM event")
        events = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    visits = list(StageVisit.objects.values("machine", "stage", "subject_id", "person_id", "entered_at", "channel"))
    return events, visits, []


def _as_tuple(row: Any) -> tuple[Any, ...]:
    found = row if isinstance(row, dict) else msgspec.structs.asdict(row)
    return tuple(
        -1.0 if found[name] is None else found[name] for name in ("is_total", "channel", "step", "n", "median_us")
    )


def _asked(analyst: Analyst, question: Question = QUESTION) -> Any:
    """What ``analyst`` answers to one question, asked over a socket; then it is told to stop."""
    with engine(memory_mib=128, threads=1) as lake, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind("")  # a name of the system's choice
        door.listen()
        serving = threading.Thread(target=analyst.serve, args=[door, lake])
        serving.start()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as page:
            page.settimeout(30)
            page.connect(door.getsockname())
            page.sendall(msgspec.json.encode(question) + b"\n")
            answer = msgspec.json.decode(page.makefile("rb").read(), type=FunnelAnswer | Failed)
        analyst.stop()
        serving.join(timeout=30)
        assert not serving.is_alive()
    return answer
