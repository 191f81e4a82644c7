r"""JSON from outside: what can be made of it at all, and which of its values PostgreSQL cannot hold.

msgspec lets ``\\u0000`` through, and one row that cannot be stored would fail everything that is stored with it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

LONGEST_TEXT = 8_000
SAFE_INTEGER = 2**53

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotAnObject(Exception):
    """A body is not even a JSON object."""

    def __str__(self) -> str:
        return "Expected one JSON object."


class Flaw(StrEnum):
    """Why a value cannot be stored."""

    BAD_TEXT = "bad_text"  # NUL, or half of a surrogate pair
    BAD_NUMBER = "bad_number"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"


def loosely_decoded(body: bytes) -> dict[str, Any]:
    """The JSON object of a body in which single values may be broken: bad bytes and numbers are left for :func:`flaw`.

    Raises:
        NotAnObject: it is not even that.
    """
    try:
        content = json.loads(body.decode("utf-8", "surrogateescape"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise NotAnObject from error
    if not isinstance(content, dict):
        raise NotAnObject
    return content


def flaw(value: object, *, depth_max: int, longest: int = LONGEST_TEXT) -> Flaw | None:
    """Why a decoded value cannot be stored, wherever in it the reason lies; None when it can."""
    return next((found for _, found in flaws(value, depth_max=depth_max, longest=longest)), None)


def flaws(
    value: object, *, depth_max: int, longest: int = LONGEST_TEXT, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Flaw]]:
    """Every place in a decoded value that cannot be stored, with the reason. A broken key is told of its object."""
    if isinstance(value, str):
        if len(value) > longest:
            yield place, Flaw.TOO_LONG
        elif _UNSTORABLE.search(value):
            yield place, Flaw.BAD_TEXT
    elif isinstance(value, int | float):
        if not -SAFE_INTEGER <= value <= SAFE_INTEGER:  # NaN is in no range
            yield place, Flaw.BAD_NUMBER
    elif isinstance(value, dict | list):
        if depth_max == 0:
            yield place, Flaw.TOO_DEEP
            return
        inner: Iterable[tuple[str | int, object]] = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in inner:
            if isinstance(name, str) and (found := flaw(name, depth_max=0, longest=longest)) is not None:
                yield place, found
            else:
                yield from flaws(item, depth_max=depth_max - 1, longest=longest, place=(*place, name))


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < 20 else math.inf
