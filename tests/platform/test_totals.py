"""Totals of lists: exact while that is cheap, an estimate beyond, and none the dearer for that."""

import time
from datetime import date
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wutong.platform.models import DropCount
from wutong.platform.totals import EXACT_UP_TO, LONG_BY_FAR, Total, is_long_by_far, keys_in_order, total_of, totals_of

pytestmark = pytest.mark.django_db


def drop(reason: str, *, n: int) -> None:
    DropCount.objects.bulk_create(
        DropCount(on=date(2026, 3, 2), door=str(number), reason=reason) for number in range(n)
    )


def test_a_short_list_is_counted_each_time() -> None:
    drop("few", n=2)
    rows = DropCount.objects.filter(reason="few")
    assert total_of(rows) == Total(2)

    DropCount.objects.filter(reason="few", door="0").delete()

    assert total_of(rows) == Total(1)


def test_a_long_list_is_estimated_and_not_counted_again_at_once() -> None:
    drop("many", n=EXACT_UP_TO + 1)
    rows = DropCount.objects.filter(reason="many")

    first = total_of(rows)

    assert first.is_estimate
    assert first.n >= EXACT_UP_TO
    with CaptureQueriesContext(connection) as asked:
        assert total_of(rows) == first
    assert len(asked) == 0


def test_what_was_long_is_estimated_afresh_without_being_counted() -> None:
    drop("long", n=EXACT_UP_TO + 1)
    rows = DropCount.objects.filter(reason="long")
    assert total_of(rows).is_estimate

    with mock.patch("time.time", return_value=time.time() + 120), CaptureQueriesContext(connection) as asked:
        assert total_of(rows).is_estimate

    assert ["EXPLAIN" in one["sql"] for one in asked] == [True]


def test_several_lists_are_counted_by_one_question() -> None:
    drop("few", n=2)
    drop("more", n=3)
    few, more = (DropCount.objects.filter(reason=reason) for reason in ("few", "more"))
    totals_of([few, more])  # asks the planner about each, which is remembered

    with CaptureQueriesContext(connection) as asked:
        assert totals_of([few, DropCount.objects.none(), more]) == [Total(2), Total(0), Total(3)]
    assert len(asked) == 1


def test_a_long_list_among_short_ones_is_estimated_alone() -> None:
    drop("few", n=2)
    drop("many", n=EXACT_UP_TO + 1)

    few, many = totals_of([DropCount.objects.filter(reason=reason) for reason in ("few", "many")])

    assert (few, many.is_estimate) == (Total(2), True)
    assert Total.sum([few, many]) == Total(many.n + 2, is_estimate=True)


def test_what_the_planner_expects_to_be_long_by_far_is_never_counted() -> None:
    drop("short", n=1)
    drop("far", n=LONG_BY_FAR + 1_000)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {DropCount._meta.db_table}")
    far, short = (DropCount.objects.filter(reason=reason) for reason in ("far", "short"))

    with CaptureQueriesContext(connection) as asked:
        assert total_of(far).n > LONG_BY_FAR
        assert keys_in_order(far, "door") == total_of(far)
        assert is_long_by_far(far)
    assert ["EXPLAIN" in one["sql"] for one in asked] == [True]
    assert (is_long_by_far(short), is_long_by_far(DropCount.objects.none())) == (False, False)


def test_the_keys_of_a_short_list_come_in_its_order_and_of_a_long_one_not_at_all() -> None:
    drop("short", n=3)
    drop("long", n=EXACT_UP_TO + 1)
    short, long = (DropCount.objects.filter(reason=reason) for reason in ("short", "long"))

    assert keys_in_order(short, "door", is_down=True) == [row.pk for row in short.order_by("-door")]
    assert keys_in_order(DropCount.objects.none(), "door") == []
    about = keys_in_order(long, "door")
    with CaptureQueriesContext(connection) as asked:
        assert keys_in_order(long, "door") == about == Total(about.n, is_estimate=True)
    assert len(asked) == 0


def test_a_list_that_must_be_empty_asks_nothing() -> None:
    assert total_of(DropCount.objects.none()) == Total(0)
