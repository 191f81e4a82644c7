"""What a list that can be written to a file consists of, and which of its columns a file has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext

from wutong.exchange.writing import Cell, Row
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import SIGN
from wutong.people.custom_values import in_words, values_of_accounts, values_of_people
from wutong.people.models import AccountFact, CustomField, FieldValue
from wutong.platform.models import Staff
from wutong.platform.permissions import may

Conditions = Mapping[str, str]
T = TypeVar("T")

NAME = "name"
"""The code of what a row is called by: it stands in every file."""


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column of a file, and what it says of a row. ``code`` is the page's word for it; several may go by one."""

    code: str
    heading: str | Promise
    cell: Callable[[T], Cell]
    is_masked: bool = False
    right: str = ""
    """Without it, where there is one, a file has no such column."""


def as_loaded(batch: Sequence[Any], _reader: Staff, _in_full: bool) -> Sequence[Any]:
    """Of lists whose objects tell all that their columns say."""
    return batch


@dataclass(frozen=True, kw_only=True)
class List:
    """A list that can be written to a file."""

    name: str | Promise
    right: str
    """What its page asks for."""
    columns: tuple[Column[Any], ...]
    found: Callable[[Staff, Conditions], QuerySet[Any]]
    loaded: Callable[[Sequence[int]], QuerySet[Any]]
    """Objects by their keys, with what :attr:`told` reads of them."""
    told: Callable[[Sequence[Any], Staff, bool], Sequence[Any]] = as_loaded
    """Of a batch of objects, the reader, and whether numbers are in full: what the columns of each say it from."""
    about: str = ""
    """Whose fields of the company's own follow the columns: those that the colleague may see."""
    narrowed_by: str = ""
    """Whose fields narrow it besides."""
    tags: Callable[[Sequence[Any]], list[str]] | None = None
    """Of a batch of objects the tags of each, where they carry any."""


@dataclass(frozen=True)
class Layout:
    """Which columns a file has."""

    one: List
    columns: list[Column[Any]]
    own: list[CustomField]
    has_tags: bool

    @property
    def has_masked(self) -> bool:
        return any(column.is_masked for column in self.columns)

    @property
    def codes(self) -> list[str]:
        """Its columns by the codes of the list's page."""
        usual = [column.code for column in self.columns]
        return [*dict.fromkeys(usual), *(SIGN + field.code for field in self.own)]

    def headings(self) -> list[str]:
        usual = [str(column.heading) for column in self.columns]
        tags = [str(pgettext("column", "Tags"))] if self.has_tags else []
        return [*usual, *(field.name for field in self.own), *tags]

    def rows(self, batch: Sequence[Any], reader: Staff, *, in_full: bool) -> list[Row]:
        """A batch of objects as rows of the file."""
        rows = [[column.cell(one) for column in self.columns] for one in self.one.told(batch, reader, in_full)]
        if self.own:
            rows = [row + more for row, more in zip(rows, _own_cells(self.one, batch, self.own), strict=True)]
        if self.has_tags and self.one.tags is not None:
            rows = [[*row, tags] for row, tags in zip(rows, self.one.tags(batch), strict=True)]
        return rows


def layout_of(one: List, *, reader: Staff, chosen: Sequence[str], has_tags: bool) -> Layout:
    """What a file of ``one`` shows ``reader``: the columns ``chosen`` on its page, or all where none is."""
    named = set(chosen)
    own = list(readable_by(reader, one.about)) if one.about else []
    known = {column.code for column in one.columns} | {SIGN + field.code for field in own}
    is_all = not named & known
    return Layout(
        one,
        [
            column
            for column in one.columns
            if (is_all or column.code in {NAME, *named}) and (not column.right or may(reader, column.right))
        ],
        [field for field in own if is_all or SIGN + field.code in named],
        has_tags and one.tags is not None,
    )


def _own_cells(one: List, batch: Sequence[Any], own: Sequence[CustomField]) -> list[Row]:
    """What is in the company's own fields of each, in the order of ``own``."""
    keys = [row.pk for row in batch]
    said: Mapping[int, Mapping[str, FieldValue | AccountFact]] = (
        values_of_people(keys, own) if one.about == CustomField.About.PERSON else values_of_accounts(keys, own)
    )
    return [
        [_own_cell(field, said[key][field.code].value) if field.code in said[key] else "" for field in own]
        for key in keys
    ]


def _own_cell(field: CustomField, value: str) -> Cell:
    return Decimal(value) if field.is_counted and value else in_words(field, value)
