"""The ordered funnel over a list of acts, in each mode that ClickHouse's ``windowFunnel`` knows.

Reports use :mod:`wutong.analytics.funnel`; this is the rule itself, small enough to be read, to check others by.
Source: ``algorithms.md`` 5; ClickHouse, *Parametric aggregate functions*, ``windowFunnel``.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

OTHER = 0
Act = tuple[float, int]
"""An instant in seconds, and the step (1 is the first) that the act is; :data:`OTHER` for an act of none."""


class Mode(StrEnum):
    """What else must hold."""

    DEFAULT = "default"
    STRICT_INCREASE = "strict_increase"
    """A later step needs a later instant: the product's own rule."""
    STRICT_ORDER = "strict_order"
    """Any other act after a start, or a step out of turn, ends the attempt."""
    STRICT_DEDUPLICATION = "strict_deduplication"
    """The repetition of a step that was reached ends the attempt."""


def level(acts: Iterable[Act], *, steps: int, window: float, mode: Mode = Mode.STRICT_INCREASE) -> int:
    """The deepest step that one person reached from any start, within ``window`` seconds of it; 0 without a start."""
    starts: list[float | None] = [None] * steps  # for each step the latest start that reaches it
    lasts = [float("-inf")] * steps
    for at, step in sorted(acts):
        place = step - 1
        if place == 0:
            starts[0], lasts[0] = at, at
            continue
        if mode is Mode.STRICT_ORDER and starts[0] is not None and (step == OTHER or starts[place - 1] is None):
            return _reached(starts)
        if step == OTHER:
            continue
        if mode is Mode.STRICT_DEDUPLICATION and starts[place] is not None:
            return _reached(starts)
        start = starts[place - 1]
        if start is not None and at - start <= window and (mode is not Mode.STRICT_INCREASE or at > lasts[place - 1]):
            starts[place], lasts[place] = start, at
            if step == steps:
                return steps
    return _reached(starts)


def _reached(starts: Sequence[float | None]) -> int:
    return sum(1 for start in starts if start is not None)  # a step is reached through all before it
