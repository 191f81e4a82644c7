"""Which columns a list shows: those its address names, else the usual ones; of the company's own fields as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import Truncator

from wutong.lifecycle.field_cards import words_of
from wutong.people.custom_filters import SIGN
from wutong.people.custom_order import is_sortable
from wutong.people.custom_values import values_of_accounts, values_of_people
from wutong.people.models import Account, AccountFact, CustomField, FieldValue, Person
from wutong.platform.cells import Text
from wutong.platform.saved_views import OPENED

COLUMN = "col"
_CURSORS = ("after", "before")
_LONGEST = 60
"""So many characters a cell shows of a field of the company's own."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A column that there is."""

    code: str
    label: str | Promise
    is_shown: bool


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above a column of one of the company's own fields."""

    label: str
    sort: str
    """As the address says the order by it; empty where a list has no order by it."""
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a list."""

    shown: frozenset[str]
    own: list[CustomField]
    """The company's own fields among them, in order."""
    choices: list[Choice]
    kept: list[tuple[str, str]]
    """What else the address says: the form that chooses columns sends it along."""
    with_filter: list[tuple[str, str]]
    """What of the address a form of conditions sends along."""

    @property
    def heads(self) -> list[Head]:
        """Of the own ones, in order."""
        return [
            Head(label=field.name, sort=SIGN + field.code if is_sortable(field) else "", is_number=field.is_counted)
            for field in self.own
        ]

    def own_cells(self, texts: Sequence[str]) -> list[Text]:
        """What a row says in its own columns, cut so that it does not push the others aside."""
        return [
            Text(Truncator(text).chars(_LONGEST), col=2, is_number=field.is_counted)
            for field, text in zip(self.own, texts, strict=True)
        ]


def columns_in(given: QueryDict, usual: Mapping[str, str | Promise], fields: Sequence[CustomField]) -> Columns:
    """The columns that an address names, of ``usual`` and of ``fields``; all the usual ones where it names none."""
    named = set(given.getlist(COLUMN))
    own = [field for field in fields if SIGN + field.code in named]
    chosen = frozenset(named & usual.keys())
    shown = chosen if chosen or own else frozenset(usual)
    pairs = [(name, value) for name, values in given.lists() for value in values if name not in _CURSORS]
    return Columns(
        shown=shown,
        own=own,
        choices=[Choice(code=code, label=label, is_shown=code in shown) for code, label in usual.items()]
        + [Choice(code=SIGN + field.code, label=field.name, is_shown=field in own) for field in fields],
        kept=[(name, value) for name, value in pairs if name != COLUMN],
        with_filter=[(name, value) for name, value in pairs if name in (COLUMN, "sort", OPENED)],
    )


def own_cells_of_people(people: Sequence[Person], fields: Sequence[CustomField]) -> None:
    """Give each of ``people`` its ``own_cells``, in the order of ``fields``; one query for any number of them."""
    _put(people, fields, values_of_people([one.pk for one in people], fields))


def own_cells_of_accounts(accounts: Sequence[Account], fields: Sequence[CustomField]) -> None:
    """The same of companies."""
    _put(accounts, fields, values_of_accounts([one.pk for one in accounts], fields))


def _put(
    rows: Sequence[Person | Account],
    fields: Sequence[CustomField],
    said: Mapping[int, Mapping[str, FieldValue | AccountFact]],
) -> None:
    for one in rows:
        held = said[one.pk]
        one.own_cells = [words_of(field, held[field.code].value) if field.code in held else "" for field in fields]  # type: ignore[union-attr]  # for the template
