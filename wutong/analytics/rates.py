"""Rates with their numerator, denominator and honesty about small numbers."""

from dataclasses import dataclass
from math import sqrt

SMALL = 100
"""Below this denominator a rate is shown with its interval."""
_Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution


@dataclass(frozen=True)
class Rate:
    """``n`` of ``of``. Rates of groups are made from sums, never from rates."""

    n: int
    of: int

    @property
    def share(self) -> float | None:
        """None when there is nothing to take a share of: neither 0 nor 1 would be true."""
        return self.n / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the share behind a small sample; None where the sample speaks for itself or is empty."""
        return wilson(self.n, self.of) if 0 < self.of < SMALL and self.n <= self.of else None


def wilson(n: int, of: int, *, z: float = _Z95) -> tuple[float, float]:
    """The score interval of a proportion, within 0 and 1.

    Source: E. B. Wilson (1927), J. Am. Stat. Assoc. 22(158), 209-212. Equal to ``proportion_confint`` of statsmodels
    with ``method="wilson"``, which would cost 60 MB for this line.
    """
    p = n / of
    scale = 1 + z * z / of
    centre = (p + z * z / (2 * of)) / scale
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)
