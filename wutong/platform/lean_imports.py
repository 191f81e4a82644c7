"""Importing a library without another that it would load along only to colour a terminal's lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(name: str) -> Iterator[None]:
    """Let imports in this block do as if ``name`` were not installed, unless it is loaded already.

    structlog and httpx load rich when they find it, which ibis brings along: 5 MB of each of our processes.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules[name]
