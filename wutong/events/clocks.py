"""When something happened, and under which id, given that senders' clocks are wrong and their ids odd.

A sender's clock is corrected by what it says the time is when it sends. What then still lies outside
``[receipt - 7 days, receipt + 5 minutes]`` happened, but not then: it counts as having happened at receipt. More than
thirty days off is no clock any more, and the hit is dropped.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

OLDEST = timedelta(days=7)
NEWEST = timedelta(minutes=5)
MARGIN = timedelta(days=7)
"""Ids that lie less than this outside the window are taken and noted in the ledger: another try of theirs may come, or
have come, inside it. Partitions reach two months ahead and, with this, a fortnight back."""
ABSURD = timedelta(days=30)
TOLERATED = timedelta(seconds=5)

_NO_OFFSET = timedelta()


class AbsurdTime(Exception):
    """A time more than thirty days from receipt."""


class Receipt:
    """The instant a request arrived, with how far its sender's clock is off."""

    __slots__ = ("_id_from", "_id_to", "_latest", "_near_from", "_near_to", "_offset", "_oldest", "at")

    def __init__(self, at: datetime, *, sent_at: datetime | None) -> None:
        self.at = at
        offset = at - sent_at if sent_at is not None else _NO_OFFSET
        self._offset = offset if abs(offset) > TOLERATED else _NO_OFFSET
        self._oldest = at - OLDEST
        self._latest = at + NEWEST
        self._id_from = _milliseconds(self._oldest)
        self._id_to = _milliseconds(self._latest)
        self._near_from = _milliseconds(self._oldest - MARGIN)
        self._near_to = _milliseconds(self._latest + MARGIN)

    def occurred(self, told: datetime | None) -> tuple[datetime, bool]:
        """The corrected time, and whether it is that of receipt because the told one cannot be.

        Raises:
            AbsurdTime: it is more than thirty days off.
        """
        if told is None:
            return self.at, False
        try:
            occurred = told + self._offset if self._offset else told
        except OverflowError as error:
            raise AbsurdTime from error
        if self._oldest <= occurred <= self._latest:
            return occurred, False
        if abs(occurred - self.at) > ABSURD:
            raise AbsurdTime
        return self.at, True

    def event_id(self, told: str) -> tuple[UUID, str | None]:
        """The event's id, and what the ledger is asked for.

        A UUIDv7 of these days is taken as it is, without the ledger. The sender's own id goes to it as the second
        value when it is a UUIDv7 from somewhat before or after, which is the event's id unless the ledger has given
        another, and when it is anything else, which gets a fresh one.
        """
        own = _uuid7(told)
        if own is not None:
            milliseconds = own.int >> 80
            if self._id_from <= milliseconds <= self._id_to:
                return own, None
            if self._near_from <= milliseconds <= self._near_to:
                return own, told
        return uuid7(), told


def now() -> datetime:
    return datetime.now(UTC)


def _uuid7(told: str) -> UUID | None:
    if len(told) != 36 or told[14] != "7":
        return None
    try:
        own = msgspec.convert(told, UUID)
    except msgspec.ValidationError:
        return None
    return own if own.int >> 62 & 3 == 2 else None


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
