"""Rows of tables and cards of boards as their views tell them: what stands in each place, not how it looks.

``{% table_rows rows %}``, ``{% lead_row row %}`` and ``{% board_card card %}`` draw them
(:mod:`wutong.web.tags.cells`). A template that drew fifty rows cell by cell took most of the time of its page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString

_NOBODY = UUID(int=0)
Label = str | Promise


class Head(NamedTuple):
    """What the row is, with the address that opens it."""

    text: str
    url: str
    note: str = ""
    is_cut: bool = False
    face: str | None = None
    """Whose initials stand before it."""
    mark: tuple[str, Label] | None = None
    """An icon behind the name, and what it says."""


class Text(NamedTuple):
    text: str
    col: int = 1
    """On how narrow a page it is still shown: see ``{% th %}``."""
    is_cut: bool = False
    is_number: bool = False
    """A number in words of its own, such as an amount of a field of the company's own."""


class Link(NamedTuple):
    text: Label
    url: str
    col: int = 1


class Colleague(NamedTuple):
    name: str
    col: int = 1


class Number(NamedTuple):
    value: int | None
    col: int = 1


class Money(NamedTuple):
    amount: Decimal | None
    currency: str
    col: int = 1
    is_short: bool = False


class Moment(NamedTuple):
    at: datetime | None
    col: int = 1


class Day(NamedTuple):
    on: date | None
    col: int = 1
    is_short: bool = False


class Stage(NamedTuple):
    code: str
    label: Label = ""
    """Only where it is not a lead's."""


class Score(NamedTuple):
    value: int | None


class Warnings(NamedTuple):
    """The first one in words, the others as a number."""

    labels: Sequence[Label]
    col: int = 1


Cell = Head | Text | Link | Colleague | Number | Money | Moment | Day | Stage | Score | Warnings


@dataclass(frozen=True, slots=True)
class Tick:
    """The box that chooses a row for the form of that id."""

    form: str
    value: UUID | str
    heard: str


@dataclass(frozen=True, slots=True)
class Row:
    cells: list[Cell]
    tick: Tick | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead in a list beside which it opens, from the address ``work_url``. Of its clock (when it runs out, since when
    it counts), its step and its latest touch it shows the first there is.
    """

    public_id: UUID
    shown_as: str
    """What the list says of it when it asks for news."""
    url: str
    work_url: str
    face: str
    name: str
    note: str
    lines: Sequence[str]
    clock: tuple[datetime, datetime] | None
    step_at: datetime | None
    touched_at: datetime | None
    told: str
    """Whom a late clock has alerted, in words."""
    code: str
    score: int
    score_means: str
    is_late: bool
    is_open: bool
    is_out_of_band: bool
    """Whether it rides on another answer."""
    tick: Tick | None


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a card can be moved: the address that moves it, the version it was drawn of, and the buttons."""

    url: str
    version: int
    buttons: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """One card, in the column of that code. ``share`` in per cent and ``step`` are of what is not closed."""

    public_id: UUID
    column: str
    name: str
    url: str
    company: str
    amount: Decimal | None
    currency: str
    due_on: date | None
    owner: str
    share: int | None = None
    step: str = ""
    closed_at: datetime | None = None
    warnings: Sequence[str] = ()
    ways: Ways | None = None


@cache
def addresses(url_name: str) -> "Addresses":
    """Of objects that are known by a public id."""
    return Addresses(url_name)


class Addresses:
    """The addresses of many objects: to resolve each by itself takes longer than to draw its row."""

    def __init__(self, url_name: str) -> None:
        self._before, self._after = reverse(url_name, args=[_NOBODY]).split(str(_NOBODY))

    def of(self, public_id: UUID) -> str:
        return f"{self._before}{public_id}{self._after}"
