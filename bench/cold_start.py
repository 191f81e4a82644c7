"""How long until it is up: ``wutong up --demo`` on a data folder that is there, and ``make up`` in a fresh clone.

python -m bench.cold_start [--json] [--fresh]
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.company import ROOT, Company, company, cpu_seconds
from bench.frame import Limit, report, run
from bench.memory import demo

LATER = {"later_start_s": Limit(must=10, below=True)}
FRESH = {"fresh_clone_s": Limit(must=180, below=True)}
FRESH_WITHIN_S = 900


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="also clone, install, build and start; takes minutes")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with company() as one:
        first, _, _ = started(one)
        later, cpu, stop = started(one)
    figures = {"first_start_s": first, "later_start_s": later, "later_start_cpu_s": cpu, "stop_s": stop}
    if options.fresh:
        figures["fresh_clone_s"] = fresh()
    limits = LATER | (FRESH if options.fresh else {})
    return report("cold-start", figures, limits, command="wutong bench cold-start --json" + " --fresh" * options.fresh)


def started(one: Company) -> tuple[float, float, float]:
    """Seconds until it is up, processor seconds spent until then, and seconds until it is down again."""
    began = time.monotonic()
    with demo(one) as up:
        seconds, cpu = time.monotonic() - began, cpu_seconds(up.pid)
        stops_at = time.monotonic()
    return round(seconds, 1), round(cpu, 1), round(time.monotonic() - stops_at, 1)


def fresh() -> float:
    """Clone what is committed and do what the README says first."""
    folder = Path(tempfile.mkdtemp(prefix="wt-fresh-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "wutong")], check=True)
        settings = {name: value for name, value in Company(folder).environment.items() if name != "WUTONG_DATA_DIR"}
        settings["DJANGO_SETTINGS_MODULE"] = ""
        settings["WUTONG_SANDBOX_PORT"], settings["WUTONG_SANDBOX_SMTP_PORT"] = "18002", "18025"
        began = time.monotonic()
        with (folder / "up.log").open("wb") as log:
            command = ["make", "up", "UP=--no-open"]
            make = subprocess.Popen(
                command, cwd=folder / "wutong", env=settings, stdout=log, stderr=log, start_new_session=True
            )
        while "Ctrl-C" not in (folder / "up.log").read_text(errors="replace"):
            if make.poll() is not None or time.monotonic() > began + FRESH_WITHIN_S:
                raise RuntimeError((folder / "up.log").read_text(errors="replace")[-3_000:])
            time.sleep(0.1)
        seconds = time.monotonic() - began
        os.killpg(make.pid, signal.SIGINT)  # as Ctrl-C does, which reaches all that runs in a terminal
        make.wait(60)
        return round(seconds, 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
