"""Paging by keyset: page ten thousand costs what page one does, and new rows shift nothing.

A cursor names the last row shown by its value and key. One that was cut or made up is treated as none.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

PAGE = 50
_LARGEST_KEY = 2**63 - 1
_LARGEST, _FINEST, _COARSEST = Decimal(10) ** 15, -20, 15
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """The rows of one page and the cursor of the following one, None at the end."""

    rows: list[M]
    next: str | None


def slice_of(
    rows: QuerySet[M],
    *,
    by: str,
    column: str = "",
    after: str,
    is_down: bool = False,
    size: int = PAGE,
    keys: Sequence[int] | None = None,
    look_up: Callable[[list[int]], list[M]] | None = None,
) -> Slice[M]:
    """One page of ``rows`` in the order of ``by``, then of their keys.

    Args:
        by: a column or annotation that is never NULL.
        column: the model's column that an annotation is made of; its kind of value is what a cursor holds.
        keys: those of all rows there are, in this order, where they are known: only those of the page are looked up.
        look_up: the rows of some keys, in any order, where that can be asked in a better way than of ``rows``.
    """
    mark = "-" if is_down else ""
    rows = rows.order_by(f"{mark}{by}", f"{mark}pk")
    key = _read(after, by, rows.model._meta.get_field(column or by))
    if keys is not None and (key is None or key[1] in keys):
        start = keys.index(key[1]) + 1 if key is not None else 0
        shown = list(keys[start : start + size + 1])
        if look_up is not None:
            found = {row.pk: row for row in look_up(shown)} if shown else {}
            return cut([found[pk] for pk in shown if pk in found], by=by, size=size)
        rows, key = rows.filter(pk__in=shown), None
    elif keys is not None:  # who ended the page before is not in the list any more
        rows = rows.filter(pk__among=keys)
    if key is not None:
        value, pk = key
        beyond = "lt" if is_down else "gt"
        # The first condition alone is one that an index begins at; the second leaves out the row's equals before it.
        rows = rows.filter(**{f"{by}__{beyond}e": value})
        rows = rows.filter(Q(**{f"{by}__{beyond}": value}) | Q(**{f"pk__{beyond}": pk}))
    return cut(list(rows[: size + 1]), by=by, size=size)


def cut(page: list[M], *, by: str, size: int = PAGE) -> Slice[M]:
    """The page that ``page`` is, with the row behind it where there is one; in the order of ``by``."""
    return Slice(page[:size], _cursor(page[size - 1], by) if len(page) > size else None)


def _cursor(row: Model, by: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((by, str(getattr(row, by)), row.pk))).decode()


def _read(cursor: str, by: str, field: Any) -> tuple[Any, int] | None:
    if not cursor:
        return None
    try:
        name, text, pk = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[str, str, int])
        value = field.to_python(text.replace("\x00", ""))
    except (binascii.Error, msgspec.DecodeError, ValidationError, ValueError):
        return None
    if name != by or not 0 < pk <= _LARGEST_KEY:
        return None
    if isinstance(value, Decimal) and not is_a_cursors(value):
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return None
    return value, pk


def is_a_cursors(value: Decimal) -> bool:
    """Whether a number may stand in a cursor. Others no column holds, and PostgreSQL compares with none of them."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and _FINEST <= exponent <= _COARSEST and abs(value) < _LARGEST
