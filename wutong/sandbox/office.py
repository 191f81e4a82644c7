"""When the scripted colleagues work: at a set rate, in a thread of their own, until the demo is deleted."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from django.db import Error, close_old_connections

from wutong.platform.structured import structlog
from wutong.sandbox.colleagues import do_something, is_there_a_demo

ACTS_PER_MINUTE = 3

log = structlog.get_logger()


@dataclass(kw_only=True)
class Office:
    """The scripted colleagues, whether they work, and what they have done."""

    acts_per_minute: float = ACTS_PER_MINUTE
    is_paused: bool = False
    is_closed: bool = False
    """Whether there is no demo any more."""
    done: Counter[str] = field(default_factory=Counter)
    _rng: Random = field(default_factory=lambda: Random(time.time_ns()))

    async def run(self, *, at_the_end: Callable[[], object]) -> None:
        """Let somebody do something at each beat; call ``at_the_end`` when the demo was deleted."""
        # Django's connection belongs to a thread, so all of it happens in one.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="office") as desk:
            while not self.is_closed:
                await asyncio.sleep(60 / self.acts_per_minute)
                await asyncio.get_running_loop().run_in_executor(desk, self.beat)
        at_the_end()

    def beat(self) -> None:
        """One thing, unless they rest."""
        close_old_connections()
        try:
            if not is_there_a_demo():
                self.is_closed = True
            elif not self.is_paused:
                done = do_something(self._rng, at=datetime.now(UTC))
                self.done[done or ""] += 1
        except Error as error:  # the database is being restarted, or the demo is being reset
            log.warning("sandbox_colleagues_wait", error=type(error).__name__)
        finally:
            close_old_connections()
