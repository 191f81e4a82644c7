"""The collector's end of the inbox when something of ours breaks."""

import asyncio
from typing import Any, cast

import pytest

from tests.edge.conftest import Database
from wutong.edge.inbox import Inbox

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
