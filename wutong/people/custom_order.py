"""Lists in the order of one of a company's own fields: ``sort=cf.budget``, ``sort=-cf.budget``.

Whoever has nothing in the field stands at the end, either way. A short list is put in order as a whole; of a long one
the index of the field's values is walked, answer by answer where it is a choice, so that a page costs what it shows.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from django.core.signing import BadSignature, Signer
from django.db.models import DateTimeField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from msgspec import Struct

from wutong.people.custom_filters import SIGN
from wutong.people.models import AccountCustomValue, CustomField, PersonCustomValue
from wutong.platform.keyset import is_a_cursors
from wutong.platform.totals import LONG_BY_FAR, Total, keys_in_order

_K = CustomField.Kind
COLUMNS = {_K.NUMBER: "number", _K.MONEY: "number", _K.DATE: "day", _K.YES_NO: "is_yes", _K.ONE: "option"}
"""By which column of what stands a list is put in order. Texts have no order that a reader expects, nor have several
answers.
"""
MOST_ANSWERS = 50
"""A choice of more answers is none to put a list in order by: each is walked by itself."""
_READ = {"number": Decimal, "day": date, "is_yes": bool}
_WHOLE = -1
"""Instead of a walk, where the list was put in order as a whole."""
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Order:
    """By which field, and whether the largest come first."""

    field: CustomField
    is_down: bool

    @property
    def name(self) -> str:
        """As the address says it."""
        return f"{'-' if self.is_down else ''}{SIGN}{self.field.code}"


@dataclass(frozen=True)
class Page:
    """Whose rows a page shows, by key, the cursor of the following one, and how many there are."""

    keys: list[int]
    next: str | None
    total: Total


class _Place(Struct, frozen=True, array_like=True):
    """Where a row stands: in which walk, by which value."""

    sort: str
    walk: int
    value: Any
    pk: int


@dataclass(frozen=True)
class _Walk:
    """A part of the list that an index holds in this order: by ``by`` if there is any, then by key."""

    rows: QuerySet[Any]
    by: str = ""
    is_down: bool = False
    kind: Any = None

    def places(self, after: _Place | None, most: int) -> Iterator[tuple[Any, int]]:
        rows, mark, beyond = self.rows, "-" if self.is_down else "", "lt" if self.is_down else "gt"
        if not self.by:
            rows = rows.filter(**{f"pk__{beyond}": after.pk}) if after is not None else rows
            yield from rows.order_by(f"{mark}pk").annotate(nothing=Value(0)).values_list("nothing", "pk")[:most]
            return
        if after is not None:
            # The first condition alone is one that an index begins at.
            rows = rows.filter(**{f"{self.by}__{beyond}e": after.value})
            rows = rows.filter(Q(**{f"{self.by}__{beyond}": after.value}) | Q(**{f"pk__{beyond}": after.pk}))
        yield from rows.order_by(f"{mark}{self.by}", f"{mark}pk").values_list(self.by, "pk")[:most]


def is_sortable(field: CustomField) -> bool:
    """Whether a list may be put in order by ``field``, whose answers are at hand."""
    return field.kind in COLUMNS and (field.kind != _K.ONE or len(field.options.all()) <= MOST_ANSWERS)


def order_in(sort: str, fields: Iterable[CustomField]) -> Order | None:
    """The order that an address names, if it is by one of ``fields`` that a list can be put in order by."""
    code = sort.removeprefix("-").removeprefix(SIGN)
    field = next((one for one in fields if one.code == code and is_sortable(one)), None)
    order = Order(field=field, is_down=sort.startswith("-")) if field is not None else None
    return order if order is not None and order.name == sort else None


def page_of(found: QuerySet[M], order: Order, *, after: str, size: int, otherwise: str, far: int = LONG_BY_FAR) -> Page:
    """A page of ``found``, people or companies, in ``order``.

    Args:
        otherwise: the column that those are listed by who have nothing in the field, as ``order_by`` takes it.
        far: see :func:`wutong.platform.totals.keys_in_order`.
    """
    last = _read(after, order, walks := _walks(found, order, otherwise))
    listed = _keys(found, order, otherwise, far=far)
    keys, total = (None, listed) if isinstance(listed, Total) else (listed, Total(len(listed)))
    if keys is not None and (last is None or last.pk in keys):
        start = keys.index(last.pk) + 1 if last is not None else 0
        shown = [_Place(order.name, _WHOLE, None, pk) for pk in keys[start : start + size + 1]]
    else:  # a long list; or who ended the page before is not in it any more
        if keys is not None:
            walks = _walks(found.model._default_manager.filter(pk__among=keys), order, otherwise)
        if last is not None and last.walk == _WHOLE:
            last = _where_now(found.model, order, otherwise, last.pk)
        shown = _walked(walks, order, after=last, most=size + 1)
    following = _written(shown[size - 1]) if len(shown) > size else None
    return Page([place.pk for place in shown[:size]], following, total)


def _keys(found: QuerySet[M], order: Order, otherwise: str, *, far: int) -> list[int] | Total:
    column = COLUMNS[_K(order.field.kind)]
    place = "option__position" if column == "option" else column
    own = Subquery(_standing(found, order.field).values(place)[:1])
    return keys_in_order(found.annotate(own=own), "own", is_down=order.is_down, rest=otherwise, far=far)


def _walks(rows: QuerySet[M], order: Order, otherwise: str) -> list[_Walk]:
    """Those with something in the field, then the rest."""
    field, column = order.field, COLUMNS[_K(order.field.kind)]
    if column == "option":
        options = sorted(field.options.all(), key=lambda one: (one.position, one.pk), reverse=order.is_down)
        walks = [
            _Walk(rows.filter(custom_values__field=field.pk, custom_values__option=one.pk), is_down=order.is_down)
            for one in options
        ]
    else:
        known = rows.filter(**{"custom_values__field": field.pk, f"custom_values__{column}__isnull": False})
        walks = [_Walk(known.annotate(own=F(f"custom_values__{column}")), "own", order.is_down, _READ[column])]
    is_moment = isinstance(rows.model._meta.get_field(otherwise.removeprefix("-")), DateTimeField)
    kind = datetime if is_moment else str
    rest = rows.filter(~Exists(_standing(rows, field)))
    return [*walks, _Walk(rest, otherwise.removeprefix("-"), otherwise.startswith("-"), kind)]


def _walked(walks: Sequence[_Walk], order: Order, *, after: _Place | None, most: int) -> list[_Place]:
    shown: list[_Place] = []
    begin = after.walk if after is not None else 0
    for n, walk in enumerate(walks[begin:], begin):
        behind = after if after is not None and n == after.walk else None
        shown += [_Place(order.name, n, value, pk) for value, pk in walk.places(behind, most - len(shown))]
        if len(shown) == most:
            break
    return shown


def _where_now(model: type[Model], order: Order, otherwise: str, pk: int) -> _Place | None:
    """Where somebody stands whom no list need hold any more; None of who is not there at all."""
    alone = model._default_manager.filter(pk=pk)
    return next(iter(_walked(_walks(alone, order, otherwise), order, after=None, most=1)), None)


def _standing(rows: QuerySet[Any], field: CustomField) -> QuerySet[Any]:
    values: Any = PersonCustomValue if rows.model._meta.model_name == "person" else AccountCustomValue
    found: QuerySet[Any] = values.objects.filter(**{"field": field.pk, values.OWNER: OuterRef("pk")})
    return found


def _written(place: _Place) -> str:
    """Signed: whoever could name anybody would learn where they stand, also of whom is out of sight."""
    return _signer().sign(base64.urlsafe_b64encode(msgspec.json.encode(place)).decode())


def _signer() -> Signer:
    return Signer(salt="wutong.people.custom_order")


def _read(cursor: str, order: Order, walks: Sequence[_Walk]) -> _Place | None:
    """The place that a cursor names; None of one that was cut, made up, or is of another order."""
    if not cursor:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(_signer().unsign(cursor)), type=_Place)
        if place.sort != order.name or not 0 < place.pk < 2**63 or not _WHOLE <= place.walk < len(walks):
            return None
        kind = walks[place.walk].kind if place.walk != _WHOLE else None
        value = msgspec.convert(place.value, kind, strict=False) if kind else None
    except (BadSignature, binascii.Error, msgspec.DecodeError, ValueError):
        return None
    if isinstance(value, Decimal) and not is_a_cursors(value):
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return None
    return msgspec.structs.replace(place, value=value.replace("\x00", "") if isinstance(value, str) else value)
