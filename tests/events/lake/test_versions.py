from importlib.metadata import version
from pathlib import Path

from packaging.version import Version

UNPIN = "unpin together: the engine checks its extensions' signatures, and sqlglot 30 breaks create_table from a frame"


def test_engine_extensions_and_translator_are_pinned_together() -> None:
    engine = version("duckdb")
    extensions = {version("duckdb-extension-ducklake"), version("duckdb-extension-postgres-scanner")}

    assert extensions == {engine}, UNPIN
    assert Version(version("sqlglot")) < Version("30"), UNPIN


def test_the_requirements_say_so() -> None:
    folder = Path(__file__).resolve().parents[3] / "requirements"
    wanted = [line for name in ("run.in", "s3.in") for line in (folder / name).read_text().split()]
    pins = {name: pin for name, _, pin in (line.partition("==") for line in wanted) if name.startswith("duckdb")}

    assert len(pins) >= 4
    assert len(set(pins.values())) == 1, UNPIN
    assert "sqlglot<30" in wanted, UNPIN
