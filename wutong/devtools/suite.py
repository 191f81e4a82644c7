"""Everything that must hold before a change is handed on: ``python -m wutong.devtools.suite``.

Each check runs to its end even when an earlier one failed, so that one run tells everything. The last line is pytest's.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
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
DATABASE_PART = ["-m", "not browser and not faults and not own_server"]


def main() -> None:
    """Run all checks, then the tests on our PostgreSQL and their database part on the distribution's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lint-only", action="store_true")
    lint_only: bool = parser.parse_args().lint_only
    with tempfile.TemporaryDirectory(prefix="wt-lint-") as folder:
        environment = os.environ | {"WUTONG_DATA_DIR": folder, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
        failed = [name for name, command in CHECKS.items() if not _passes(name, command, environment)]
    closing: list[str] = []
    if not lint_only:
        major = distribution_major()
        code, line = _tests("tests", [], {})
        closing.append(line)
        failed += ["tests"] if code else []
        if major is not None:
            code, line = _tests(f"tests on PostgreSQL {major}", DATABASE_PART, {"WUTONG_TEST_POSTGRES": major})
            closing.insert(0, f"PostgreSQL {major}: {line}")
            failed += [f"tests on PostgreSQL {major}"] if code else []
        else:
            closing.insert(0, "!!! LEFT OUT: no PostgreSQL 15 or newer of the distribution, so the second run")
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


def _tests(name: str, options: list[str], extra: dict[str, str]) -> tuple[int, str]:
    """Run pytest, showing what it prints; returns its exit code and its closing line."""
    _say(f"\n{name}")
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | extra
    command = [*PYTHON, "-m", "pytest", "-q", "--durations=10", *options]
    closing = ""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            _say(line.rstrip("\n"))
            closing = line.strip() or closing
    return run.returncode, closing


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the developer's terminal


if __name__ == "__main__":
    main()
