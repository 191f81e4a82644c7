"""What benches report, and how it is told."""

from importlib.util import find_spec

from bench import BENCHES, module_of
from bench.frame import Limit, report
from bench.stream import slope
from wutong.operations.bench import told

LIMITS = {"speed": Limit(must=100, aim=200), "delay": Limit(must=50, below=True), "share": Limit(aim=0.4)}


def test_a_miss_is_told_as_one() -> None:
    said = report("one", {"speed": 90, "delay": 25, "share": 0.1, "other": 1}, LIMITS, command="wutong bench one")

    assert (said["met"], said["missed"]) == (False, ["speed"])
    assert said["ratio"] == {"speed": 0.9, "delay": 2.0, "share": None}
    lines = told("one", said)
    assert lines[0] == "one: NOT MET"
    assert "must >= 100" in lines[1]
    assert lines[1].split()[-4:] == ["MISSED,", "aim", ">=", "200"]
    assert "met" in lines[2]
    assert "must" not in lines[3]


def test_what_was_not_measured_is_missed() -> None:
    assert report("one", {"delay": 25}, LIMITS, command="")["missed"] == ["speed", "share"]


def test_a_line_has_a_slope_and_an_error() -> None:
    rising, error = slope([(float(x), 2.0 * x) for x in range(10)])
    assert (round(rising, 9), round(error, 9)) == (2.0, 0.0)
    level, error = slope([(float(x), float(x % 2)) for x in range(20)])
    assert level - 2 * error < 0 < level + 2 * error


def test_every_bench_is_found_by_its_name() -> None:
    assert all(find_spec(module_of(name)) for name in BENCHES)
