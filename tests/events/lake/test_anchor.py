"""Rows and watermark of another server's counter: what a dump brings along."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.events.lake.hands import NINE, export_all, in_lake, put_event, put_person
from wutong.events.lake import maintainer
from wutong.events.lake.anchor import anchor, highest_xid
from wutong.events.lake.store import Place, opened
from wutong.lifecycle.models import StageVisit

FAR = 5_000_000
EVENTS = "SELECT id FROM lake.events ORDER BY id"
VERSIONS = "SELECT id, left_at IS NULL FROM lake.stage_visits ORDER BY version"


def as_from_an_older_server(place: Place) -> None:
    """Everything here is numbered as by a server that has worked for longer."""
    with connection.cursor() as cursor:
        for table in ("event", "lifecycle_stagevisit", "people_identitymove"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET xid = (xid::text::bigint + %s)::text::xid8", [FAR])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with opened(place) as lake:
        lake.execute(f"UPDATE lake.watermark SET xid = xid + {FAR}")
        lake.execute(f"UPDATE lake.stage_visits SET version = version + {FAR}")


@pytest.fixture
def stay(place: Place) -> StageVisit:
    mei = put_person("mei")
    return StageVisit.objects.create(machine="reach", stage="visitor", subject=mei, person=mei.person, entered_at=NINE)


def test_after_anchoring_all_is_exported_once(place: Place) -> None:
    exported = put_event()
    export_all(place)
    waiting = put_event()
    as_from_an_older_server(place)

    anchor(place)
    fresh = put_event()
    export_all(place)

    assert in_lake(place, EVENTS) == [(exported,), (waiting,), (fresh,)]
    assert all(day.is_equal for day in maintainer.check(place))
    assert export_all(place).total == 0


def test_after_anchoring_a_stay_that_ends_is_the_newer_version(place: Place, stay: StageVisit) -> None:
    export_all(place)
    as_from_an_older_server(place)

    anchor(place)
    StageVisit.objects.filter(pk=stay.pk).update(left_at=NINE + timedelta(hours=1))
    export_all(place)

    assert in_lake(place, VERSIONS) == [(stay.pk, True), (stay.pk, False)]


def test_anchoring_where_nothing_was_exported_yet_loses_nothing(place: Place) -> None:
    waiting = put_event()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE event SET xid = (xid::text::bigint + %s)::text::xid8", [FAR])

    anchor(place)
    export_all(place)

    assert in_lake(place, EVENTS) == [(waiting,)]


def test_the_highest_number_is_of_a_row_or_of_the_watermark(place: Place) -> None:
    assert highest_xid(place) == 0
    put_event()
    of_a_row = highest_xid(place)
    assert of_a_row > 0
    export_all(place)
    assert highest_xid(place) > of_a_row


def test_a_watermark_that_the_server_has_not_reached_raises_the_alarm(place: Place) -> None:
    put_event()
    export_all(place)
    assert not maintainer.status(place).is_ahead

    as_from_an_older_server(place)

    assert maintainer.status(place).is_ahead
    assert maintainer.status(place).is_alarming
