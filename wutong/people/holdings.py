"""What is held about people: the one list that the copy for a person and the erasure of a person go by.

Every table with rows about people stands here, with what becomes of its rows when somebody is erased. A table that
refers to people and does not stand here fails a test, so that nothing is forgotten when a capability is added.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise

AT_ONCE = 2_000
"""So many rows go in one transaction."""
Word = str | Promise


class Fate(Enum):
    """What becomes of rows about somebody who is erased."""

    ERASED = "erased"
    BLANKED = "blanked"
    """They stay for what the company itself did, emptied, and lead to nobody."""
    NAMELESS = "nameless"
    """They stay, and lead to a person without a name or any identifier of theirs: a contract has its contact."""
    WITH_IDENTITY = "with_identity"
    """They go in the last step, together with who is who."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Rows of one model about people."""

    model: type[models.Model]
    title: Word
    people: tuple[str, ...]
    """Lookups from a row to the ids of its people."""
    subjects: tuple[str, ...] = ()
    """Lookups from a row to the ids of their identifiers."""
    only: Q = field(default_factory=Q)
    fate: Fate = Fate.ERASED
    blank: Mapping[str, Any] = field(default_factory=dict)
    is_copied: bool = True
    """Whether its rows are in the copy that the person gets."""
    hidden: frozenset[str] = frozenset()
    """Fields that are none of the person's: keys of ours, texts of others."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def rows(self, whom: "Whom") -> models.QuerySet[Any]:
        about = Q(pk__in=[])
        for lookup in self.people:
            about |= Q(**{f"{lookup}__in": whom.people})
        for lookup in self.subjects:
            about |= Q(**{f"{lookup}__in": whom.subjects})
        return self.model._base_manager.filter(self.only & about)


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Somebody, by everything that points at them."""

    people: list[int]
    """The person and all who were merged into them."""
    subjects: list[int]
    values: list[str] = field(default_factory=list)
    """What the identifiers say."""
    marks: list[str] = field(default_factory=list)
    """Public ids under which notices and audit entries speak of them."""


Sweep = Callable[[Whom], int]

_holdings: list[Holding] = []
_sweeps: dict[str, Sweep] = {}
_marks: list[Callable[[Whom], Collection[UUID]]] = []
_free: dict[str, str] = {}


def hold(
    model: type[models.Model],
    title: Word,
    *,
    people: str | Sequence[str] = "person",
    subjects: str | Sequence[str] = (),
    only: Q | None = None,
    fate: Fate = Fate.ERASED,
    blank: Mapping[str, Any] | None = None,
    is_copied: bool = True,
    hidden: Collection[str] = (),
) -> None:
    """Register rows of ``model`` as held about people; see :class:`Holding`."""
    _holdings.append(
        Holding(
            model=model,
            title=title,
            people=(people,) if isinstance(people, str) else tuple(people),
            subjects=(subjects,) if isinstance(subjects, str) else tuple(subjects),
            only=only or Q(),
            fate=fate,
            blank=blank or {},
            is_copied=is_copied,
            hidden=frozenset(hidden),
        )
    )


def free_of_people(model: type[models.Model], *, because: str) -> None:
    """State that a model refers to people and yet holds nothing that is theirs, and why."""
    _free[model._meta.db_table] = because


def sweep(name: str, sweeper: Sweep) -> None:
    """Let ``sweeper`` erase what is held of somebody outside of such tables; it returns how much it found.

    It may be called again for the same person.
    """
    _sweeps[name] = sweeper


def mark(marker: Callable[[Whom], Collection[UUID]]) -> None:
    """Let ``marker`` tell public ids under which notices and audit entries speak of somebody."""
    _marks.append(marker)


def holdings() -> list[Holding]:
    """All of them, rows that refer to others before those they refer to."""
    waiting = list(_holdings)
    ordered: list[Holding] = []
    while waiting:
        referred = {
            (one.model, field.related_model)
            for one in waiting
            for field in one.model._meta.concrete_fields
            if field.is_relation
        }
        targets = {to for source, to in referred if to is not source}
        free = [one for one in waiting if one.model not in targets]
        if not free:
            raise RuntimeError(f"tables refer to each other in a circle: {[one.table for one in waiting]}")
        ordered += free
        waiting = [one for one in waiting if one not in free]
    return ordered


def sweeps() -> dict[str, Sweep]:
    return dict(_sweeps)


def marks_of(whom: Whom) -> list[str]:
    return sorted({str(one) for marker in _marks for one in marker(whom)})


def registered_tables() -> frozenset[str]:
    """Names of the tables that stand here, holding people or free of them; a test compares them with the models."""
    return frozenset({one.table for one in _holdings} | _free.keys())


def erased_models() -> set[type[models.Model]]:
    """Models whose rows go with a person: whatever refers to them must go before."""
    return {one.model for one in _holdings if one.fate in (Fate.ERASED, Fate.WITH_IDENTITY)}


def erase_some(holding: Holding, whom: Whom) -> int:
    """Erase a batch of rows, or empty all that stay; returns how many, 0 when none is left. Opens no transaction."""
    rows = holding.rows(whom)
    if holding.fate is Fate.BLANKED:
        return rows.update(**holding.blank)
    keys = list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE])
    if keys:
        holding.model._base_manager.filter(pk__in=keys).delete()
    return len(keys)


def copied(holding: Holding, whom: Whom) -> Iterator[dict[str, Any]]:
    """The rows of a holding as plain values, for the copy that a person gets. Colleagues are not named in it."""
    fields = [
        one for one in holding.model._meta.concrete_fields if one.name not in holding.hidden and not _is_ours(one)
    ]
    related = [one.name for one in fields if one.is_relation]
    rows = holding.rows(whom).select_related(*related) if related else holding.rows(whom)
    for row in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        yield {one.name: _plain(row, one) for one in fields}


def _is_ours(one: "models.Field[Any, Any]") -> bool:
    is_key = one.primary_key and isinstance(one, models.AutoField)
    to = one.related_model._meta.label if one.is_relation and one.related_model is not None else ""  # type: ignore[union-attr]  # "self" is a model by now
    return is_key or to in ("platform.Staff", "people.Person", "platform.Team", "platform.BusinessScope")


def _plain(row: models.Model, one: "models.Field[Any, Any]") -> Any:
    value = getattr(row, one.name)
    match value:
        case models.Model():
            text = getattr(value, "value", None) or getattr(value, "name", None) or getattr(value, "text", None)
            return str(text or getattr(value, "public_id", value.pk))
        case datetime() | date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return value
