"""Everything that must hold before a change is handed on: ``python -m wutong.devtools.suite``.

Each check runs to its end even when an earlier one failed, so that one run tells everything. The last line is pytest's.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
WHOLE_SYSTEM = ["-m", "browser or faults or own_server"]
"""Tests that start the real processes: they wait more than they compute, so they run beside the others."""
DATABASE_PART = ["-m", "not browser and not faults and not own_server"]


def main() -> None:
    """Run all checks, then the tests on our PostgreSQL and on the distribution's, those of the whole system beside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lint-only", action="store_true")
    lint_only: bool = parser.parse_args().lint_only
    with tempfile.TemporaryDirectory(prefix="wt-lint-") as folder:
        environment = os.environ | {"WUTONG_DATA_DIR": folder, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
        failed = [name for name, command in CHECKS.items() if not _passes(name, command, environment)]
    closing: list[str] = []
    if not lint_only:
        major = distribution_major()
        runs: list[tuple[str, list[str], dict[str, str]]] = [("tests", DATABASE_PART, {})]
        if major is not None:
            runs.append((f"tests on PostgreSQL {major}", DATABASE_PART, {"WUTONG_TEST_POSTGRES": major}))
        else:
            closing.append("!!! LEFT OUT: no PostgreSQL 15 or newer of the distribution, so the second run")
        with ThreadPoolExecutor(1) as beside:
            whole = beside.submit(_tests, "tests of the whole system", WHOLE_SYSTEM, {}, shows=False)
            results = [(name, *_tests(name, options, extra)) for name, options, extra in runs]
            results.append(("tests of the whole system", *whole.result()))
        _say(results[-1][2])
        for name, code, printed in results:
            closing.append(f"{name}: {printed.strip().splitlines()[-1]}")
            failed += [name] if code else []
        closing.append(results[0][2].strip().splitlines()[-1])  # a closing line of pytest's own is the last
    _say(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll checks passed.")
    _say("\n".join(closing))
    sys.exit(1 if failed else 0)


def distribution_major() -> str | None:
    """The oldest PostgreSQL of the distribution that we support."""
    found = (path.parent.parent.name for path in Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    majors = sorted(int(name) for name in found if name.isdecimal() and int(name) >= 15)
    return str(majors[0]) if majors else None


def _passes(name: str, command: list[str | Path], environment: dict[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    _say(f"{name:<14} {verdict}  ({time.monotonic() - began:.1f} s)")
    if done.returncode:
        _say(done.stdout + done.stderr)
    return done.returncode == 0


def _tests(name: str, options: list[str], extra: dict[str, str], *, shows: bool = True) -> tuple[int, str]:
    """Run pytest, showing what it prints as it comes or not; returns its exit code and what it printed."""
    _say(f"\n{name}" if shows else f"\n{name}: begun, shown when done")
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | extra
    command = [*PYTHON, "-m", "pytest", "-q", "--durations=10", *options]
    printed = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            printed.append(line)
            if shows:
                _say(line.rstrip("\n"))
    return run.returncode, "".join(printed) or "nothing"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the developer's terminal


if __name__ == "__main__":
    main()
