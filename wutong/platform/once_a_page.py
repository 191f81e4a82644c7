"""What many parts of a page ask for, and what does not change while one is drawn, is asked once for each page."""

import contextlib
from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_told: ContextVar[dict[Hashable, Any] | None] = ContextVar("told", default=None)


@contextlib.contextmanager
def one_page() -> Iterator[None]:
    """Until its end, what is asked :func:`once_a_page` keeps its first answer. For requests that only read."""
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def page_memory() -> dict[Hashable, Any] | None:
    """What the page that is being drawn keeps until its end, by who keeps it; None where none is, or something is
    being changed.
    """
    return _told.get()


def once_a_page(ask: Callable[P, T]) -> Callable[P, T]:
    """Ask once for a page about the same; everywhere else, and while something is being changed, each time.

    Whoever asks is given the same answer as others and leaves it as it is.
    """

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        told = _told.get()
        if told is None:
            return ask(*args, **kwargs)
        about = (ask, args, tuple(sorted(kwargs.items())))
        if about not in told:
            told[about] = ask(*args, **kwargs)
        answer: T = told[about]
        return answer

    return asked
