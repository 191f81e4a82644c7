"""What a timeline is made of, and what a reader may look for in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.utils.translation import pgettext_lazy

FILTERS = ("all", "theirs", "ours")
KINDS = {
    "reading": pgettext_lazy("timeline", "Reading"),
    "forms": pgettext_lazy("timeline", "Forms"),
    "contacts": pgettext_lazy("timeline", "Contacts"),
    "notes": pgettext_lazy("timeline", "Notes"),
    "stages": pgettext_lazy("timeline", "Stages and hand-overs"),
    "deals": pgettext_lazy("timeline", "Deals and contracts"),
}
"""What sorts of acts one can look for."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One line of the timeline."""

    at: datetime
    key: str
    icon: str
    title: str
    body: str = ""
    who: str = ""
    href: str = ""
    is_ours: bool = False
    is_anonymous: bool = False
    count: int = 1
    fold: str = ""
    """Neighbours with the same text here are shown as one line."""
    person_id: int = 0
    """Whose timeline it belongs to, for one merged from several."""


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the instant of its last act, and how many acts of that very instant were shown by then."""

    at: datetime
    shown: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor that ``str()`` wrote; None for anything else."""
        at_text, _mark, shown = text.replace(" ", "+").partition("~")
        try:
            at = datetime.fromisoformat(at_text)
        except ValueError:
            return None
        if at.tzinfo is None or not (shown.isascii() and shown.isdecimal() and len(shown) < 6):
            return None
        return cls(at, int(shown))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.shown}"


@dataclass(frozen=True, kw_only=True)
class Only:
    """What a reader looks for: acts of one channel, one kind (of :data:`KINDS`), one colleague. Empty: of all."""

    channel: str = ""
    kind: str = ""
    by: UUID | None = None

    def takes(self, *kinds: str) -> bool:
        return self.kind in (*kinds, "") or self.kind not in KINDS


EVERYTHING = Only()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A page of acts: up to ``most`` of each source, none later than ``until``, as far as somebody looks for them."""

    until: datetime | None
    most: int
    which: str
    only: Only


class LeadInSight(NamedTuple):
    """What is needed of a lead in the reader's sight."""

    person_id: int
    stage: str
