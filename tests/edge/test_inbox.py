"""The collector's end of the inbox: what shares a commit, and what happens when something of ours breaks."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from uuid_utils.compat import uuid7

from tests.edge.conftest import Database
from wutong.edge.inbox import ENOUGH, Inbox
from wutong.events.arrivals import Hit

pytestmark = pytest.mark.django_db


async def test_a_writer_that_dies_is_noticed(database: Database) -> None:
    broken = asyncio.Event()
    inbox = Inbox(events_max=1000, when_broken=broken.set)
    inbox.start()
    cannot_be_packed = cast(Any, object())

    waiting = asyncio.create_task(inbox.append([cannot_be_packed]))
    async with asyncio.timeout(10):
        await broken.wait()

    assert not waiting.done()  # no promise was made
    waiting.cancel()
    await inbox.stop()


async def test_what_trickles_in_shares_a_commit_and_who_comes_alone_does_not_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wutong.edge.inbox.PACE_S", 3_600)
    inbox = Inbox(events_max=1000)
    inbox.start()
    async with asyncio.timeout(10):
        await inbox.append([_hit()])
        waiting = []
        for _ in range(ENOUGH):
            waiting.append(asyncio.create_task(inbox.append([_hit()])))
            await asyncio.sleep(0)  # the writer could begin
        await asyncio.gather(*waiting)
        last = asyncio.create_task(inbox.append([_hit()]))
        await asyncio.sleep(0)
        await inbox.stop()  # waits for nothing any more
        await last

    assert [n for (n,) in database.run("SELECT count FROM platform_inboxblock ORDER BY id")] == [1, ENOUGH, 1]


def _hit() -> Hit:
    now = datetime.now(UTC)
    return Hit(id=uuid7(), site_id=1, source="web", occurred_at=now, received_at=now, name="page_viewed")
