"""How far two values of one kind agree: the same, close, alike or different. Four steps for every kind."""

import re
from collections.abc import Callable
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from wutong.people.companies.names import read_name
from wutong.platform.chinese import normalised, sort_key

_MISSING = frozenset(
    {"", "-", "–", "—", "/", "?", "na", "n/a", "nan", "nil", "none", "null", "unknown", "无", "未知", "空"}
)
_CLOSE, _ALIKE = 0.92, 0.80
_TEXT_CLOSE, _TEXT_ALIKE = 90.0, 75.0
_SUBSCRIBER_DIGITS = 8
_LONG_NUMBER = 6
_DATE = re.compile(r"^(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D?(?: .*|t.*)?$")
_DATE_BACKWARDS = re.compile(r"^(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})$")


class Kind(StrEnum):
    """What a column holds, as far as it matters for comparing."""

    NAME = "name"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    COMPANY = "company"
    NUMBER = "number"
    """Digits that point at something: a house, a postcode, a card."""
    TEXT = "text"
    CHOICE = "choice"
    """One of few values."""


class Agreement(IntEnum):
    """How far two values agree."""

    SAME = 0
    CLOSE = 1
    """One slip apart: it sounds the same, a letter or digit is wrong, a mailbox is at another provider."""
    ALIKE = 2
    DIFFERENT = 3


def prepared(kind: Kind, text: str) -> str:
    """A value in the form in which it is compared; empty where nothing is known.

    For a name and a text its words in lower case and simplified characters, for a date ``YYYYMMDD`` if it can be read.
    """
    form = normalised(text)
    return "" if form in _MISSING else _PREPARED[kind](form)


@lru_cache(maxsize=400_000)
def agreement(kind: Kind, one: str, other: str) -> Agreement:
    """How far two prepared values agree, neither of them empty."""
    if one == other:
        return Agreement.SAME
    return _COMPARED[kind](one, other)


def _date(form: str) -> str:
    if match := _DATE.match(form):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DATE_BACKWARDS.match(form):
        day, month, year = (int(part) for part in match.groups())
        if month > 12 >= day:
            day, month = month, day
    else:
        return form
    try:
        return date(year, month, day).strftime("%Y%m%d")
    except ValueError:
        return form


def _phone(form: str) -> str:
    return re.sub(r"\D", "", re.split(r"转|ext|x", form)[0])[-_SUBSCRIBER_DIGITS:]


def _number(form: str) -> str:
    return re.sub(r"[\s\-]", "", form)


def _company(form: str) -> str:
    return read_name(form).key or form


def _names(one: str, other: str) -> Agreement:
    similarity = JaroWinkler.similarity(one, other)
    if similarity >= _CLOSE or _sound(one) == _sound(other):
        return Agreement.CLOSE
    return Agreement.ALIKE if similarity >= _ALIKE else Agreement.DIFFERENT


@lru_cache(maxsize=50_000)
def _sound(name: str) -> str:
    """Tone-less pinyin of a Chinese name; of others the letters alone."""
    return re.sub(r"[\W_]", "", sort_key(name))


def _dates(one: str, other: str) -> Agreement:
    if len(one) != len(other) or not (one + other).isdigit():
        return Agreement.CLOSE if OSA.distance(one, other) <= 1 else Agreement.DIFFERENT
    is_swapped = one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]
    if is_swapped or OSA.distance(one, other) <= 1:
        return Agreement.CLOSE
    same_parts = sum(one[part] == other[part] for part in (slice(0, 4), slice(4, 6), slice(6, 8)))
    return Agreement.ALIKE if same_parts >= 2 else Agreement.DIFFERENT


def _numbers(one: str, other: str) -> Agreement:
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance <= 1:
        return Agreement.CLOSE
    return Agreement.ALIKE if distance <= 2 and min(len(one), len(other)) >= _LONG_NUMBER else Agreement.DIFFERENT


def _emails(one: str, other: str) -> Agreement:
    box, _, domain = one.partition("@")
    other_box, _, other_domain = other.partition("@")
    bare, other_bare = (part.split("+")[0].replace(".", "") for part in (box, other_box))
    if bare and bare == other_bare:
        return Agreement.CLOSE
    if domain == other_domain:
        return (
            Agreement.CLOSE
            if min(len(bare), len(other_bare)) > 3 and OSA.distance(bare, other_bare) <= 1
            else Agreement.ALIKE
        )
    return Agreement.DIFFERENT


def _companies(one: str, other: str) -> Agreement:
    brand, other_brand = read_name(one).brand, read_name(other).brand
    if brand and brand == other_brand:
        return Agreement.CLOSE
    return Agreement.ALIKE if JaroWinkler.similarity(one, other) >= _CLOSE else Agreement.DIFFERENT


def _texts(one: str, other: str) -> Agreement:
    similarity = max(token_sort_ratio(one, other), 100 * JaroWinkler.similarity(one, other))
    if similarity >= _TEXT_CLOSE:
        return Agreement.CLOSE
    return Agreement.ALIKE if similarity >= _TEXT_ALIKE else Agreement.DIFFERENT


def _choices(one: str, other: str) -> Agreement:  # noqa: ARG001  # the form of all comparisons
    return Agreement.DIFFERENT


def _as_is(form: str) -> str:
    return form


_PREPARED: dict[Kind, Callable[[str], str]] = {
    Kind.NAME: _as_is,
    Kind.DATE: _date,
    Kind.PHONE: _phone,
    Kind.EMAIL: _as_is,
    Kind.COMPANY: _company,
    Kind.NUMBER: _number,
    Kind.TEXT: _as_is,
    Kind.CHOICE: _as_is,
}
_COMPARED: dict[Kind, Callable[[str, str], Agreement]] = {
    Kind.NAME: _names,
    Kind.DATE: _dates,
    Kind.PHONE: _numbers,
    Kind.EMAIL: _emails,
    Kind.COMPANY: _companies,
    Kind.NUMBER: _numbers,
    Kind.TEXT: _texts,
    Kind.CHOICE: _choices,
}
