"""What many parts of a page ask for, and what does not change while one is drawn, is asked once for each page."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
_told: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("told", default=None)


@contextlib.contextmanager
def one_page() -> Iterator[None]:
    """Until its end, what is asked :func:`once_a_page` keeps its first answer. For requests that only read."""
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def once_a_page(ask: Callable[[], T]) -> Callable[[], T]:
    """Ask once for a page; everywhere else, and while something is being changed, each time."""

    @wraps(ask)
    def asked() -> T:
        told = _told.get()
        if told is None:
            return ask()
        if ask not in told:
            told[ask] = ask()
        answer: T = told[ask]
        return answer

    return asked
