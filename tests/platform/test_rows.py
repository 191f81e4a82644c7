"""Many rows as one parameter."""

import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from wutong.platform.models import DropCount
from wutong.platform.rows import (
    ask,
    execute,
    execute_with_rows,
    id_array,
    insert_objects,
    unawaited,
    update_objects,
    write,
)

pytestmark = pytest.mark.django_db


def count(reason: str, *, n: int = 1) -> DropCount:
    return DropCount(on=date(2026, 3, 2), door="web", reason=reason, n=n)


def test_objects_get_their_numbers_in_their_order() -> None:
    given = [count(reason, n=n) for n, reason in enumerate(["第一", 'sec"ond', "th\\ird"])]

    insert_objects(given)

    stored = {one.pk: (one.reason, one.n, one.on) for one in DropCount.objects.all()}
    assert stored == {one.pk: (one.reason, one.n, one.on) for one in given}


def test_what_stands_already_is_left_alone_where_conflicts_are_ignored() -> None:
    insert_objects([count("a", n=1)])

    insert_objects([count("a", n=2), count("b", n=2)], ignore_conflicts=True)

    assert dict(DropCount.objects.values_list("reason", "n")) == {"a": 1, "b": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_objects([count("a")])


def test_objects_are_saved_in_the_named_fields_only() -> None:
    insert_objects([count("a", n=1), count("b", n=1), count("c", n=1)])
    first, second = DropCount.objects.filter(reason__in="ab").order_by("reason")
    first.n, second.n, first.door = 7, 8, "elsewhere"

    update_objects([first, second], ["n"])

    stored = DropCount.objects.order_by("reason").values_list("reason", "n", "door")
    assert list(stored) == [("a", 7, "web"), ("b", 8, "web"), ("c", 1, "web")]


def test_ids_are_an_array_of_the_server() -> None:
    uuids = [uuid.uuid4(), uuid.uuid4()]

    ((found, numbers, none),) = execute_with_rows(
        "SELECT %(u)s::uuid[], %(n)s::bigint[], %(e)s::bigint[] FROM json_array_elements(%(rows)s::json)",
        [1],
        u=id_array(uuids),
        n=id_array({7}),
        e=id_array([]),
    )

    assert (found, numbers, none) == (uuids, [7], [])


_ADD = "INSERT INTO platform_dropcount (\"on\", door, reason, n) VALUES ('2026-03-02', 'web', %(reason)s, %(n)s)"


def test_who_reads_sees_what_was_written_without_waiting() -> None:
    with unawaited():
        write(_ADD, reason="a", n=1)
        changed = execute("UPDATE platform_dropcount SET n = 5 WHERE reason = 'a' RETURNING n")
        execute("UPDATE platform_dropcount SET n = n + 1 WHERE reason = 'a'")
        write(_ADD, reason="b", n=2)
        listed = dict(DropCount.objects.values_list("reason", "n"))

    assert (changed, listed) == ([(5,)], {"a": 6, "b": 2})


@pytest.mark.parametrize("reads", [True, False], ids=["at the next reading", "at the end"])
def test_what_could_not_be_written_is_told(reads: bool) -> None:
    def act() -> None:
        with transaction.atomic(), unawaited():
            write(_ADD, reason=None, n=1)
            write(_ADD, reason="b", n=2)
            if reads:
                pytest.fail(f"{DropCount.objects.first()} was read after all.")

    with pytest.raises(IntegrityError):
        act()

    assert not DropCount.objects.exists()


def test_what_is_asked_ahead_is_answered_as_it_stood_then() -> None:
    insert_objects([count("a", n=1)])
    asked = "SELECT n FROM platform_dropcount WHERE reason = %(reason)s"
    assert ask(asked, reason="a")() == [(1,)]
    with unawaited():
        write("UPDATE platform_dropcount SET n = 2")
        answer = ask(asked, reason="a")
        write("UPDATE platform_dropcount SET n = 3")
        assert answer() == [(2,)]
    assert execute(asked, reason="a") == [(3,)]


def test_what_failed_before_a_question_is_told_at_its_answer() -> None:
    insert_objects([count("a")])

    def ask_behind_a_failure() -> None:
        with unawaited():
            write("INSERT INTO platform_dropcount SELECT * FROM platform_dropcount")
            ask("SELECT 1")()

    with pytest.raises(IntegrityError), transaction.atomic():
        ask_behind_a_failure()
