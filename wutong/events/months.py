"""The months of the hot store: which ids lie in one, how its partition is called, when it may go. Knows no Django."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

HOT_DAYS = 400
"""How long events stay in the hot store; the lake keeps them all."""
LANE = 0x77740001
"""The advisory lock under which partitions are made and dropped."""


def id_at(at: datetime) -> UUID:
    """The smallest UUIDv7-ordered value of an instant: a bound for ids, not an id.

    Source: RFC 9562, section 5.7 (48 bits of Unix milliseconds come first).
    """
    return UUID(int=int(at.timestamp() * 1000) << 80)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month (UTC)."""

    begins_at: datetime

    @classmethod
    def of(cls, at: datetime) -> "Month":
        return cls(at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0))

    @classmethod
    def of_partition(cls, name: str) -> "Month":
        return cls(datetime.strptime(name, "event_%Y_%m").replace(tzinfo=UTC))

    @property
    def next(self) -> "Month":
        return Month.of(self.begins_at + timedelta(days=32))

    @property
    def partition(self) -> str:
        return f"event_{self.begins_at:%Y_%m}"

    @property
    def first_id(self) -> UUID:
        return id_at(self.begins_at)

    def is_past(self, *, at: datetime) -> bool:
        """Whether the whole month lies further back than events stay hot."""
        return self.next.begins_at <= at - timedelta(days=HOT_DAYS)
