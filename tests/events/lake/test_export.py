import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from tests.events.lake.hands import NINE, export_all, in_lake, put_event, put_person
from wutong.events.lake.exporter import export_once
from wutong.events.lake.store import LakeUnreachable, Place, opened
from wutong.lifecycle.models import StageVisit

EVENTS = "SELECT id FROM lake.events ORDER BY id"


def test_an_event_reaches_the_lake_as_it_is(place: Place) -> None:
    mei = put_person("mei")
    event_id = put_event(
        at=NINE, subject=mei, channel="search", url="https://例え.jp/?a='", props={"title": "价格", "n": [1]}
    )

    export_all(place)

    columns = "id, name, epoch_us(occurred_at), subject_id, person_id, channel, url, props, is_own"
    (row,) = in_lake(place, f"SELECT {columns} FROM lake.events")
    occurred = int(NINE.timestamp() * 1_000_000)
    told = '{"n": [1], "title": "价格"}'
    assert row == (
        event_id,
        "page_viewed",
        occurred,
        mei.pk,
        mei.person_id,
        "search",
        "https://例え.jp/?a='",
        told,
        False,
    )


def test_a_second_export_takes_only_what_is_new(place: Place) -> None:
    first = put_event()
    assert export_all(place).rows["events"] == 1
    assert export_all(place).rows["events"] == 0
    second = put_event()

    assert export_all(place).rows["events"] == 1
    assert in_lake(place, EVENTS) == [(first,), (second,)]


def test_a_row_that_commits_late_is_not_lost(place: Place, second_connection: psycopg.Connection) -> None:
    slow = put_event(on=second_connection)  # its transaction began first and is still open
    quick = put_event()
    export_once(place, at=NINE)
    assert in_lake(place, EVENTS) == []

    second_connection.commit()
    export_all(place)

    assert in_lake(place, EVENTS) == [(slow,), (quick,)]


def test_a_stay_that_ends_becomes_a_second_version(place: Place) -> None:
    mei = put_person("mei")
    stay = StageVisit.objects.create(machine="reach", stage="visitor", subject=mei, person=mei.person, entered_at=NINE)
    export_all(place)
    StageVisit.objects.filter(pk=stay.pk).update(left_at=NINE + timedelta(hours=1))

    export_all(place)

    versions = in_lake(place, "SELECT id, left_at IS NULL FROM lake.stage_visits ORDER BY version")
    assert versions == [(stay.pk, True), (stay.pk, False)]


@pytest.mark.parametrize("point", ["lake.before_commit", "lake.after_commit"])
def test_an_exporter_killed_at_its_commit_neither_loses_nor_doubles(place: Place, tmp_path: Path, point: str) -> None:
    events = [put_event() for _ in range(3)]
    (tmp_path / point).touch()

    killed = _exporter(place, failpoints=tmp_path)
    export_all(place)

    assert killed == -signal.SIGKILL
    assert in_lake(place, EVENTS) == [(event,) for event in events]


def test_of_two_exports_under_way_one_is_overtaken(place: Place) -> None:
    put_event()
    with opened(place) as other:
        other.execute("SET ducklake_max_retry_count = 0")
        other.begin()
        other.execute("SELECT xid FROM lake.watermark").fetchall()
        other.execute("INSERT INTO lake.events (id, name) VALUES (uuidv7(), 'page_viewed')")
        export_all(place)

        with pytest.raises(duckdb.TransactionException):
            other.commit()
        other.execute("DETACH lake")
    assert in_lake(place, "SELECT count(*) FROM lake.events") == [(1,)]


def test_a_failed_connection_does_not_tell_the_password(place: Place) -> None:
    wrong = Place(conninfo="host=127.0.0.1 port=1 user=x password=canary-4711", files=place.files)

    with pytest.raises(LakeUnreachable) as refused, opened(wrong):
        pass

    assert "canary-4711" not in str(refused.value)


def _exporter(place: Place, *, failpoints: Path) -> int:
    environment = {"DATABASE_URL": place.conninfo, "LAKE_PATH": place.files, "WUTONG_FAILPOINTS": str(failpoints)}
    line = [sys.executable, "-m", "wutong.events.lake.commands", "export"]
    return subprocess.run(line, env=os.environ | environment, timeout=60).returncode
