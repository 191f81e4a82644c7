"""Questions that a page asks all day: their SQL is worked out once in a process, later only the values in it change.

Django takes longer to build a query of some joins and to write its SQL than PostgreSQL takes to answer it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connections
from django.db.models import Model, QuerySet

from wutong.platform.among import as_parameter

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
Row = TypeVar("Row")


def ready_made(ask: Callable[P, QuerySet[M, Row]]) -> Callable[P, list[Row]]:
    """Answer with the rows of the query that ``ask`` builds, which is built once for each form of the question.

    ``ask`` only passes its values on to the query, and looks at none of them; those which are None, true or false
    belong to the form of the question, and at these it may look. Several values come as a list, for ``field__among``.
    """
    known: dict[tuple[object, ...], _Question] = {}

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> list[Row]:
        given = (*args, *kwargs.values())
        form = (*kwargs, *(value if _is_of_the_form(value) else type(value) for value in given))
        question = known.get(form)
        if question is None:
            numbers = count(1)
            stand_ins = [value if _is_of_the_form(value) else _stand_in(value, next(numbers)) for value in given]
            n = len(args)
            built: Callable[..., QuerySet[M, Row]] = ask
            rows = built(*stand_ins[:n], **dict(zip(kwargs, stand_ins[n:], strict=True)))
            question = known[form] = _Question(rows, stand_ins)
        answer: list[Row] = question.answer(given)
        return answer

    return asked


class _Question:
    """A query whose SQL is known, and which of the values given stands at each place of it."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: list[object]) -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(using=rows.db)
        self._sql, parameters = self._compiler.as_sql()
        shown = {_shown(one): place for place, one in enumerate(stand_ins) if not _is_of_the_form(one)}
        self._fixed = list(parameters)
        self._places = [(at, shown[one]) for at, one in enumerate(parameters) if _hashable(one) and one in shown]
        if {place for _at, place in self._places} != set(shown.values()):
            raise TypeError(f"Not every value of the question stands in it as it was given: {self._sql}")

    def answer(self, given: tuple[object, ...]) -> list[Any]:
        parameters = self._fixed.copy()
        for at, place in self._places:
            parameters[at] = _shown(given[place])
        compiler = _twin(self._compiler)
        compiler.connection = connections[self._rows.db]  # each thread has its own
        compiler.as_sql = lambda: (self._sql, tuple(parameters))
        query = _twin(self._rows.query)
        query.get_compiler = lambda *_args, **_kwargs: compiler
        rows = _twin(self._rows)
        rows._query = query
        return list(rows)


def _twin(one: Any) -> Any:
    """Another object with the same parts; ``copy.copy`` would ask a query set for its rows first."""
    twin = object.__new__(type(one))
    vars(twin).update(vars(one))
    return twin


def _is_of_the_form(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _stand_in(value: object, number: int) -> object:
    """Something of the kind of ``value`` that no query has in it for another reason."""
    match value:
        case int():
            return 2**62 + number
        case str():
            return f"stand-in {number}\x00"
        case UUID():
            return UUID(int=number)
        case datetime():
            return datetime.max.replace(tzinfo=UTC) - timedelta(days=number)
        case list():
            return [2**62 + number]
    raise TypeError(f"A ready-made question takes no {type(value).__name__}.")


def _shown(value: object) -> object:
    """A value as it stands among the parameters of SQL."""
    return as_parameter(value) if isinstance(value, list) else value


def _hashable(value: object) -> bool:
    return not isinstance(value, list | dict)
