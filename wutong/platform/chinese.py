"""Finding and sorting names that may be Chinese, the same way on every database engine.

``search_keys`` are what a GIN index holds: grams of characters, pinyin from each beginning, initials, fragments of
numbers. ``query_keys`` says which of them a search text needs; a row matches when it has all of them.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

from opencc import OpenCC

from wutong.platform.foretold import foretold
from wutong.platform.pinyin import syllables

MAX_KEYS = 160
_MAX_CHARACTERS = 40
_PREFIX = 12  # letters of a word or its pinyin that can be searched by
_PERSON_CHARACTERS = 4  # a run this short may be a person's name, found by the given name too
_DIGITS = 4  # a fragment of a number is found from four digits on
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_HAN}]+|[a-z]+|[0-9]+")


def normalised(text: str) -> str:
    """The form in which texts are compared: NFKC, simplified, case folded, single spaces. Never shown as a name."""
    return " ".join(simplified(unicodedata.normalize("NFKC", text)).casefold().split())


def simplified(text: str) -> str:
    """Traditional characters made simplified ones; for comparing only."""
    if text.isascii():
        return text
    simple: str = _simplifier().convert(text)
    return simple


def visible(text: str) -> str:
    """NFKC without the characters that show nothing: zero-width ones and marks of direction."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


@foretold(most=20_000)
def sort_key(name: str) -> str:
    """Toneless pinyin of a name, to be sorted by its bytes (collation C): 陈默 before 周宁 before Zoe."""
    return " ".join(_pinyin(normalised(name)[:_MAX_CHARACTERS])).lower()[:200]


def search_keys(names: Iterable[str], *, numbers: Iterable[str] = ()) -> list[str]:
    """What a person or company with these names and telephone numbers can be found by, sorted."""
    return keys_of(tuple(names), tuple(numbers)).split()


@foretold(most=5_000)
def keys_of(names: tuple[str, ...], numbers: tuple[str, ...]) -> str:
    """As :func:`search_keys`, which see, with a space between them.

    For whoever has many: a list of them costs ten times as much on its way from one process to the next.
    """
    keys: set[str] = set()
    for name in names:
        keys |= _keys_of_word(name) if name.isascii() and name.isalnum() else _name_keys(name)
    for number in numbers:
        keys |= _grams(re.sub(r"\D", "", number), _DIGITS)
    return " ".join(sorted(keys)[:MAX_KEYS])


def query_keys(text: str) -> list[str]:
    """The keys that a row must all have to be found by ``text``; empty when there is nothing to search by."""
    keys: set[str] = set()
    for run in _RUNS.findall(normalised(text)[:_MAX_CHARACTERS]):
        if run.isdecimal():
            keys |= _grams(run, _DIGITS)
        elif run.isascii():
            keys.add(run[:_PREFIX])
        else:
            keys |= _grams(run, 2) or {run}
    return sorted(keys)


@lru_cache(maxsize=8_000)  # some 4 kB each
def _name_keys(name: str) -> frozenset[str]:
    return frozenset(_keys_of_word(name))


def _keys_of_word(name: str) -> set[str]:
    """As :func:`_name_keys`; for what is hardly ever asked twice, such as the names of mailboxes."""
    keys: set[str] = set()
    for run in _RUNS.findall(normalised(name)[:_MAX_CHARACTERS]):
        if run.isdecimal():
            keys |= _grams(run, _DIGITS)
        elif run.isascii():
            keys.update(_beginnings(run[:_PREFIX]))
        else:
            keys.update(run)
            keys |= _grams(run, 2)
            syllables = _pinyin(run)
            for start in range(len(syllables)) if len(run) <= _PERSON_CHARACTERS else (0,):
                rest = syllables[start:]
                keys.update(_beginnings("".join(rest)[:_PREFIX]))
                keys.update(_beginnings("".join([syllable[:1] for syllable in rest])[:_PREFIX]))
    return keys


@lru_cache(maxsize=20_000)
def _pinyin(text: str) -> tuple[str, ...]:
    return tuple(syllables(text))


def _beginnings(word: str) -> Iterable[str]:
    return accumulate(word)


def _grams(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
