"""The hot store: monthly partitions by id, each event once."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from tests.cast import NINE
from wutong.events.hot import HotRow, digest_of, insert_many, new_id
from wutong.events.models import Event
from wutong.events.months import Month, id_at
from wutong.events.partitions import ensure, ensure_around, ensure_for_waiting
from wutong.platform.models import InboxBlock

pytestmark = pytest.mark.django_db

FAR = datetime(2031, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def row(id: UUID, *, digest: int = 1, **given: object) -> HotRow:
    values = {"name": "page_viewed", "occurred_at": NINE, "received_at": NINE, "source": "web"}
    return HotRow(id=id, digest=digest, **(values | given))


def partition_of(id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM event WHERE id = %s", [id])
        return cursor.fetchone()[0]


def test_partitions_are_made_once_for_every_month_asked_for() -> None:
    assert ensure(first=FAR, last=FAR + timedelta(days=70)) == ["event_2031_01", "event_2031_02", "event_2031_03"]
    assert ensure(first=FAR, last=FAR + timedelta(days=70)) == []
    assert ensure(first=FAR, last=datetime(2031, 4, 1, tzinfo=UTC)) == ["event_2031_04"]


def test_the_months_that_a_collector_may_need_are_there() -> None:
    end_of_month = datetime(2031, 5, 31, 23, 59, tzinfo=UTC)
    ensure_around(at=end_of_month)
    insert_many([row(new_id(end_of_month + timedelta(days=days))) for days in (-8, 0, 1, 31, 62)])
    start_of_month = datetime(2032, 3, 1, tzinfo=UTC)
    assert ensure_around(at=start_of_month)[0] == "event_2032_02"


@pytest.mark.parametrize(
    ("at", "partition"),
    [
        (FAR, "event_2031_01"),
        (FAR + timedelta(days=31) - MILLISECOND, "event_2031_01"),
        (FAR + timedelta(days=31), "event_2031_02"),
        (datetime(2031, 3, 1, tzinfo=UTC) - MILLISECOND, "event_2031_02"),
        (datetime(2031, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), "event_2031_12"),
    ],
)
def test_an_id_lies_in_the_month_of_its_instant(at: datetime, partition: str) -> None:
    ensure(first=FAR, last=datetime(2031, 12, 31, tzinfo=UTC))
    id = new_id(at)
    insert_many([row(id)])
    assert partition_of(id) == partition


def test_the_first_and_the_last_id_of_a_month_stay_in_it() -> None:
    ensure(first=FAR, last=FAR + timedelta(days=40))
    first, last = id_at(FAR), UUID(int=id_at(FAR + timedelta(days=31)).int - 1)
    insert_many([row(first), row(last)])
    assert partition_of(first) == partition_of(last) == "event_2031_01"


def test_a_month_is_past_when_its_last_event_is_no_longer_hot() -> None:
    january = Month.of(FAR + timedelta(days=20))
    end_of_hot = datetime(2031, 2, 1, tzinfo=UTC) + timedelta(days=400)

    assert not january.is_past(at=end_of_hot - MILLISECOND)
    assert january.is_past(at=end_of_hot)
    assert Month.of_partition(january.partition) == january


def test_what_has_waited_for_months_finds_its_partition() -> None:
    waited_since = datetime(2030, 11, 3, tzinfo=UTC)
    InboxBlock.objects.create(lane="collector", received_at=waited_since, count=1, body=b"")

    made = ensure_for_waiting(at=FAR)

    assert made[:3] == ["event_2030_10", "event_2030_11", "event_2030_12"]
    insert_many([row(new_id(waited_since - timedelta(days=7)))])


def test_our_own_ids_are_of_version_seven_and_carry_their_instant() -> None:
    ids = {new_id(NINE) for _n in range(100)}
    assert len(ids) == 100
    for id in ids:
        assert (id.version, id.variant) == (7, "specified in RFC 4122")
        assert id.int >> 80 == int(NINE.timestamp() * 1000)
        assert id_at(NINE) <= id < id_at(NINE + MILLISECOND)


def test_a_digest_depends_on_what_was_said_and_on_nothing_else() -> None:
    said = digest_of(1, "page_viewed", {"b": 1, "a": "x"}, None)
    assert said == digest_of(1, "page_viewed", {"a": "x", "b": 1}, None)
    assert said != digest_of(1, "page_viewed", {"a": "y", "b": 1}, None)
    assert -(2**63) <= said < 2**63


@pytest.fixture
def months(db) -> None:
    with transaction.atomic():
        ensure_around(at=datetime.now(UTC))


def test_an_event_is_stored_with_all_it_carries(months) -> None:
    id = uuid7()
    insert_many([row(id, props={"title": '价格 "“'}, url="https://x.cn/价格", channel="search", campaign="spring")])
    event = Event.objects.get(pk=id)
    assert (event.props, event.url) == ({"title": '价格 "“'}, "https://x.cn/价格")
    assert (event.channel, event.campaign, event.occurred_at) == ("search", "spring", NINE)


def test_a_repeat_changes_nothing_and_another_event_of_the_same_id_is_told_apart(months) -> None:
    id, other = uuid7(), uuid7()
    assert insert_many([row(id, url="https://first.example")]).new == {id}

    again = insert_many([row(id), row(other)])
    assert (again.new, again.repeated, again.reused) == ({other}, {id}, frozenset())

    reused = insert_many([row(id, digest=2, url="https://second.example")])
    assert (reused.new, reused.repeated, reused.reused) == (frozenset(), frozenset(), {id})
    assert Event.objects.get(pk=id).url == "https://first.example"


def test_of_two_of_one_id_in_one_batch_the_first_stays(months) -> None:
    same, differing = uuid7(), uuid7()
    rows = [row(same), row(same), row(differing, name="first"), row(differing, name="second", digest=2)]

    stored = insert_many(rows)

    assert stored.new == {same, differing}
    assert (stored.repeated, stored.reused) == ({same}, {differing})
    assert Event.objects.get(pk=differing).name == "first"


def test_nothing_stored_is_nothing_said(months) -> None:
    assert insert_many([]) == insert_many([])
    assert not insert_many([]).new


def test_many_batches_that_overlap_store_each_event_once(months) -> None:
    ids = [uuid7() for _n in range(60)]
    new = list(
        itertools.chain.from_iterable(insert_many([row(id) for id in ids[at : at + 20]]).new for at in range(0, 50, 10))
    )
    assert sorted(new) == sorted(ids)
