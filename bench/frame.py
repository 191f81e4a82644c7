"""What every bench has in common: its report, held against what must be, and how it is called."""

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one figure must reach, and what we aim at. ``below``: less is better. Without ``must`` it cannot miss."""

    must: float | None = None
    aim: float | None = None
    below: bool = False

    def is_met_by(self, value: float) -> bool:
        if self.must is None:
            return True
        return value < self.must if self.below else value >= self.must

    def ratio(self, value: float) -> float | None:
        """How much of what must be is there: 1 or more is enough, whichever way the figure points."""
        if not self.must or value <= 0:
            return None
        return round(self.must / value if self.below else value / self.must, 2)


def report(name: str, figures: Figures, limits: Mapping[str, Limit], *, command: str) -> dict[str, Any]:
    """The report of a bench. A figure that has a limit and was not measured is a miss."""
    missed = [
        figure for figure, limit in limits.items() if figure not in figures or not limit.is_met_by(figures[figure])
    ]
    return {
        "name": name,
        "figures": {**figures, "load_average": [round(load, 1) for load in os.getloadavg()]},
        "must": {figure: _told(limit.must, limit) for figure, limit in limits.items() if limit.must is not None},
        "aim": {figure: _told(limit.aim, limit) for figure, limit in limits.items() if limit.aim is not None},
        "met": not missed,
        "missed": missed,
        "ratio": {figure: limit.ratio(figures[figure]) for figure, limit in limits.items() if figure in figures},
        "command": command,
    }


def run(
    measure: Callable[[argparse.Namespace], dict[str, Any]], parser: argparse.ArgumentParser, argv: Sequence[str]
) -> int:
    """Measure, tell, and leave with 1 when something that must be is missed."""
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(argv)
    found = measure(options)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for figure, value in found["figures"].items():
            must = f"must {found['must'][figure]}" if figure in found["must"] else ""
            aim = f", aim {found['aim'][figure]}" if figure in found["aim"] else ""
            verdict = "  MISSED" if figure in found["missed"] else ""
            print(f"{figure:36} {value!s:28} {must}{aim}{verdict}")
        print("met" if found["met"] else "NOT MET")
    return 0 if found["met"] else 1


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of 100 lie; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share / 100), len(ordered) - 1)] if ordered else 0.0


def _told(value: float | None, limit: Limit) -> str:
    return f"{'<' if limit.below else '>='} {value:g}"
