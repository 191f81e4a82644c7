"""Importing a library without others that it would load along, though only a terminal's user has anything of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports in this block do as if ``names`` were not installed, but for those that are loaded already.

    structlog colours a terminal's lines with rich, and httpx has a command line by rich and click. ibis brings rich
    along: it would take 5 MB of each of our processes.
    """
    ours = [name for name in names if name not in sys.modules]
    for name in ours:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]
