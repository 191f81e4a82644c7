"""How Chinese is read, in toneless pinyin: by the longest known phrase at each place, else character by character.

The tables are those of the package pypinyin, read as files: its own code makes 55 MB of lists in lists of them, in each
process that writes a name. Here they take 2 MB, and the answers are the same.
"""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_LAST_HAN = 0x323AF
# {"13312": "qiū", …} and {"一丁不识": [["yī"], ["dīng"], …], …}; decoded at once they would leave 25 MB behind.
_CHARACTER = re.compile(rb'"(\d+)":\s*"([^",]+)')
_PHRASE = re.compile(rb'"([^"]+)":\s*\[((?:\s*\[[^]]*\],?)+)')
_READING = re.compile(rb'\[\s*"([^"]+)"')


def syllables(text: str) -> list[str]:
    """A syllable for each Chinese character; what stands between them in one piece, what nobody can read as it is."""
    found: list[str] = []
    at = 0
    for run in _HAN.finditer(text):
        if run.start() > at:
            found.append(text[at : run.start()])
        found += _read(run[0])
        at = run.end()
    if at < len(text):
        found.append(text[at:])
    return found


def _read(run: str) -> list[str]:
    numbers, names = _characters()
    found: list[str] = []
    at = 0
    while at < len(run):
        phrase, reading = _longest_phrase(run, at)
        found += reading.split() or [names[numbers[ord(character)]] or character for character in phrase]
        at += len(phrase)
    return found


def _longest_phrase(run: str, at: int) -> tuple[str, str]:
    """The longest known phrase at this place, else its character; and its reading where that is not the usual one."""
    phrases, longest = _phrases()
    known = phrases.get(run[at], "")
    if at + 1 == len(run) or f"\n{run[at + 1]}" not in known:  # of most pairs of characters no phrase begins
        return run[at], ""
    for end in range(min(len(run), at + longest), at + 1, -1):
        if (line := known.find(f"\n{run[at + 1 : end]}\t")) >= 0:
            return run[at:end], known[line + 1 + end - at : known.index("\n", line + 1)]
    return run[at], ""


@cache
def _characters() -> tuple[Sequence[int], Sequence[str]]:
    """For each code point the number of its usual reading, and the readings by number; 0 is none."""
    names = [""]
    by_name = {"": 0}
    numbers = array("H", bytes(2 * (_LAST_HAN + 1)))
    for entry in _CHARACTER.finditer(_table("pinyin_dict")):
        if (code := int(entry[1])) <= _LAST_HAN:
            name = _toneless(entry[2].decode())
            if name not in by_name:
                by_name[name] = len(names)
                names.append(name)
            numbers[code] = by_name[name]
    return numbers, names


@cache
def _phrases() -> tuple[dict[str, str], int]:
    """By first character the rest of each phrase, a line each, with its reading where that is no usual one.

    The second is the length of the longest. Those read as usual are kept as well: no other may begin within them.
    """
    numbers, names = _characters()
    by_first: dict[str, str] = {}
    longest = 1
    for entry in _PHRASE.finditer(_table("phrases_dict")):
        phrase = entry[1].decode()
        if len(phrase) > 1 and _HAN.fullmatch(phrase):
            reading = [_toneless(one.decode()) for one in _READING.findall(entry[2])]
            is_usual = reading == [names[numbers[ord(one)]] for one in phrase]
            line = f"{phrase[1:]}\t{'' if is_usual else ' '.join(reading)}\n"
            by_first[phrase[0]] = by_first.get(phrase[0], "\n") + line
            longest = max(longest, len(phrase))
    return by_first, longest


def _table(name: str) -> bytes:
    package = find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("The package pypinyin is not installed.", name="pypinyin")
    return (Path(package.submodule_search_locations[0]) / f"{name}.json").read_bytes()


@cache
def _toneless(reading: str) -> str:
    """``lǜ`` is typed as ``lv``."""
    plain = unicodedata.normalize("NFD", reading).replace("u\N{COMBINING DIAERESIS}", "v")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
