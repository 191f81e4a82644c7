"""``wutong bench NAME [--json]``: runs ``bench/NAME.py`` of the working tree."""

import argparse
import importlib
import sys
from pathlib import Path

from wutong.operations.problem import Problem

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Measure one thing, or all; a miss is reported as a miss and leaves with 1."""
    names = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not names:
        raise Problem("Measuring needs the source tree with its folder bench/.")
    parser = argparse.ArgumentParser(prog="wutong bench", description=main.__doc__)
    parser.add_argument("name", choices=["all", *(name.replace("_", "-") for name in names)])
    options, rest = parser.parse_known_args(argv)
    sys.path.insert(0, str(ROOT))
    wanted = names if options.name == "all" else [options.name.replace("-", "_")]
    codes = [importlib.import_module(f"bench.{name}").main(rest) for name in wanted]
    return 1 if any(codes) else 0
