"""Names of companies: what two spellings of one name have in common, and the parts it is made of.

Written by us, though ``companynameparser`` (last released in 2022) finds the parts, too: it loads jieba's dictionary,
50 MB and a second, into each process that takes a form. It finds 97 % of the brands of the 500 names it was made with,
and we 91 %; names of the register that are worded otherwise were found again equally well with either.
Source: ``algorithms.md`` 2.2.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cleanco import basename

from wutong.people.companies.places import Place, are_compatible, place_at, place_before
from wutong.people.companies.words import BRANCH_ENDS, FORM_NOTES, HOUSES, LEGAL_FORMS, TRADES
from wutong.platform.chinese import simplified, visible

MAX_CHARACTERS = 200
_BRACKETS = str.maketrans("[{【〔〖〈", "((((((") | str.maketrans("]}】〕〗〉", "))))))")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_STAMP = re.compile(r"\((?:盖章|公章|盖公章|加盖公章|签章|印章|蓋章|章)\)$|(?:加盖公章|盖公章|盖章|公章|蓋章)$")
"""At the end. A shop may be called 印章 or 章: these are stamps in brackets only."""
_ENDS = re.compile(r"[\s.,;:!?、。，；：！？·…\-_—~*#|/\\'\"“”‘’《》]+$")
_BEGINNINGS = re.compile(r"^[\s.,;:!?、。，；：！？·…\-_—~*#|/\\'\"“”‘’《》]+")
_ABOUT_BRACKETS = re.compile(r"\s*([()])\s*")
_FORMS = sorted((*LEGAL_FORMS, *HOUSES), key=len, reverse=True)
_PARENT_FORMS = sorted(LEGAL_FORMS, key=len, reverse=True)
_FORMS_OF_PARTS = ("公司", "分公司", "支公司", "分店", "分厂", "办事处", "支行", "分行")
_COMPANY_FORMS = ("合伙企业", "个人独资企业", "集团", "(集团)")
_KINDS = "省市区县旗州盟"
_WEAK_FORMS = ("集团", "(集团)", "中心", "厂", "店")
"""Forms that also stand within a name: a branch follows them only where little else does."""
_BRANCH_AFTER_WEAK = 8
_OTHER_NAME = re.compile(r"(?<=.)\(([^()]{6,})\)$")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_ZONE = re.compile(
    r"^(?:(?:国家级?)?(?:经济技术|高新技术产业|高新技术|经济|高新)?(?:开发区|园区)|高新区|经开区|保税区|工业园区?|新区|市辖区)"
)
_TOWN = re.compile(r"^[\u4e00-\u9fff]{2,3}?(?:镇|街道)(?=..)")
_ALL_OF_CHINA = Place(frozenset([""]), is_clear=True)
_LONGEST_TRADE = max(map(len, TRADES))


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyName:
    """A name with the result of each step. ``key`` tells names apart; nothing but ``given`` is ever shown."""

    given: str
    cleaned: str
    """1: NFKC, without invisible characters, white space in Chinese, stamps and punctuation at the end."""
    key: str
    """2: simplified and case folded. Two names with equal keys are one."""
    parent: str
    """3: the key without its branch."""
    branch: str
    """3: the branch, as 石家庄分公司; or nothing."""
    is_whole_parent: bool
    """3: whether the parent ends in a legal form; else the branch is a guess."""
    region: str
    """4: the places that it names, as they stand there."""
    region_codes: frozenset[str]
    brand: str
    trade: str
    form: str
    """5: legal form; in English names what ``cleanco`` takes away."""
    readings: tuple[tuple[str, frozenset[str]], ...]
    """What is left without company form and region, with that region's codes. Of a place's bare name there are two:
    金昌物业 is a firm of the city Jinchang, or one whose brand is Jinchang."""

    @property
    def is_short(self) -> bool:
        """Too short to be one company: the text is at most a brand."""
        return len(self.key) < 4

    @property
    def is_only_brand(self) -> bool:
        return bool(self.brand) and not (self.trade or self.form or self.branch)

    @property
    def bare(self) -> str:
        """All but the legal form."""
        return self.parent.removesuffix(self.form) + self.branch if self.form else self.parent + self.branch

    @property
    def core(self) -> str:
        """Brand and trade: all that is told of the company itself."""
        return self.brand + self.trade


@lru_cache(maxsize=4_000)
def read_name(text: str) -> CompanyName:
    """Take a name apart. Anything is a name; one without letters has an empty key."""
    cleaned = clean(text)
    key = simplified(cleaned).casefold()
    if _HAN.search(key) is None:
        brand = (basename(key).strip(" .,") or key) if key else ""
        form = key.removeprefix(brand).strip(" .,") if key.startswith(brand) else ""
        return CompanyName(
            given=text, cleaned=cleaned, key=key, parent=key, branch="", is_whole_parent=False,
            region="", region_codes=frozenset(), brand=brand, trade="", form=form, readings=((brand, frozenset()),),
        )  # fmt: skip
    parent, branch = _without_branch(key)
    is_whole = branch.endswith(BRANCH_ENDS)
    parts = _parts(parent)
    if not branch and parts.branch_place:
        parent, branch = parent.removesuffix(parts.branch_place + parts.form), parts.branch_place + parts.form
    return CompanyName(
        given=text, cleaned=cleaned, key=key, parent=parent, branch=branch, is_whole_parent=is_whole,
        region=parts.region, region_codes=parts.codes, brand=parts.brand, trade=parts.trade,
        form="" if parts.branch_place else parts.form,
        readings=tuple((text + branch, codes) for text, codes in parts.readings),
    )  # fmt: skip


def clean(text: str) -> str:
    """Step 1."""
    cleaned = visible(text).translate(_BRACKETS)[: MAX_CHARACTERS * 2]
    cleaned = re.sub(r"\s+", "" if _HAN.search(cleaned) else " ", cleaned)
    cleaned = _ABOUT_BRACKETS.sub(r"\1", cleaned).replace("()", "")
    before = None
    while cleaned != before:
        before = cleaned
        cleaned = _STAMP.sub("", _ENDS.sub("", cleaned))
    return _BEGINNINGS.sub("", cleaned)[:MAX_CHARACTERS]


def grams(name: CompanyName) -> frozenset[str]:
    """What a name can be found by: pairs of its brand's characters, or of brand and trade where the brand is a stump.

    A branch is found by its own words, too: a bank has thousands under one brand. After ``=`` stand whole readings.
    """
    core = name.brand if len(name.brand) > 1 else name.core
    found = _grams(core) | {f"={text}"[:MAX_CHARACTERS] for text, _ in name.readings}
    if name.is_short:
        found |= _grams(name.key)  # 金昌 is a city, and may be a brand
    if name.branch:
        end = next((end for end in BRANCH_ENDS if name.branch.endswith(end)), "")
        found |= _grams(name.branch.removesuffix(end))
    return frozenset(found)


def _grams(text: str) -> set[str]:
    found: set[str] = set()
    for run in re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", text):
        size = 3 if run.isascii() else 2
        found |= {run[at : at + size] for at in range(len(run) - size + 1)} or {run}
    return found


def _without_branch(name: str) -> tuple[str, str]:
    """Step 3: parent and branch, where the parent ends in a legal form.

    What else stands behind a company's whole name, as 有限公司加油站, is split off as well: it is no part of the brand.
    """
    is_branch = name.endswith(BRANCH_ENDS)
    for cut in range(len(name) - 2, 3, -1):
        parent, branch = name[:cut], name[cut:]
        form = next((form for form in _PARENT_FORMS if parent.endswith(form)), None)
        if form is None or branch.startswith((")", "(")) or branch in LEGAL_FORMS:
            continue
        is_certain = is_branch and (form not in _WEAK_FORMS or len(branch) <= _BRANCH_AFTER_WEAK)
        if is_certain or (form.endswith("公司") and form != "公司"):
            return parent, branch
    return name, ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    region: str
    codes: frozenset[str]
    brand: str
    trade: str
    form: str
    readings: tuple[tuple[str, frozenset[str]], ...]
    branch_place: str = ""
    """A place before a form that is none of a whole company: 新月能源石家庄公司."""


def _parts(name: str) -> _Parts:
    """Step 4."""
    name = _OTHER_NAME.sub("", name) if not name.endswith(FORM_NOTES) else name
    rest, form = _without_form(name)
    rest, bracketed, in_brackets = _without_brackets(rest)
    kept = "" if form.startswith(_COMPANY_FORMS) or form.endswith("公司") else form.partition("(")[0]
    stops = _leading_places(rest, in_brackets)
    readings = [
        (rest[stop.end :] + kept, stop.codes)
        for at, stop in enumerate(stops)
        if at + 1 == len(stops) or stops[at + 1].is_bare
    ]
    end, codes = stops[-1].end, stops[-1].codes
    region, rest = rest[:end] + bracketed, rest[end:]
    branch_place = ""
    if not region:
        rest, last, found = _without_last_places(rest)
        if form in _FORMS_OF_PARTS:
            branch_place = last
        elif found is not None:
            region, codes = last, found.codes
            readings.append((rest + kept, codes))
    brand, trade = _split(rest)
    return _Parts(
        region=region, codes=codes, brand=brand, trade=trade, form=form, branch_place=branch_place,
        readings=tuple((text, codes) for text, codes in reversed(readings) if text),
    )  # fmt: skip


def _without_form(name: str) -> tuple[str, str]:
    note = next((note for note in FORM_NOTES if name.endswith(note)), "")
    body = name.removesuffix(note)
    form = next((form for form in _FORMS if body.endswith(form) and body != form), "")
    return body.removesuffix(form), form + note


def _without_brackets(rest: str) -> tuple[str, str, Place | None]:
    """Take brackets away; one that holds a place says where the company is."""
    place = None
    bracketed = ""
    for inner in _IN_BRACKETS.findall(rest):
        if inner in ("中国", "china"):
            found: Place | None = _ALL_OF_CHINA
        else:
            last = _leading_places(inner, is_all=True)[-1]
            found = Place(last.codes, is_clear=True) if 0 < last.end == len(inner) else None
        if found is not None:
            place, bracketed = found, bracketed + inner
            rest = rest.replace(f"({inner})", "", 1)
    return rest.replace("(集团)", "").replace("(", "").replace(")", ""), bracketed, place


class _Stop(NamedTuple):
    """How far the places reach that a name begins with, which one that is, and whether its last word is a bare name."""

    end: int
    codes: frozenset[str]
    is_bare: bool = False


def _leading_places(text: str, known: Place | None = None, *, is_all: bool = False) -> list[_Stop]:
    """The places that ``text`` begins with, each within the one before; first the stop before any.

    Args:
        known: a place that stands in brackets: what comes first is no place if it lies elsewhere.
        is_all: the text may be nothing but a place; a county's bare name counts.
    """
    place = known
    stops = [_Stop(0, known.codes if known is not None else frozenset())]
    while (found := place_at(text, stops[-1].end)) is not None:
        word, here = found
        if place is not None and not are_compatible(place.codes, here.codes):
            break
        end = stops[-1].end + len(word)
        if not is_all and not _may_be_place(here, text[end:]):
            break
        place = _narrower(place, here)
        stops.append(_Stop(end, place.codes, is_bare=word[-1] not in _KINDS))
    if len(stops) > 1:
        end, codes, is_bare = stops[-1]
        if all(len(code) == 6 for code in codes) and (town := _TOWN.match(text[end:])):
            end += town.end()
        if zone := _ZONE.match(text[end:]):
            end += zone.end()
        stops[-1] = _Stop(end, codes, is_bare=is_bare and end == stops[-1].end)
    return stops


def _without_last_places(text: str) -> tuple[str, str, Place | None]:
    """``text`` without the places at its end, these, and the last of them."""
    rest, place = text, None
    while (found := place_before(rest)) is not None:
        word, here = found
        before = rest.removesuffix(word)
        if not here.is_clear or len(_split(before)[0]) < 2 or (place and not are_compatible(place.codes, here.codes)):
            break
        rest, place = before, _narrower(place, here)
    return rest, text.removeprefix(rest), place


def _may_be_place(place: Place, after: str) -> bool:
    """Whether a name goes on as one does after a place. 南山精机 is no firm called 精机 of the district Nanshan."""
    return place.is_clear or len(_split(after)[0]) > 1 or _ZONE.match(after) is not None


def _narrower(place: Place | None, here: Place) -> Place:
    if place is None:
        return here
    within = frozenset(
        max(one, other, key=len)
        for one in place.codes
        for other in here.codes
        if one.startswith(other) or other.startswith(one)
    )
    return Place(within, is_clear=True)


def _split(text: str) -> tuple[str, str]:
    """Brand and trade: the trade is the longest end of ``text`` that is made of nothing but words of :data:`TRADES`."""
    begins = {len(text)}
    for end in range(len(text), 0, -1):
        if end in begins:
            for start in range(max(0, end - _LONGEST_TRADE), end - 1):
                if text[start:end] in TRADES:
                    begins.add(start)
    start = min(begins)
    if start == 1 and len(begins) > 2:
        start = sorted(begins)[1]  # 好房屋网络科技 is called 好房屋: hardly a brand is one character
    return text[:start], text[start:]
