"""``wutong bench NAME [--json]``: runs ``bench/NAME.py`` of the working tree."""

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wutong.operations.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "bench" / "out"


def main(argv: list[str]) -> int:
    """Measure one thing, or all; a miss is reported as a miss and leaves with 1."""
    if not (ROOT / "bench" / "__init__.py").exists():
        raise Problem("Measuring needs the source tree with its folder bench/.")
    sys.path.insert(0, str(ROOT))
    benches = importlib.import_module("bench")
    names: tuple[str, ...] = benches.BENCHES
    parser = argparse.ArgumentParser(
        prog="wutong bench", description=main.__doc__, add_help=argv[:1] in ([], ["--help"])
    )
    parser.add_argument("name", choices=["all", *names], help="what to measure; NAME --help says more")
    options, rest = parser.parse_known_args(argv)
    if options.name == "all":
        return measure_all({name: benches.module_of(name) for name in names})
    code: int = importlib.import_module(benches.module_of(options.name)).main(rest)
    return code


def measure_all(modules: Mapping[str, str]) -> int:
    """Measure one after the other, each in a process of its own, and keep what they say in ``bench/out/NAME.json``.

    Args:
        modules: by the name of each bench.
    """
    OUT.mkdir(exist_ok=True)
    missed = []
    for name, module in modules.items():
        command = [sys.executable, "-m", module, "--json"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        (OUT / f"{name}.json").write_text(done.stdout)
        lines = told(name, json.loads(done.stdout)) if done.stdout.strip() else [f"{name}: could not be measured"]
        if done.returncode:
            missed.append(name)
        print("\n".join(lines), flush=True)  # noqa: T201  # the operator's terminal
    print(f"\nMISSED: {', '.join(missed)}" if missed else "\nAll met.")  # noqa: T201  # as above
    return 1 if missed else 0


def told(name: str, report: dict[str, Any]) -> list[str]:
    """A report in lines for people."""
    lines = [f"{name}: {'met' if report['met'] else 'NOT MET'}"]
    return lines + [f"  {_line(figure, value, report)}" for figure, value in report["figures"].items()]


def _line(figure: str, value: object, report: dict[str, Any]) -> str:
    """One figure, and beside it what it must be and what is aimed at."""
    line = f"{figure:<36} {value!s:<16}"
    if figure in report["must"]:
        line += f" must {report['must'][figure]:<10} {'MISSED' if figure in report['missed'] else 'met'}"
    if figure in report["aim"]:
        line += f", aim {report['aim'][figure]}"
    return line.rstrip()
