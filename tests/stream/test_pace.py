"""Arrivals that trickle in are let gather; what waits in masses is worked off at once."""

from datetime import UTC, datetime

import pytest

from tests.cast import LATELY, hit
from wutong.events.arrivals import pack
from wutong.platform.models import InboxBlock
from wutong.stream import processor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Where the processor sleeps, it notes for how long instead."""
    taken: list[float] = []
    monkeypatch.setattr(processor.time, "sleep", taken.append)
    return taken


def arrive_waiting(site, *, n: int) -> None:
    hits = [hit(site=site, visitor=f"c{number}") for number in range(n)]
    InboxBlock.objects.create(received_at=LATELY, count=n, body=pack(hits))


def test_a_small_batch_is_followed_by_a_pause(site, pauses: list[float]) -> None:
    arrive_waiting(site, n=2)

    assert processor.drain("test:0", pace_s=60) == 2

    (pause,) = pauses
    assert 0 < pause < 60


def test_a_large_batch_is_followed_at_once(site, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "SMALL", 2)
    arrive_waiting(site, n=2)

    assert processor.drain("test:0", pace_s=60) == 2
    assert pauses == []


def test_a_suspect_that_comes_alone_is_followed_at_once(site, pauses: list[float]) -> None:
    arrive_waiting(site, n=2)
    InboxBlock.objects.update(attempts=processor.SUSPECT_AFTER)

    assert processor.drain("test:0", pace_s=60) == 2
    assert pauses == []


def test_suspects_do_not_take_the_place_of_what_came_after_them(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "MAX_BLOCKS", 3)
    for _ in range(3):
        arrive_waiting(site, n=1)
    InboxBlock.objects.update(attempts=processor.SUSPECT_AFTER)
    for _ in range(3):
        arrive_waiting(site, n=1)

    assert [len(processor.claim("test:0", at=datetime.now(UTC))) for _ in range(4)] == [3, 1, 1, 1]
