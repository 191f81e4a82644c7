"""Those who link at the same moment: who waits for whom, and who need not."""

import threading
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tests.cast import NINE, at_once, cookie, email, identifier, person_of, phone, seen
from tests.people.identities import HER_MAIL, HERS, HIS, MINUTE, OFFICE, assert_sound, feed, groups, tell
from wutong.people import lane, projection
from wutong.people.erasing import erase_identity, whom
from wutong.people.graph import resolve
from wutong.people.identity import Observed, Recognised, observe_many
from wutong.people.models import Observation
from wutong.people.rebuild import rebuild

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_without_the_lane_writers_lose_what_others_write(company, monkeypatch) -> None:
    """What the lane is for: four who read at once and then write undo each other's people."""
    addresses = [email(f"p{n}@example.com") for n in range(4 + 1)]
    feed([seen(address) for address in addresses])
    has_read = threading.Barrier(4)

    def meet_and_apply(*given: Any, **options: Any) -> Any:
        has_read.wait(20)
        return resolve(*given, **options)

    with monkeypatch.context() as without:
        without.setattr(lane, "take", lambda: None)
        without.setattr(projection, "resolve", meet_and_apply)
        at_once(*(partial(tell, seen(*pair)) for pair in pairwise(addresses)))
    assert len(groups()) > 1

    rebuild(at=NINE)
    assert len(groups()) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_waited_for_the_lane_sees_what_the_other_did(company) -> None:
    """A batch that had read its identifiers before it got the lane must not go by what it read."""
    for turn in range(10):
        browser, one, other = cookie(f"b{turn}"), phone(f"+86139222200{turn:02}"), phone(f"+86139333300{turn:02}")
        third = phone(f"+86139444400{turn:02}")
        feed([seen(browser, one)])
        at_once(lambda b=browser, o=other: tell(seen(b, o)), lambda b=browser, t=third: tell(seen(b, t)))
    assert_sound()


def test_whoever_is_erased_while_we_wait_for_the_lane_comes_anew(company, monkeypatch) -> None:
    feed([seen(HERS, HER_MAIL)])
    before, share, view = person_of(HERS), lane.share, seen(HERS, at=NINE + MINUTE)

    def share_after_the_erasure() -> None:
        share()
        erase_identity(whom(before), survivor_id=before.pk, since=NINE, at=NINE)

    monkeypatch.setattr(lane, "share", share_after_the_erasure)
    told = tell(view).whose[view.id]
    assert told.subject_id == identifier(HERS).pk
    assert told.person_id == person_of(HERS).pk != before.pk
    assert_sound()


@pytest.mark.django_db(transaction=True)
def test_an_act_is_not_booked_to_somebody_who_is_just_being_merged(company) -> None:
    feed([seen(HERS)])
    feed([seen(HIS, at=NINE + MINUTE)])
    survivor, merged, view = person_of(HERS), threading.Event(), seen(HIS, at=NINE + 2 * MINUTE)

    def merge() -> None:
        with transaction.atomic():
            observe_many([seen(HERS, HIS)], at=NINE)
            merged.set()
            wait_until_somebody_waits()

    def look() -> int:
        merged.wait(20)
        return tell(view).whose[view.id].person_id

    assert at_once(merge, look)[1] == survivor.pk


def wait_until_somebody_waits() -> None:
    """For a lock of this session."""
    with connection.cursor() as cursor:
        for _turn in range(500):
            cursor.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
            )
            if cursor.fetchone() is not None:
                return
            threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_what_was_seen_before_needs_nobody_to_wait(company) -> None:
    feed([seen(HERS, HER_MAIL, OFFICE)])
    with transaction.atomic():
        lane.share()  # as a batch that relies on who is who
        again, other = seen(HER_MAIL, HERS, at=NINE + MINUTE), seen(HERS, HIS, at=NINE + MINUTE)

        (told,) = at_once(lambda: tell_at_once(again))
        (waits,) = at_once(lambda: tell_at_once(other))  # after it: whoever waits is waited for

    assert told.whose[again.id].person_id == person_of(HERS).pk
    assert Observation.objects.count() == 2
    assert waits is None


def tell_at_once(*observations: Observed) -> Recognised | None:
    """As :func:`tell`; None if it would have to wait."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            return observe_many(observations, at=NINE)
    except OperationalError:
        return None
