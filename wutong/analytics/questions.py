"""What pages may ask the analyst, and what it answers: JSON, one line each way, over a socket of this machine."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from wutong.config import config

Method = Literal["cohort", "period"]
Failure = Literal["busy", "too_long", "nothing_yet", "failed"]
ANSWER_SECONDS = 20
"""How long the analyst works at one question."""


class FunnelQuestion(Struct, frozen=True, kw_only=True, tag="funnel"):
    """How many people reached each step, by channel. ``own_people`` do not count, unless ``with_own``."""

    method: Method
    since: datetime
    until: datetime
    as_of: datetime
    with_own: bool = False
    own_people: list[int] = []


class PeopleQuestion(Struct, frozen=True, kw_only=True, tag="people"):
    """Who the people of one figure of a funnel are. ``channel`` None: of all channels."""

    funnel: FunnelQuestion
    step: int
    channel: str | None = None
    at_most: int = 10_000


class Exported(Struct, frozen=True, kw_only=True):
    """How far the lake reaches: all transactions below ``xid``."""

    xid: int
    at: datetime | None


class FunnelRow(Struct, frozen=True, kw_only=True):
    """``n`` people reached ``step`` (1 is the first); half of them within ``median_us`` of the step before."""

    channel: str
    is_total: bool
    step: int
    n: int
    median_us: float | None


class FunnelAnswer(Struct, frozen=True, kw_only=True, tag="funnel"):
    """The rows of a funnel in no order; a step that nobody reached has none."""

    rows: list[FunnelRow]
    exported: Exported


class PersonRow(Struct, frozen=True, kw_only=True):
    """A person and when they reached the step."""

    person_id: int
    channel: str
    at: datetime


class PeopleAnswer(Struct, frozen=True, kw_only=True, tag="people"):
    """The latest ``people``, at most as many as were asked for, of ``total``."""

    people: list[PersonRow]
    total: int
    exported: Exported


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Why there is no answer."""

    why: Failure


Question = FunnelQuestion | PeopleQuestion
Answer = FunnelAnswer | PeopleAnswer | Failed


def socket_path() -> str:
    return str(config().run_dir / "analyst.sock")
