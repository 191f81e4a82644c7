"""The ordered funnel's rule, against what ClickHouse says of the reference data."""

import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from wutong.analytics.window_funnel import OTHER, Mode, level

STEPS = ("visit", "form", "mql", "opportunity")
COLUMNS = {
    Mode.DEFAULT: "level",
    Mode.STRICT_INCREASE: "level",
    Mode.STRICT_ORDER: "level_strict_order",
    Mode.STRICT_DEDUPLICATION: "level_strict_deduplication",
}


@pytest.mark.parametrize("mode", Mode)
def test_each_mode_equals_clickhouse_on_the_reference_data(shared_data: Any, mode: Mode) -> None:
    acts = defaultdict(list)
    with shared_data("funnel/events.csv").open() as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC).timestamp()
            step = STEPS.index(row["event"]) + 1 if row["event"] in STEPS else OTHER
            acts[row["user_id"]].append((at, step))
    reached: Counter[tuple[int, int]] = Counter()
    with shared_data("funnel/expected_levels.csv").open() as file:
        for row in csv.DictReader(file):
            window = int(row["window_seconds"])
            deepest = level(acts[row["user_id"]], steps=len(STEPS), window=window, mode=mode)
            assert deepest == int(row[COLUMNS[mode]]), row
            reached.update((window, step) for step in range(1, deepest + 1))
    column = {Mode.STRICT_ORDER: "reached_strict_order"}.get(mode, "reached")
    if mode is not Mode.STRICT_DEDUPLICATION:
        with shared_data("funnel/expected_counts.csv").open() as file:
            for row in csv.DictReader(file):
                step = STEPS.index(row["step"]) + 1
                assert reached[int(row["window_seconds"]), step] == int(row[column]), row


def test_equal_instants_advance_only_by_default() -> None:
    acts = [(0.0, 1), (0.0, 2)]
    assert level(acts, steps=2, window=10) == 1
    assert level(acts, steps=2, window=10, mode=Mode.DEFAULT) == 2


def test_nobody_without_a_start_reaches_anything() -> None:
    assert level([(0.0, 2), (1.0, 3)], steps=3, window=10) == 0
