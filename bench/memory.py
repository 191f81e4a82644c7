"""The memory of an idle demo: what ``wutong up --demo`` and everything under it take, a minute after the start.

Summed PSS: a page that several processes share counts once, divided among them (``/proc/PID/smaps_rollup``).

    python -m bench.memory [--json] [--settle 45]
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from bench.company import Company, company, free_port
from bench.frame import Limit, report, run

LIMITS = {"pss_mb": Limit(must=600, aim=450, below=True)}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settle", type=float, default=45, help="seconds after the start")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with company() as one, demo(one) as up:
        time.sleep(options.settle)
        by_process = pss_by_process(up.pid)
    figures = {"pss_mb": round(sum(by_process.values())), "by_process_mb": by_process, "after_s": options.settle}
    return report("memory", figures, LIMITS, command="wutong bench memory --json")


def demo(one: Company, **settings: str) -> Any:
    one.settings |= {"WUTONG_SANDBOX_PORT": str(free_port()), "WUTONG_SANDBOX_SMTP_PORT": str(free_port()), **settings}
    return one.up("--demo")


def pss_by_process(supervisor: int) -> dict[str, float]:
    """Megabytes of each process, PostgreSQL's together."""
    found: dict[str, float] = {}
    root = psutil.Process(supervisor)
    for process in (root, *root.children(recursive=True)):
        try:
            line = process.cmdline()
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except (OSError, psutil.Error):
            continue
        name = "supervisor" if process.pid == supervisor else name_of(line)
        kib = next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Pss:"))
        found[name] = round(found.get(name, 0) + kib / 1024, 1)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def name_of(line: Sequence[str]) -> str:
    """What a process is to us."""
    if not line:
        return "?"
    if Path(line[0].partition(":")[0]).name == "postgres":
        return "postgres"
    if "wutong.events.lake.commands" in line:
        return f"lake {line[line.index('wutong.events.lake.commands') + 1]}"
    return line[line.index("wutong") + 1] if "wutong" in line else Path(line[0]).name


if __name__ == "__main__":
    if os.getuid() != 0:
        print("PostgreSQL's processes can be measured by their own user and root only.", file=sys.stderr)
    sys.exit(main())
