"""A row of a file as a company: what it says in normal form, and what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from django.utils.functional import Promise
from django.utils.translation import override, pgettext_lazy

from wutong.exchange.columns import IGNORE
from wutong.exchange.rows import BETWEEN_TAGS, EMPTY, Problem, Row, code_in, value_problem
from wutong.people.account_facts import organisation_of
from wutong.people.accounts import name_key
from wutong.people.companies.places import division_named
from wutong.people.custom_values import NotAValue, read_text
from wutong.people.models import AccountFact, CustomField, Industry, SizeBand
from wutong.people.models.custom_field import PREFIX

LONGEST_NAME = 200
_BETWEEN = re.compile(r"[;；、|\n]")
_BETWEEN_DOMAINS = re.compile(r"[\s,，;；、|]+")
_MOST_EMPLOYEES = 10**9
"""A longer row of digits is no smaller number, and none that a float holds."""
_SECTION = re.compile(r"([A-Ta-t])\d{0,4}")
_COUNT = re.compile(r"\d+(?:\.\d+)?\s*万?")
_ABOVE = re.compile(r"以上|不少于|大于|多于|超过|\+|>|＞|over|above|more", re.IGNORECASE)
_BELOW = re.compile(r"以下|以内|少于|不足|小于|<|＜|below|under|less|up to", re.IGNORECASE)
_CALLED = {
    word: section
    for section, words in {
        "C": "汽车 机械 装备 电子 半导体 芯片 化工 医药 制药 食品 纺织 钢铁 材料 五金 家电",
        "D": "电力 能源 燃气 水务",
        "E": "建筑 工程 装修",
        "F": "零售 批发 贸易 电商 电子商务",
        "G": "物流 快递 运输",
        "H": "酒店 餐饮",
        "I": "互联网 it 软件 通信 电信 游戏",
        "J": "银行 保险 证券 基金",
        "K": "地产 房产 物业",
        "L": "咨询 人力资源 广告",
        "P": "培训 学校",
        "Q": "医疗 医院",
        "R": "传媒 影视",
        "S": "政府",
    }.items()
    for word in words.split()
}
"""Words by which people call an industry; each alone, for 电子 is no part of 电子商务."""

_READ_IN = dict.fromkeys(("工商", "企查查", "天眼查", "爱企查", "启信宝"), "register") | dict.fromkeys(
    ("官网", "网站", "公司网站"), "website"
)
"""Words by which people call a source, beside its names."""

REASONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "nameless": (
        pgettext_lazy("import problem", "Neither the name of a company nor a credit code of one that is known"),
        pgettext_lazy("import problem", "Add the name as it stands on the licence."),
    ),
    "no_certain_company": (
        pgettext_lazy("import problem", "The row names no company for certain; what it says of one was left out"),
        pgettext_lazy("import problem", "Add the company's name or credit code; you must be able to see the company."),
    ),
    "two_codes": (
        pgettext_lazy("import problem", "A company of this name has another credit code, and one code is one company"),
        pgettext_lazy(
            "import problem", "Compare both with the licence; two companies of one name need what tells them apart."
        ),
    ),
    "unknown_place": (
        pgettext_lazy("import problem", "Not the name of one province, city or district; it was left out"),
        pgettext_lazy("import problem", "Write it in full, as 浙江省杭州市 or 330100."),
    ),
    "unknown_industry": (
        pgettext_lazy("import problem", "Not a section of GB/T 4754, or not clear which; it was left out"),
        pgettext_lazy("import problem", "Write its letter or its name, as C or 制造业."),
    ),
    "unknown_size": (
        pgettext_lazy("import problem", "Not a number of employees within one band; it was left out"),
        pgettext_lazy("import problem", "Write a number, as 350, or a band, as 100–299."),
    ),
    "bad_domain": (
        pgettext_lazy("import problem", "Not the website or the e-mail domain of a company; it was left out"),
        pgettext_lazy("import problem", "Write it as company.com. At providers such as qq.com anybody has an address."),
    ),
    "domain_of_another": (
        pgettext_lazy("import problem", "This domain belongs to another company; it was left out"),
        pgettext_lazy(
            "import problem", "Look at that company; a group's domain can be added to its companies by hand."
        ),
    ),
    "name_of_another": (
        pgettext_lazy("import problem", "Another company has this name; the name was left as it is"),
        pgettext_lazy("import problem", "Search for both: perhaps they are to be merged."),
    ),
    "alias_of_another": (
        pgettext_lazy("import problem", "Another company is called so; the other name was left out"),
        pgettext_lazy("import problem", "Search for it: perhaps the two are to be merged."),
    ),
    "unknown_parent": (
        pgettext_lazy("import problem", "No company has this credit code; the parent was left out"),
        pgettext_lazy("import problem", "Write the name of the parent company."),
    ),
    "circle_of_parents": (
        pgettext_lazy("import problem", "The company stands above this one already; the parent was left out"),
        pgettext_lazy("import problem", "Look at the group of the two companies."),
    ),
    "company_not_in_sight": (
        pgettext_lazy("import problem", "This company is looked after by others and was left as it is"),
        pgettext_lazy("import problem", "Ask a manager to import this row."),
    ),
    "owned_by_another": (
        pgettext_lazy("import problem", "A colleague looks after this company; the owner was left as it is"),
        pgettext_lazy("import problem", "Ask for the company, or let a manager import the file."),
    ),
    "unknown_keeper": (
        pgettext_lazy("import problem", "No colleague of this name or address can look after companies"),
        pgettext_lazy("import problem", "Write the colleague's sign-in address."),
    ),
    "unknown_account_tag": (
        pgettext_lazy("import problem", "There is no such tag of companies; it was left out"),
        pgettext_lazy("import problem", "Write a tag that there is, or “group: tag” where two have one name."),
    ),
    "unknown_source": (
        pgettext_lazy("import problem", "Not a source that is known; “Import” was noted"),
        pgettext_lazy("import problem", "Write company register, licence, website or the customer."),
    ),
}
"""What is wrong with a company's row, beside what can be wrong with any: a reason and an advice."""


class CompanyRow(Row, frozen=True, kw_only=True):
    """What a row says of a company; empty where it says nothing."""

    company: str = ""
    credit_code: str = ""
    """In its normal form; one whose check digit does not fit says nothing."""
    region: str = ""
    """The code of a division."""
    industry: str = ""
    size_band: str = ""
    domains: tuple[str, ...] = ()
    """Registrable domains, the company's own first."""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    source: str = ""
    values: Mapping[str, str] = {}
    """Of the company's own fields, by their meaning, each in its one text."""


def read_company(
    number: int, cells: Sequence[str], mapping: Sequence[str], *, own: Mapping[str, CustomField]
) -> CompanyRow:
    """Read one row.

    Args:
        mapping: the meaning of each column.
        own: the company's own fields that may be filled in, by their meaning.
    """
    said = _Said(cells, mapping)
    company, code = said.text("company"), code_in(said.text("credit_code"))
    if len(company) > LONGEST_NAME:
        said.problem("company", "too_long")
    if not code and (cell := said.text("credit_code")):
        said.problem("credit_code", value_problem("credit_code", cell))
    read = {}
    for meaning, (reader, otherwise) in _READERS.items():
        if text := said.text(meaning):
            read[meaning] = reader(text)
            if not read[meaning]:
                said.problem(meaning, otherwise)
    domains = [organisation_of(text) for text in filter(None, _BETWEEN_DOMAINS.split(said.text("domain")))]
    if not all(domains):
        said.problem("domain", "bad_domain")
    values = _own_values(said, own)
    has_name = bool(name_key(company))
    if not has_name and not code and not said.problems:
        said.problems.append(Problem(-1, "nameless"))
    return CompanyRow(
        number=number,
        company=company[:LONGEST_NAME] if has_name else "",
        credit_code=code,
        region=read.get("region", ""),
        industry=read.get("industry", ""),
        size_band=read.get("size", ""),
        domains=tuple(dict.fromkeys(filter(None, domains))),
        aliases=tuple(name[:LONGEST_NAME] for text in _BETWEEN.split(said.text("alias")) if (name := text.strip())),
        parent=said.text("parent")[:LONGEST_NAME],
        owner=said.text("owner"),
        tags=tuple(filter(None, map(str.strip, BETWEEN_TAGS.split(said.text("tags"))))),
        source=read.get("source", ""),
        values=values,
        problems=tuple(said.problems),
        is_faulty=not has_name and not code,
    )


class _Said:
    """The cells of a row by the meaning of their columns, and what is found to be wrong with them."""

    def __init__(self, cells: Sequence[str], mapping: Sequence[str]) -> None:
        self.problems: list[Problem] = []
        self._cells: dict[str, list[tuple[int, str]]] = {}
        for place, (cell, meaning) in enumerate(zip(cells, mapping, strict=False)):
            if cell and meaning != IGNORE and not (len(cell) < 5 and cell.lower() in EMPTY):
                self._cells.setdefault(meaning, []).append((place, cell))

    def text(self, meaning: str) -> str:
        """What the column of a meaning says; where there are several, a line each."""
        return "\n".join(cell for _place, cell in self._cells.get(meaning, ()))

    def meanings(self) -> list[str]:
        return list(self._cells)

    def problem(self, meaning: str, code: str) -> None:
        self.problems.append(Problem(self._cells[meaning][0][0], code))


def _own_values(said: _Said, own: Mapping[str, CustomField]) -> dict[str, str]:
    values = {}
    for meaning in said.meanings():
        if meaning.startswith(PREFIX) and meaning in own:
            try:
                values[meaning] = read_text(own[meaning], said.text(meaning))
            except NotAValue as no:
                said.problem(meaning, "bad_own_value" if no.code != "unknown_value" else "unknown_answer")
    return {meaning: value for meaning, value in values.items() if value}


@lru_cache(maxsize=5_000)
def division_of(text: str) -> str:
    """The code of the one place that ``text`` names, from large to small; nothing where that is not clear."""
    return division_named(text) or ""


@lru_cache(maxsize=5_000)
def industry_of(text: str) -> str:
    """The section of GB/T 4754 that ``text`` names: by its letter or a code, its name in either language, a part of it
    that stands in one name alone (软件, wholesale), or a word that people use for it.
    """
    if section := _SECTION.fullmatch(text.strip()):
        return section[1].upper()
    plain = text.strip().casefold()
    names = _industries()
    if known := names.get(plain) or _CALLED.get(plain.removesuffix("行业").removesuffix("业")):
        return known
    if plain.endswith(("制造", "制造业")):
        return Industry.MANUFACTURING.value
    within = {code for name, code in names.items() if len(plain) > 1 and (plain in name or name in plain)}
    return within.pop() if len(within) == 1 else ""


@lru_cache(maxsize=5_000)
def size_of(text: str) -> str:
    """The band of a number of employees, or of a range that lies within one; nothing where it does not."""
    counts = [_count(found) for found in _COUNT.findall(text.replace(",", "").replace("，", ""))]
    if not counts or len(counts) > 2:
        return ""
    if len(counts) == 1 and _BELOW.search(text):
        counts = [1, counts[0] - 1]
    elif len(counts) == 1 and _ABOVE.search(text):
        counts.append(10**6)
    bands = {_band(max(count, 1)) for count in counts}
    return bands.pop() if len(bands) == 1 else ""


def source_of(text: str) -> str:
    """The source of facts that ``text`` names, in either language."""
    plain = text.strip().casefold()
    return _sources().get(plain) or _READ_IN.get(plain, "")


_READERS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "region": (division_of, "unknown_place"),
    "industry": (industry_of, "unknown_industry"),
    "size": (size_of, "unknown_size"),
    "source": (source_of, "unknown_source"),
}


def _count(text: str) -> int:
    return int(min(float(text.rstrip("万 ")) * (10_000 if text.endswith("万") else 1), _MOST_EMPLOYEES))


def _band(count: int) -> str:
    return [band.value for band in SizeBand if int(band.value) <= count][-1]


@cache
def _industries() -> Mapping[str, str]:
    return _in_both_languages([(str(one.value), one.label) for one in Industry])


@cache
def _sources() -> Mapping[str, str]:
    return _in_both_languages([(str(one.value), one.label) for one in AccountFact.Source])


def _in_both_languages(named: Sequence[tuple[str, str | Promise]]) -> dict[str, str]:
    """Codes by their names, with and without case; a list is read in the language of whoever wrote it."""
    found = {code.casefold(): code for code, _name in named}
    for language in ("zh-hans", "en"):
        with override(language):
            found |= {str(name).casefold(): code for code, name in named}
    return found
