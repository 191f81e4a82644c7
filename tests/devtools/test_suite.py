"""What the whole run says when a part of it cannot be had."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import MISSING_DATA, ROOT, SHARED_DATA, SharedData
from wutong.devtools import suite


@pytest.fixture
def system() -> ModuleType:
    """The script that looks for system packages: it runs before there is an environment."""
    spec = importlib.util.spec_from_file_location("system", ROOT / "requirements" / "system.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch, system: ModuleType) -> Path:
    """Where the distribution keeps its PostgreSQL, with none."""
    monkeypatch.setattr(suite, "DISTRIBUTION", tmp_path)
    monkeypatch.setattr(system, "POSTGRESQL", tmp_path)
    return tmp_path


def install(distribution: Path, major: str) -> None:
    (distribution / major / "bin").mkdir(parents=True)
    (distribution / major / "bin" / "postgres").touch()


def test_a_postgresql_that_is_too_old_is_none(distribution: Path, system: ModuleType, monkeypatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    install(distribution, "14")
    assert not system.has_postgresql()
    assert suite.distribution_major() is None
    assert any("LEFT OUT" in line for line in suite.left_out())

    install(distribution, "17")
    install(distribution, "15")
    assert system.has_postgresql()
    assert [run.environment for run in suite.planned() if run.environment] == [{"WUTONG_TEST_POSTGRES": "15"}]


def test_on_ci_the_second_run_cannot_be_left_out(distribution: Path, monkeypatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert not [run for run in suite.planned() if run.environment]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit, match="15 or newer"):
        suite.planned()


def test_missing_reference_data_is_told_and_where_they_are_promised_fails(monkeypatch) -> None:
    monkeypatch.delenv("WUTONG_TEST_WITH_REFERENCE_DATA", raising=False)
    with pytest.raises(pytest.skip.Exception, match=MISSING_DATA):
        SharedData()("nowhere.csv")
    monkeypatch.setenv("WUTONG_TEST_WITH_REFERENCE_DATA", "1")
    with pytest.raises(pytest.fail.Exception, match=MISSING_DATA):
        SharedData()("nowhere.csv")

    assert suite.REFERENCE_DATA == SHARED_DATA
    monkeypatch.setattr(suite, "REFERENCE_DATA", Path("/nowhere"))
    assert "/nowhere" in suite.left_out()[-1]


def test_every_test_stands_in_one_half() -> None:
    tests = ROOT / "tests"
    halves = [Path(one).name for one in (*suite.EARLIER_TESTS.folders, *suite.TESTS.folders)]
    files = [path.relative_to(tests) for path in tests.rglob("test_*.py")]
    assert {path.parts[0] for path in files} <= set(halves)
    assert len(halves) == len(set(halves))
