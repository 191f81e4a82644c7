"""How many rows a list has: exact up to ten thousand, beyond that about as many as the planner thinks."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

EXACT_UP_TO = 10_000
LONG_BY_FAR = EXACT_UP_TO * 3 // 2
"""What the planner expects to have more rows than this is not counted to find out."""
_REMEMBERED_S = 60
_LONG_FOR_S = 900


@dataclass(frozen=True)
class Total:
    """How many rows there are; ``is_estimate``: about so many."""

    n: int
    is_estimate: bool = False

    @classmethod
    def sum(cls, totals: Iterable["Total"]) -> "Total":
        """Of lists that share nothing."""
        found = list(totals)
        return cls(sum(one.n for one in found), any(one.is_estimate for one in found))


def total_of(rows: QuerySet[Any]) -> Total:
    """Count ``rows`` as far as it is cheap.

    To find out that there are more than ten thousand costs 300 ms among a million people, and a second where nobody
    has looked for a while: so the planner is asked first, and what it expects to be long by far is never counted. That
    a list is long is remembered for a quarter of an hour: it does not shrink so soon, and should it, its estimate says
    "about" all the same. The estimate itself is a minute old at most. What is exact is counted each time.
    """
    return totals_of([rows])[0]


def totals_of(lists: Sequence[QuerySet[Any]]) -> list[Total]:
    """:func:`total_of` each of ``lists``, by one question for all that are short."""
    asked = {place: _Asked.of(rows.values("pk")) for place, rows in enumerate(lists)}
    known = {place: Total(0) if one is None else one.known() for place, one in asked.items()}
    to_count = {place: one for place, one in asked.items() if one is not None and known[place] is None}
    for place, n in zip(to_count, _counted(to_count.values()), strict=True):
        known[place] = Total(n) if n <= EXACT_UP_TO else to_count[place].found_long()
    return [total for total in known.values() if total is not None]


def is_long_by_far(rows: QuerySet[Any], *, far: int = LONG_BY_FAR) -> bool:
    """Whether ``rows`` are so many, as far as the planner knows, that they are better walked than gathered."""
    asked = _Asked.of(rows.values("pk"))
    return asked is not None and asked.is_long(far=far)


def keys_in_order(
    rows: QuerySet[Any],
    by: str,
    *,
    is_down: bool = False,
    rest: str = "",
    far: int = LONG_BY_FAR,
    gathered: Callable[[], QuerySet[Any]] | None = None,
) -> list[int] | Total:
    """The keys of ``rows`` in the order of a column, then of themselves; of a list too long to be counted about how
    many it has. Where the column has nothing, the row stands at the end.

    Of a short list all rows are found out for its number, and their order costs little more; to find them again for
    each page, and with all columns, takes three times as long.

    Args:
        rest: the column by which those stand at the end, as ``order_by`` takes it.
        far: what the planner expects to have more rows than this is not counted: it may be known to exaggerate.
        gathered: the same rows asked for in another way, which is the faster one where they are few.
    """
    asked = _Asked.of(rows.values("pk"))
    if asked is None:
        return []
    if asked.is_long(far=far):
        return asked.estimated()
    of_rest = rest.removeprefix("-")
    listed = _Asked.of((rows if gathered is None else gathered()).values("pk", by, *([of_rest] if rest else [])))
    if listed is None:
        return []
    down, rest_down = (" DESC NULLS LAST" if one else "" for one in (is_down, rest.startswith("-")))
    at_the_end = [f"CASE WHEN {by} IS NULL THEN {column} END{rest_down}" for column in (of_rest, "pk") if rest]
    order = ", ".join([f"{by}{down}", *at_the_end, f"pk{down}"])
    # Cut before it is put in order: else the planner may walk a million rows in that order to find the few.
    statement = f"SELECT pk FROM ({listed.sql} LIMIT {EXACT_UP_TO + 1}) AS listed ORDER BY {order}"  # noqa: S608  # as below
    with connection.cursor() as cursor:
        cursor.execute(statement, listed.params)
        keys = [key for (key,) in cursor.fetchall()]
    if len(keys) <= EXACT_UP_TO:
        return keys
    return asked.found_long()


@dataclass(frozen=True)
class _Asked:
    """A list as the statement that finds its rows."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "_Asked | None":
        """None for what is empty without asking."""
        try:
            return cls(*rows.order_by().query.sql_with_params())
        except EmptyResultSet:
            return None

    @property
    def _key(self) -> str:
        return hashlib.sha256(f"{self.sql} {self.params!r}".encode()).hexdigest()

    def is_long(self, *, far: int = LONG_BY_FAR) -> bool:
        """Whether it was found to have more than :data:`EXACT_UP_TO` rows, or is expected to have more than ``far``."""
        found: bool | None = cache.get(f"long:{self._key}")
        if found is None:
            expected = self._expected()
            found = expected > far
            cache.set(f"long:{self._key}", found, _LONG_FOR_S)
            if found:
                cache.set(f"total:{self._key}", expected, _REMEMBERED_S)
        return found

    def known(self) -> Total | None:
        """About how many a long list has; None of one that is to be counted."""
        return self.estimated() if self.is_long() else None

    def found_long(self) -> Total:
        cache.set(f"long:{self._key}", True, _LONG_FOR_S)
        return self.estimated()

    def estimated(self) -> Total:
        """About how many it has, as of a minute ago."""
        estimate: int | None = cache.get(f"total:{self._key}")
        if estimate is None:
            estimate = max(self._expected(), EXACT_UP_TO)
            cache.set(f"total:{self._key}", estimate, _REMEMBERED_S)
        return Total(estimate, is_estimate=True)

    def _expected(self) -> int:
        """How many rows the planner thinks there are."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {self.sql}", self.params)
            plan = cursor.fetchone()[0]
        return int(plan[0]["Plan"]["Plan Rows"])


def _counted(lists: Collection[_Asked]) -> Sequence[int]:
    """How many rows each has, as far as it matters."""
    if not lists:
        return []
    most = EXACT_UP_TO + 1
    counts = [f"(SELECT count(*) FROM ({one.sql} LIMIT {most}) AS counted)" for one in lists]  # noqa: S608  # Django's
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", [value for one in lists for value in one.params])
        row: tuple[int, ...] = cursor.fetchone()
    return row
