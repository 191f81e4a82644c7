"""The administrative regions of China as they stand in the names of companies: with and without 省, 市, 区 and 县.

Names and codes (GB/T 2260) come from the table of the package cpca. It is read as a file: the package itself would
load pandas into every process that reads a company's name.
"""

import csv
import re
from functools import cache
from importlib.metadata import distribution
from typing import NamedTuple

_TABLE = "cpca/resources/adcodes.csv"
_NOT_NAMES = frozenset(["市辖区", "县", "城区", "郊区", "矿区", "省直辖县级行政区划", "自治区直辖县级行政区划"])
_NATIONS = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇"
    "|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固"
    "|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_NATION_WORDS = re.compile(rf"(?<!内)(?:(?:{_NATIONS})族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔)+(?=自治)")
_KIND = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|新区|盟|省|市|区|县|旗)$")
_SHORT_KINDS = {"自治州": "州", "自治县": "县", "自治旗": "旗"}
_FORMER = {
    "崇文区": "1101", "宣武区": "1101", "塘沽区": "1201", "汉沽区": "1201", "大港区": "1201", "卢湾区": "3101",
    "闸北区": "3101", "南汇区": "3101", "襄樊市": "4206", "思茅市": "5308", "万县市": "5001", "淮阴市": "3208",
    "巢湖市": "3414", "莱芜市": "3712", "蒲圻市": "4212", "通什市": "4690", "达县": "5117", "绍兴县": "3306",
    "锡山市": "3202", "江都市": "3210", "铜山县": "3203", "番禺市": "4401", "顺德市": "4406", "南海市": "4406",
}  # fmt: skip
"""Names that many a company still bears, though the place has another now; each with the city it lies in."""


class Place(NamedTuple):
    """What a word of a name may point at: codes of two, four or six digits, a province's first."""

    codes: frozenset[str]
    is_clear: bool
    """False: the bare name of a county. Many a brand is called so; it counts as a place only where a brand follows."""


def are_compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two places can be the same, or one lies within the other."""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


def place_at(text: str, start: int = 0) -> tuple[str, Place] | None:
    """The longest name of a place that begins at ``start``."""
    known, longest = _places()
    for end in range(min(len(text), start + longest), start + 1, -1):
        if place := known.get(text[start:end]):
            return text[start:end], place
    return None


def place_before(text: str) -> tuple[str, Place] | None:
    """The longest name of a place that ends ``text``."""
    known, longest = _places()
    for start in range(max(0, len(text) - longest), len(text) - 1):
        if place := known.get(text[start:]):
            return text[start:], place
    return None


def division_named(text: str) -> str | None:
    """The code (2, 4 or 6 digits) of the administrative division that ``text`` names: 浙江省杭州市, 杭州, 330100.

    None where there is no such place, or where several are called so: 朝阳 needs its city before it.
    """
    plain = "".join(character for character in text if character.isalnum())
    if plain.isdecimal():
        code = _shortest(plain.ljust(6, "0")[:6])
        return code if code in _names() else None
    found: set[str] = set()
    start = 0
    while start < len(plain):
        if (next_place := place_at(plain, start)) is None:
            return None
        word, place = next_place
        fitting = {code for code in place.codes if not found or any(code.startswith(above) for above in found)}
        if not fitting:
            return None
        found = fitting
        start += len(word)
    shortest = {code for code in found if len(code) == min(map(len, found))} & _names().keys()
    return shortest.pop() if len(shortest) == 1 else None


def division_name(code: str) -> str:
    """How people write the division of ``code``: ``3301`` is 浙江省 杭州市. Nothing for a code that is none."""
    names = _names()
    return " ".join(names[code[:length]] for length in (2, 4, 6) if length <= len(code) and code[:length] in names)


@cache
def large_divisions() -> tuple[tuple[str, str], ...]:
    """Code and name of each province and city, to choose from."""
    return tuple((code, division_name(code)) for code in sorted(_names()) if len(code) < 6)


@cache
def _names() -> dict[str, str]:
    return {code: name for name, code in _rows() if not code.endswith("99")}


@cache
def _places() -> tuple[dict[str, Place], int]:
    codes: dict[str, set[str]] = {}
    clear: set[str] = set()
    for name, code in _rows():
        for word in _spellings(name):
            codes.setdefault(word, set()).add(code)
            if word == name or len(code) < 6:
                clear.add(word)
    found = {word: Place(frozenset(given), word in clear) for word, given in codes.items()}
    return found, max(map(len, found))


def _rows() -> list[tuple[str, str]]:
    """Each place with its code, as short as its rank allows."""
    table = distribution("cpca").locate_file(_TABLE)
    with open(str(table), encoding="utf-8", newline="") as file:  # noqa: PTH123  # a path of importlib's own kind
        rows = [(row["name"], row["adcode"][:6]) for row in csv.DictReader(file)]
    rows += [(name, f"{city}99") for name, city in _FORMER.items()]
    return [(name, _shortest(code)) for name, code in rows if name not in _NOT_NAMES and len(name) > 1]


def _shortest(code: str) -> str:
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def _spellings(name: str) -> set[str]:
    """``恩施土家族苗族自治州`` is 恩施州 and 恩施, too."""
    words = {name}
    plain = _NATION_WORDS.sub("", name)
    kind = _KIND.search(plain)
    if kind is None:
        return words
    bare = plain[: kind.start()]
    if len(bare) > 1:
        words.add(bare)
        words.add(bare + _SHORT_KINDS.get(kind[1], kind[1]))
    return words
