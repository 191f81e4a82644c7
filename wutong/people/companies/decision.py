"""Whether two names are one company's. A name alone never says more than it can: doubt is a candidate for a colleague.

Source: ``algorithms.md`` 2.2. Convention of this project: the weights and the bound of :func:`similarity`.
"""

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import JaroWinkler

from wutong.people.companies.names import CompanyName
from wutong.people.companies.places import are_compatible

CANDIDATE_FROM = 0.88
_BRAND, _TRADE, _REGION, _FORM = 0.55, 0.20, 0.15, 0.10
_EQUAL_READING = 0.95
_BRANCH_APART = 0.95
"""What is left of a likeness when one of the two names is a branch's, or when they are branches of different names."""


class Decision(StrEnum):
    """What a name is to a company that is known."""

    SAME = "same"
    BRANCH = "branch"
    """A branch of that company, which has a code of its own."""
    CANDIDATE = "candidate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, how alike the names are from 0 to 1, and why in a few words for people who check it."""

    decision: Decision
    score: float
    reason: str


OTHER_REGION = Verdict(Decision.NONE, 0.0, "names another region")


def decide(query: CompanyName, known: CompanyName) -> Verdict:
    """What ``query`` is to the company called ``known``."""
    if query.key == known.key:
        if query.is_short:
            return Verdict(Decision.CANDIDATE, 1.0, "equal, but too short to be sure")
        return Verdict(Decision.SAME, 1.0, "equal but for the way of writing")
    if query.is_whole_parent and query.parent == known.key:
        return Verdict(Decision.BRANCH, 1.0, "a branch of this company")
    if query.bare == known.bare:
        return Verdict(Decision.CANDIDATE, 1.0, "the legal form is missing or another")
    if not query.is_short and _have_equal_readings(query, known):
        score = max(similarity(query, known), _EQUAL_READING)
        return Verdict(Decision.CANDIDATE, score, "the region or the legal form is moved, missing or another")
    if not query.is_short and not have_room_for_each_other(query, known):
        return OTHER_REGION
    score = similarity(query, known)
    if query.brand and query.brand == known.brand and query.branch == known.branch:
        if query.trade == known.trade:
            is_moved = query.region != known.region
            reason = "the region is moved or missing" if is_moved else "the legal form is missing or another"
            return Verdict(Decision.CANDIDATE, score, reason)
        if query.is_only_brand:
            return Verdict(Decision.CANDIDATE, score, "only the brand is given")
    if query.is_short and query.key == known.brand:
        return Verdict(Decision.CANDIDATE, score, "only the brand is given")
    if query.is_short or score < CANDIDATE_FROM:
        return Verdict(Decision.NONE, score, "not alike")
    if known.branch and not query.branch:
        return Verdict(Decision.CANDIDATE, score, "a branch of a company of this name or one like it")
    return Verdict(Decision.CANDIDATE, score, "brand and trade are alike")


def have_room_for_each_other(one: CompanyName, other: CompanyName) -> bool:
    """Whether the places that two names tell can be one place. A name without a place can be anywhere."""
    return not one.region_codes or not other.region_codes or are_compatible(one.region_codes, other.region_codes)


def _have_equal_readings(one: CompanyName, other: CompanyName) -> bool:
    """Whether brand and trade are one text, in a reading of each that leaves their places room for each other."""
    return any(
        text == text_of_other and (not codes or not codes_of_other or are_compatible(codes, codes_of_other))
        for text, codes in one.readings
        for text_of_other, codes_of_other in other.readings
    )


def similarity(one: CompanyName, other: CompanyName) -> float:
    """0 to 1, of two names whose regions do not exclude each other."""
    if one.brand and other.brand:
        of_brand, of_trade = _likeness(one.brand, other.brand), _likeness(one.trade, other.trade)
    else:  # one is all trade, as 柳州通信服务公司: what it is told by is both together
        of_brand = of_trade = _likeness(one.core, other.core)
    is_form_equal = one.form == other.form or not one.form or not other.form
    score = _BRAND * of_brand + _TRADE * of_trade + _REGION + _FORM * is_form_equal
    if one.branch == other.branch:
        return score
    return score * (_likeness(one.branch, other.branch) if one.branch and other.branch else _BRANCH_APART)


def _likeness(one: str, other: str) -> float:
    return JaroWinkler.similarity(one, other)
