"""What acts are worth: the closed form in which sums are kept, its value at any instant, its explanation.

``behaviour(t) = clamp(sum over rules of min(cap, S_r(t)) + sum over negative rules, 0, 100)`` where
``S_r(t) = sum over acts of points * 2 ** (-(t - act) / half-life)``; caps hold after decay.
Source: ``algorithms.md`` 3.1.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wutong.scoring.definition import ActRule, Definition
from wutong.scoring.shipped import name_of

_PRECISION_S = 60.0  # the sweep comes every five minutes
_DAY_S = 86_400.0
_FARTHEST_S = 3_650 * _DAY_S
_FARTHEST_WITH_NEGATIVES_S = 365 * _DAY_S
_LEAST = -900.0  # 2 ** -900 is a float; what is left of points after so many half-lives is nothing


@dataclass(frozen=True)
class Sum:
    """What one measure counted: ``n`` acts, worth ``value`` at ``as_of``; ``day`` where each day stands alone."""

    measure: str
    value: float
    as_of: datetime
    n: int = 0
    day: date | None = None


@dataclass(frozen=True)
class Line:
    """One line of an explanation. The lines of a score add up to it."""

    label: str | Promise
    n: int
    points: float
    kept_back: float = 0.0
    """What the rule's cap took away."""
    code: str = ""


@dataclass(frozen=True)
class _Term:
    """One rule's points at the instant the curve was drawn."""

    rule: ActRule
    points: float
    n: int


class Curve:
    """A person's behaviour from an instant on, if nothing more happens."""

    def __init__(self, definition: Definition, sums: Iterable[Sum], *, at: datetime) -> None:
        self.at = at
        self._definition = definition
        self._terms = list(_terms(definition, sums, at=at))
        self._raises, self._lowers = [], []
        for term in self._terms:
            half_life = term.rule.half_life_days
            fades = -1.0 / (half_life * _DAY_S) if half_life else 0.0
            cap = term.rule.cap or math.inf
            if term.points > 0:
                self._raises.append((term.points, fades, cap))
            else:
                self._lowers.append((-term.points, fades, cap))

    @property
    def now(self) -> float:
        """The score at the curve's beginning."""
        return self._after(0.0)

    def at_instant(self, at: datetime) -> float:
        return self._after((at - self.at).total_seconds())

    def next_change(self) -> datetime | None:
        """When the digit will change by time alone, within a minute; None if it will not for years.

        Without negative rules a score only falls. With them it may rise as well; a change that takes itself back within
        a day is not seen.
        """
        digit = self._definition.digit
        now = digit(self.now)
        if not self._raises or (now == 4 and not self._lowers):
            return None
        low, high = 0.0, _DAY_S
        while digit(self._after(high)) == now:
            low, high = high, high + _DAY_S if self._lowers else 2 * high
            if high > (_FARTHEST_WITH_NEGATIVES_S if self._lowers else _FARTHEST_S):
                return None
        while high - low > _PRECISION_S:
            middle = (low + high) / 2
            low, high = (middle, high) if digit(self._after(middle)) == now else (low, middle)
        return self.at + timedelta(seconds=high)

    def lines(self) -> list[Line]:
        """The terms of the score, largest first; the last one says what the bounds 0 and 100 took or gave."""
        lines = []
        for term in self._terms:
            cap = term.rule.cap or math.inf
            kept = max(-cap, min(term.points, cap))
            lines.append(Line(name_of(term.rule), term.n, kept, abs(term.points) - abs(kept), term.rule.code))
        lines = [line for line in lines if not math.isclose(line.points, 0.0, abs_tol=1e-9)]
        return clamped(sorted(lines, key=lambda line: -line.points))

    def worth_of(self, code: str) -> float:
        """What a rule gives now, before its cap."""
        return next((term.points for term in self._terms if term.rule.code == code), 0.0)

    def _after(self, seconds: float) -> float:
        total = 0.0
        for points, fades, cap in self._raises:
            worth = points * 2.0 ** (fades * seconds)
            total += worth if worth < cap else cap  # noqa: FURB136  # min() costs twice as much here
        for points, fades, cap in self._lowers:
            worth = points * 2.0 ** (fades * seconds)
            total -= worth if worth < cap else cap  # noqa: FURB136  # as above
        return max(0.0, min(total, 100.0))


def clamped(lines: list[Line]) -> list[Line]:
    """``lines`` and, where their sum lies outside 0 to 100, one that brings it back."""
    total = math.fsum(line.points for line in lines)
    if total > 100.0:
        return [*lines, Line(_("More than 100 is not counted"), 0, 100.0 - total)]
    if total < 0.0:
        return [*lines, Line(_("Less than 0 is not counted"), 0, -total)]
    return lines


def last_counted(definition: Definition, sums: Iterable[Sum]) -> datetime | None:
    """When somebody last did something that a positive rule counts."""
    wanted = {rule.measure.key for rule in definition.acts if rule.is_on and rule.points > 0}
    return max((one.as_of for one in sums if one.measure in wanted), default=None)


def _terms(definition: Definition, sums: Iterable[Sum], *, at: datetime) -> Iterable[_Term]:
    by_measure: dict[str, list[Sum]] = {}
    for one in sums:
        by_measure.setdefault(one.measure, []).append(one)
    for rule in definition.acts:
        counted = by_measure.get(rule.measure.key) if rule.is_on else None
        if counted:
            yield _Term(rule, rule.points * _counted(rule, counted, at=at), sum(one.n for one in counted))


def _counted(rule: ActRule, sums: Sequence[Sum], *, at: datetime) -> float:
    """How many acts are left of the counted ones.

    **Convention** for the cap of a day: all acts of the day shrink alike, so that a late one changes nothing but its
    day. Cutting off the last acts instead would make the sum depend on every act's time.
    """
    if rule.day_cap is None:
        return math.fsum(_left(rule, one, at=at) for one in sums)
    acts_of: dict[date | None, int] = {}
    for one in sums:
        acts_of[one.day] = acts_of.get(one.day, 0) + one.n
    shares = {day: min(1.0, rule.day_cap / (abs(rule.points) * n or 1.0)) for day, n in acts_of.items()}
    return math.fsum(_left(rule, one, at=at) * shares[one.day] for one in sums)


def _left(rule: ActRule, one: Sum, *, at: datetime) -> float:
    """What is left of a sum at another instant; exact, because all its acts fade alike."""
    half_life = rule.measure.half_life
    if half_life is None:
        return one.value
    return one.value * float(2.0 ** max(-((at - one.as_of) / half_life), _LEAST))
