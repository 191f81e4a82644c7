"""Questions that a page asks all day: their SQL is worked out once in a process, later only the values in it change.

Django takes longer to build a query of some joins and to write its SQL than PostgreSQL takes to answer it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from itertools import count
from typing import Any, Generic, ParamSpec, Self, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import Model, QuerySet

from wutong.platform.among import as_parameter
from wutong.platform.once_a_page import page_memory

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
Row = TypeVar("Row")
_STAND_IN = 2**62


class Composite(ABC):
    """A value of a question made of several that stand in it, or not, such as whoever looks at a page."""

    @abstractmethod
    def form(self) -> tuple[object, ...]:
        """All that decides how a question is built of it, beside the values of its parts."""

    @abstractmethod
    def parts(self) -> list[Any]:
        """What may stand in a question; as many for each form."""

    @abstractmethod
    def made_of(self, parts: Sequence[Any]) -> Self:
        """The same of other parts, and of nothing else: a question that looks at more must fail."""


class Beginning(str):
    """A text with which a field starts: ``field__startswith``."""

    __slots__ = ()


class ReadyMade(Generic[P, Row]):
    """A question whose query is built once for each form of it."""

    def __init__(self, ask: Callable[P, QuerySet[Any, Row]]) -> None:
        self._ask = ask
        self._known: dict[tuple[object, ...], _Question] = {}
        update_wrapper(self, ask)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        asked = self.about(*args, **kwargs)
        question = asked.question()
        if question is None:
            return list(self._ask(*args, **kwargs))
        answer: list[Row] = question.answer(asked.given, told=_told_ahead(asked))
        return answer

    def about(self, *args: P.args, **kwargs: P.kwargs) -> "Asked":
        """The question with its values, for :func:`ask_together`."""
        return Asked(self, args, tuple(kwargs.items()))

    def question_of(self, asked: "Asked") -> "_Question | None":
        """None where Django knows without asking that there is nothing, perhaps of the stand-ins alone."""
        names = [name for name, _value in asked.kwargs]
        form = (*names, *(_form(value) for value in asked.given))
        question = self._known.get(form)
        if question is None:
            numbers = count(_STAND_IN + 1000, 1000)
            stand_ins = [_stand_in(value, numbers) for value in asked.given]
            built: Callable[..., QuerySet[Any, Row]] = self._ask
            n = len(asked.args)
            rows = built(*stand_ins[:n], **dict(zip(names, stand_ins[n:], strict=True)))
            try:
                question = self._known[form] = _Question(rows, stand_ins)
            except EmptyResultSet:
                return None
        return question


@dataclass(frozen=True)
class Asked:
    """A question with what it is about."""

    one: ReadyMade[Any, Any]
    args: tuple[object, ...]
    kwargs: tuple[tuple[str, object], ...]

    @property
    def given(self) -> tuple[object, ...]:
        return (*self.args, *(value for _name, value in self.kwargs))

    def question(self) -> "_Question | None":
        return self.one.question_of(self)

    def answer(self) -> list[Any]:
        """The rows."""
        return self.one(*self.args, **dict(self.kwargs))


def ready_made(ask: Callable[P, QuerySet[M, Row]]) -> ReadyMade[P, Row]:
    """Answer with the rows of the query that ``ask`` builds, which is built once for each form of the question.

    ``ask`` only passes its values on to the query, and looks at none of them; those which are None, true or false
    belong to the form of the question, and at these it may look. Several values come as a list, for ``field__among``.
    """
    return ReadyMade(ask)


def ask_together(*asked: Asked) -> None:
    """Have what a page is about to ask answered by one trip to the database: half of what a small question takes is
    waiting for a processor, there and back.

    Each answer is there for the first time that its question is asked, and for no other. While something is being
    changed, nothing is asked before its time.
    """
    ahead = _ahead()
    if ahead is None:
        return
    questions = [(one, question) for one in asked if (question := one.question()) is not None]
    statements = [question.statement(one.given) for one, question in questions]
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "; ".join(sql for sql, _values in statements), [one for _sql, values in statements for one in values]
        )
        for one, _question in questions:
            ahead.append((one, cursor.fetchall()))
            cursor.nextset()


def _told_ahead(asked: Asked) -> list[tuple[Any, ...]] | None:
    """The rows of ``asked`` as the database told them with others; None where it is still to be asked."""
    ahead = _ahead()
    if not ahead:
        return None
    for place, (one, rows) in enumerate(ahead):
        if one == asked:
            del ahead[place]
            return rows
    return None


def _ahead() -> list[tuple[Asked, list[tuple[Any, ...]]]] | None:
    """What was answered before it is asked, on a page that only reads; None elsewhere."""
    page = page_memory()
    return None if page is None else page.setdefault(ask_together, [])


class _Question:
    """A query whose SQL is known, and which of the values given stands at each place of it."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: Sequence[object]) -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(using=rows.db)
        self._sql, parameters = self._compiler.as_sql()
        self._fixed = list(parameters)
        shown = {one: place for place, one in enumerate(_as_shown(stand_ins)) if _is_stand_in(one)}
        found = [(at, one) for at, one in enumerate(parameters) if _is_stand_in(one)]
        simple = _as_shown([one for one in stand_ins if not isinstance(one, Composite)])
        wanted = {one for one in simple if _is_stand_in(one)}
        if not wanted <= {one for _at, one in found} <= shown.keys():
            raise TypeError(f"Not every value of the question stands in it as it was given: {self._sql}")
        self._places = [(at, shown[one]) for at, one in found]

    def statement(self, given: Sequence[object]) -> tuple[str, tuple[Any, ...]]:
        parameters, shown = self._fixed.copy(), _as_shown(given)
        for at, place in self._places:
            parameters[at] = shown[place]
        return self._sql, tuple(parameters)

    def answer(self, given: Sequence[object], *, told: list[tuple[Any, ...]] | None = None) -> list[Any]:
        """The rows; ``told`` as the database tells them, where it was asked before."""
        compiler = _twin(self._compiler)
        compiler.connection = connections[self._rows.db]  # each thread has its own
        if told is None:
            compiler.as_sql = lambda: self.statement(given)
        else:
            columns = compiler.col_count if compiler.has_extra_select else None
            compiler.execute_sql = lambda *_args, **_kwargs: [[row[:columns] for row in told]]
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


def _form(value: object) -> object:
    if isinstance(value, Composite):
        return (type(value), *value.form())
    return value if _is_of_the_form(value) else type(value)


def _stand_in(value: object, numbers: Iterator[int]) -> Any:
    """Something of the kind of ``value`` that no query has in it for another reason."""
    match value:
        case None | bool():
            return value
        case Composite():
            return value.made_of([_stand_in(part, numbers) for part in value.parts()])
        case int():
            return next(numbers)
        case str():
            return type(value)(f"{next(numbers)}\x00")
        case UUID():
            return UUID(int=next(numbers))
        case datetime():
            return datetime(9999, 12, 31, tzinfo=UTC) - timedelta(microseconds=next(numbers) - _STAND_IN)
        case date():
            return date(9999, 12, 31) - timedelta(days=(next(numbers) - _STAND_IN) // 1000)
        case list():
            return [next(numbers)]
    raise TypeError(f"A ready-made question takes no {type(value).__name__}.")


def _is_stand_in(value: object) -> bool:
    match value:
        case bool():
            return False
        case int():
            return value > _STAND_IN
        case str():
            return "\x00" in value or (
                value.startswith("[") and value[1:-1].isdecimal() and int(value[1:-1]) > _STAND_IN
            )
        case UUID():
            return _STAND_IN < value.int < 2**63
        case date():
            return value.year == 9999
    return False


def _as_shown(values: Sequence[object]) -> list[Any]:
    """Values as they stand among the parameters of SQL; those of composites in the place of these."""
    shown: list[Any] = []
    for value in values:
        match value:
            case Composite():
                shown += _as_shown(value.parts())
            case list():
                shown.append(as_parameter(value))
            case Beginning():
                shown.append(connection.ops.prep_for_like_query(value) + "%")
            case _:
                shown.append(value)
    return shown
