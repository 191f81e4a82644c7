"""Months that are no longer hot leave PostgreSQL when the lake has them, and only then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.events.lake.hands import export_all, in_lake, put_event
from wutong.events import partitions
from wutong.events.hot import new_id
from wutong.events.lake import maintainer
from wutong.events.lake.retire import Retired, retire
from wutong.events.lake.store import Place, opened
from wutong.events.months import HOT_DAYS, Month

OLD = datetime(2024, 3, 10, tzinfo=UTC)
MONTH = Month.of(OLD)
TOO_OLD = MONTH.next.begins_at + timedelta(days=HOT_DAYS)


@pytest.fixture(autouse=True)
def old_month(place: Place):
    partitions.ensure(first=OLD, last=OLD)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {MONTH.partition}")


def put_old_event() -> None:
    put_event(at=OLD, id=new_id(OLD))


def partition_is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [MONTH.partition])
        return bool(cursor.fetchone()[0])


def test_a_month_that_the_lake_holds_is_dropped_and_missed_by_no_check(place: Place) -> None:
    put_old_event()
    put_event()
    export_all(place)

    assert retire(place, at=TOO_OLD) == Retired(months=1, events=1, kept=0)

    assert not partition_is_there()
    assert in_lake(place, "SELECT count(*) FROM lake.events") == [(2,)]
    assert [(day.hot, day.lake) for day in maintainer.check(place)] == [(1, 1)]
    assert retire(place, at=TOO_OLD) == Retired(months=0, events=0, kept=0)


def test_a_month_that_is_still_hot_stays(place: Place) -> None:
    put_old_event()
    export_all(place)

    assert retire(place, at=TOO_OLD - timedelta(seconds=1)) == Retired(months=0, events=0, kept=0)
    assert partition_is_there()


def test_a_month_with_an_event_that_waits_for_its_export_stays(place: Place) -> None:
    put_event()
    export_all(place)
    put_old_event()

    assert retire(place, at=TOO_OLD) == Retired(months=0, events=0, kept=1)
    assert partition_is_there()


def test_a_month_of_which_the_lake_lacks_an_event_stays(place: Place) -> None:
    put_old_event()
    put_old_event()
    export_all(place)
    with opened(place) as lake:
        lake.execute("DELETE FROM lake.events WHERE id = (SELECT min(id) FROM lake.events)")

    assert retire(place, at=TOO_OLD) == Retired(months=0, events=0, kept=1)
    assert partition_is_there()
