"""The first behaviour model: what an act is worth, for how long, and at most.

Source: ``algorithms.md`` 3.1. ``behaviour(t) = clamp(sum over rules of min(cap, S_r(t)), 0, 100)`` where
``S_r(t) = sum over acts of points * 2 ** (-(t - act) / half-life)``; the cap holds after decay.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MODEL_VERSION = 1
GRADE_FROM = {1: 75.0, 2: 50.0, 3: 25.0, 4: 0.0}
"""Lowest score of each grade."""
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Points for one kind of act."""

    code: str
    label: str | Promise
    event: str
    points: float
    half_life: timedelta
    cap: float
    path: re.Pattern[str] | None = None

    def counts(self, event: str, path: str) -> bool:
        return event == self.event and (self.path is None or self.path.search(path) is not None)


RULES: tuple[Rule, ...] = (
    Rule(
        code="form",
        label=_("Submitted a form"),
        event="form_submitted",
        points=30,
        half_life=timedelta(days=60),
        cap=60,
    ),
    Rule(
        code="form_started",
        label=_("Started a form"),
        event="form_started",
        points=5,
        half_life=timedelta(days=30),
        cap=5,
    ),
    Rule(
        code="pricing",
        label=_("Looked at prices"),
        event="page_viewed",
        points=8,
        half_life=timedelta(days=14),
        cap=24,
        path=re.compile(r"pric|jiage|报价|价格", re.IGNORECASE),
    ),
    Rule(
        code="cases",
        label=_("Read a customer case"),
        event="page_viewed",
        points=4,
        half_life=timedelta(days=14),
        cap=16,
        path=re.compile(r"case|anli|案例", re.IGNORECASE),
    ),
    Rule(code="view", label=_("Viewed a page"), event="page_viewed", points=1, half_life=timedelta(days=14), cap=15),
    Rule(code="reading", label=_("Kept reading"), event="page_beat", points=0.2, half_life=timedelta(days=14), cap=10),
    Rule(
        code="link",
        label=_("Followed a link or downloaded"),
        event="link_clicked",
        points=3,
        half_life=timedelta(days=30),
        cap=12,
    ),
)


@lru_cache(maxsize=20_000)
def rules_for(event: str, path: str) -> tuple[Rule, ...]:
    """The rules that count an act. Cached, because a website has few paths and many readers."""
    return tuple(rule for rule in RULES if rule.counts(event, path))


BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


@dataclass(frozen=True)
class Sum:
    """What one rule gave so far: worth ``value`` at ``as_of``, from ``n`` acts."""

    rule: str
    value: float
    as_of: datetime
    n: int = 0

    def at(self, at: datetime) -> float:
        """Its worth at another instant; exact, because all its points decay alike."""
        rule = BY_CODE.get(self.rule)
        if rule is None:
            return 0.0  # a rule of an older model
        return float(self.value * 2 ** (-((at - self.as_of) / rule.half_life)))


@dataclass(frozen=True)
class Line:
    """One line of the explanation. The lines of a score add up to it."""

    label: str | Promise
    n: int
    points: float
    kept_back: float = 0.0
    """What the rule's cap took away."""


def behaviour(sums: Iterable[Sum], *, at: datetime) -> float:
    """The score at ``at``, 0 to 100."""
    totals: dict[str, float] = {}
    for one in sums:
        totals[one.rule] = totals.get(one.rule, 0.0) + one.at(at)
    return min(sum(min(total, BY_CODE[code].cap) for code, total in totals.items() if code in BY_CODE), 100.0)


def explained(sums: Iterable[Sum], *, at: datetime) -> list[Line]:
    """The score's terms, largest first; where the total passes 100 the last line takes the rest away."""
    lines = sorted(_lines(sums, at=at), key=lambda line: -line.points)
    surplus = sum(line.points for line in lines) - 100.0
    if surplus > 0:
        lines.append(Line(label=_("More than 100 is not counted"), n=0, points=-surplus))
    return lines


def grade(score: float) -> int:
    """1 (hot) to 4."""
    return next(grade for grade, lowest in GRADE_FROM.items() if score >= lowest)


def next_fall(sums: Sequence[Sum], *, at: datetime) -> datetime | None:
    """When the score, without new acts, will fall into the next grade; None from the lowest."""
    lowest = GRADE_FROM[grade(behaviour(sums, at=at))]
    if not lowest:
        return None
    longest = max(BY_CODE[one.rule].half_life for one in sums if one.rule in BY_CODE)
    low, high = at, at + longest
    while behaviour(sums, at=high) >= lowest:
        high += longest
    while high - low > _SHORTEST:
        middle = low + (high - low) / 2
        low, high = (middle, high) if behaviour(sums, at=middle) >= lowest else (low, middle)
    return high


def _lines(sums: Iterable[Sum], *, at: datetime) -> list[Line]:
    totals: dict[str, list[float]] = {}
    for one in sums:
        if one.rule in BY_CODE:
            total = totals.setdefault(one.rule, [0.0, 0])
            total[0] += one.at(at)
            total[1] += one.n
    lines = []
    for code, (value, n) in totals.items():
        rule = BY_CODE[code]
        lines.append(Line(rule.label, int(n), min(value, rule.cap), max(value - rule.cap, 0.0)))
    return [line for line in lines if not math.isclose(line.points, 0.0, abs_tol=1e-9)]
