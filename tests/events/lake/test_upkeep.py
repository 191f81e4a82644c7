import json
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.events.lake.hands import NINE, export_all, in_lake, put_event, put_person
from wutong.config import config
from wutong.events.lake import commands, maintainer
from wutong.events.lake.store import Place, opened
from wutong.people.models import IdentityMove


def test_upkeep_turns_small_exports_into_one_file_and_changes_no_row(place: Place) -> None:
    for _ in range(3):
        put_event()
        export_all(place)
    assert maintainer.status(place).files == 0  # they wait in the catalog
    before = in_lake(place, "SELECT id, props, person_id FROM lake.events ORDER BY id")

    done = maintainer.upkeep(place, at=NINE)

    assert done["flushed_rows"] == 3
    assert maintainer.status(place).files == 1
    assert in_lake(place, "SELECT id, props, person_id FROM lake.events ORDER BY id") == before


def test_upkeep_leaves_the_watermark_where_it_is(place: Place) -> None:
    put_event()
    export_all(place)
    for _ in range(2):
        maintainer.upkeep(place, at=NINE)

    assert export_all(place).total == 0


def test_the_watermark_leaves_no_trail_in_the_catalog(place: Place) -> None:
    for _ in range(4):
        put_event()
        export_all(place)

    maintainer.upkeep(place, at=NINE + timedelta(days=1_000))

    assert maintainer.status(place).inlined_rows == len(["events", "stage_visits", "moves"])


def test_a_check_finds_the_stores_equal(place: Place) -> None:
    put_event(at=NINE)
    put_event(at=NINE + timedelta(days=1))
    export_all(place)
    put_event(at=NINE + timedelta(days=1))  # not exported yet: no difference

    found = maintainer.check(place)

    assert [(day.day, day.hot, day.lake) for day in found] == [(date(2026, 11, 20), 1, 1), (date(2026, 11, 21), 1, 1)]


def test_a_check_names_the_day_that_differs(place: Place) -> None:
    put_event(at=NINE)
    put_event(at=NINE + timedelta(days=1))
    export_all(place)
    with opened(place) as lake:
        lake.execute("DELETE FROM lake.events WHERE occurred_at > '2026-11-21'")

    assert [day.day for day in maintainer.check(place) if not day.is_equal] == [date(2026, 11, 21)]


def test_squashing_writes_todays_person_into_the_lake(place: Place) -> None:
    mei, lin = put_person("mei"), put_person("lin")
    put_event(subject=mei)
    put_event(subject=lin)
    export_all(place)
    IdentityMove.objects.create(subject_id=mei.pk, person_id=999, moved_at=NINE)
    IdentityMove.objects.create(subject_id=mei.pk, person_id=lin.person_id, moved_at=NINE)
    export_all(place)

    with opened(place) as lake:
        assert maintainer.squash(lake) == 2

    assert in_lake(place, "SELECT person_id FROM lake.events") == [(lin.person_id,), (lin.person_id,)]
    assert in_lake(place, "SELECT count(*) FROM lake.moves") == [(0,)]


def test_too_many_moves_raise_the_alarm(place: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_identitymove (subject_id, person_id, moved_at)"
            " SELECT n, 1, now() FROM generate_series(1, %s) AS n",
            [maintainer.ALARM_MOVES + 1],
        )
    export_all(place)

    assert maintainer.status(place).is_alarming
    assert maintainer.upkeep(place, at=NINE)["squashed_moves"] == maintainer.ALARM_MOVES + 1
    assert not maintainer.status(place).is_alarming


def test_the_commands_speak_json(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", place.conninfo)
    monkeypatch.setenv("LAKE_PATH", place.files)
    config.cache_clear()
    try:
        put_event()
        export_all(place)
        assert commands.main(["status", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["events"] == 1
        assert commands.main(["check", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"days": 1, "events": 1, "different": []}
    finally:
        config.cache_clear()
