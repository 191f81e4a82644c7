"""Everything that must hold before a change is handed on: ``python -m wutong.devtools.suite``.

Each check runs to its end even when an earlier one failed, so that one run tells everything. The last line is pytest's.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE_DATA = ROOT.parent / "shared" / "data"
DISTRIBUTION = Path("/usr/lib/postgresql")
OLDEST_POSTGRESQL = 15
BIN = Path(sys.executable).parent
PYTHON = [sys.executable]
CHECKS: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy", "--no-error-summary"],
    "templates": [BIN / "djlint", "--lint", "--quiet", "wutong"],
    "layers": [BIN / "lint-imports", "--no-cache"],
    "translations": [*PYTHON, "-m", "wutong.devtools.translations", "--check"],
    "licences": [*PYTHON, "-m", "wutong.devtools.licences"],
}
AT_ONCE = 4
"""So many runs beside each other on the two processors that we can count on: each waits for answers of PostgreSQL, of a
process or of a browser, and with three at once a quarter of the processors' time was nobody's."""
GIVE_WAY = ["nice", "-n", "5"]
"""What only computes leaves the processor to what is killed, timed or looked at."""
_NOT_FOR_TESTS = {"DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"}
"""The second because pytest compiles 300 files of tests, which the later runs find compiled."""
_PROGRESS = re.compile(r"^\S+ +\[ *\d+%\]$")


@dataclass(frozen=True)
class Run:
    """One call of pytest, for the tests with these ``marks`` in these ``folders``, or in all."""

    name: str
    marks: str
    folders: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    gives_way: bool = False

    @property
    def command(self) -> list[str | Path]:
        manner = GIVE_WAY if self.gives_way else []
        return [*manner, *PYTHON, "-m", "pytest", "-q", "--durations=10", "-m", self.marks, *self.folders]


@dataclass(frozen=True)
class Done:
    """What a run came to."""

    name: str
    code: int
    printed: str

    @property
    def closing(self) -> str:
        """Pytest's own last line."""
        return self.printed.strip().splitlines()[-1]


_ALL_THE_REST = "not browser and not faults and not own_server and not walk"


def _there() -> list[str]:
    """The folders of tests, and the files of tests that stand beside them."""
    found = (path for path in (ROOT / "tests").iterdir() if path.is_dir() or path.name.startswith("test_"))
    return sorted(f"tests/{path.name}" for path in found if path.name[0] not in "_.")


_MIDDLE = "tests/m"
TESTS = Run("tests, m to z", _ALL_THE_REST, tuple(one for one in _there() if one >= _MIDDLE), gives_way=True)
EARLIER_TESTS = Run("tests, a to l", _ALL_THE_REST, tuple(one for one in _there() if one < _MIDDLE), gives_way=True)
KILLS = Run("kills", "faults", ("tests/faults",))
PAGES = Run("tests in a browser", "browser", ("tests/e2e",))
SCRIPTS = Run("tests of scripts", "browser", ("tests/web",))
COMMANDS = Run("tests of commands", "own_server", ("tests/operations",))
WALK = Run("tests of what is seen by whom", "walk", ("tests/scope",), gives_way=True)
OF_ONE_MARK = (KILLS, PAGES, SCRIPTS, COMMANDS, WALK)
"""They need not read the tests of other folders: ``tests/conftest.py`` allows their marks nowhere else."""


def main() -> None:
    """Run all checks and, beside them, all tests; those that ask PostgreSQL on ours and on the distribution's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lint-only", action="store_true")
    lint_only: bool = parser.parse_args().lint_only
    runs = [] if lint_only else planned()
    with ThreadPoolExecutor(AT_ONCE) as beside:
        testing = [beside.submit(_tests, run) for run in runs]
        failed = _lint()
        done = [one.result() for one in testing]
    failed += [one.name for one in done if one.code]
    _say(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll checks passed.")
    _say("\n".join([*([] if lint_only else left_out()), *(f"{one.name}: {one.closing}" for one in done)]))
    for one in done:
        if one.name == TESTS.name:
            _say(one.closing)  # a closing line of pytest's own is the last
    sys.exit(1 if failed else 0)


def distribution_major() -> str | None:
    """The oldest PostgreSQL of the distribution that we support."""
    found = (path.parent.parent.name for path in DISTRIBUTION.glob("*/bin/postgres"))
    majors = sorted(int(name) for name in found if name.isdecimal() and int(name) >= OLDEST_POSTGRESQL)
    return str(majors[0]) if majors else None


def planned() -> list[Run]:
    """The runs, in an order that keeps all busy to the end: kills and the long ones first, the short ones last.

    Raises:
        SystemExit: on CI, when there is no second PostgreSQL: leaving it out is a failure there.
    """
    major = distribution_major()
    if major is None and os.environ.get("CI"):
        sys.exit(f"FAILED: the second run needs PostgreSQL {OLDEST_POSTGRESQL} or newer of the distribution.")
    if major is None:
        return [KILLS, TESTS, EARLIER_TESTS, PAGES, COMMANDS, SCRIPTS, WALK]
    again = Run(
        f"tests on PostgreSQL {major}",
        f"postgres and not pages and not once and {_ALL_THE_REST}",
        environment={"WUTONG_TEST_POSTGRES": major},
        gives_way=True,
    )
    return [KILLS, TESTS, EARLIER_TESTS, again, PAGES, COMMANDS, SCRIPTS, WALK]


def left_out() -> list[str]:
    """What this machine cannot prove, and what is not proved twice."""
    major = distribution_major()
    no_second_run = "!!! LEFT OUT: no PostgreSQL 15 or newer of the distribution, so the second run"
    said = [
        f"Tests that do not ask PostgreSQL, are about pages alone or compute elsewhere ran once, not again on {major}."
        if major
        else no_second_run
    ]
    if not REFERENCE_DATA.is_dir():
        said.append(f"!!! LEFT OUT: {REFERENCE_DATA} is not there, so every comparison with reference data")
    return said


def _lint() -> list[str]:
    """The names of the checks that fail."""
    with tempfile.TemporaryDirectory(prefix="wt-lint-") as folder:
        environment = os.environ | {"WUTONG_DATA_DIR": folder, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
        return [name for name, command in CHECKS.items() if not _passes(name, command, environment)]


def _passes(name: str, command: list[str | Path], environment: dict[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    _say(f"{name:<14} {verdict}  ({time.monotonic() - began:.1f} s)")
    if done.returncode:
        _say(done.stdout + done.stderr)
    return done.returncode == 0


def _tests(run: Run) -> Done:
    """Run pytest. How far it is shows as it comes; all else it prints shows in one piece when it is done."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_TESTS}
    environment = kept | run.environment
    printed = []
    with subprocess.Popen(run.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as pytest:
        for line in pytest.stdout or ():
            if _PROGRESS.match(line):
                _say(f"{run.name:<24} {line.rstrip()}")
            else:
                printed.append(line)
    told = "".join(printed).strip() or "nothing"
    _say(f"\n{run.name}\n{told}\n")
    return Done(name=run.name, code=pytest.returncode, printed=told)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the developer's terminal


if __name__ == "__main__":
    main()
