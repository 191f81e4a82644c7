"""The collector: how many events a second it acknowledges, and how soon.

The product's PostgreSQL with its durable settings, the real edge process, web serving pages, and the load in a process
of its own, all on this machine's cores. Beside it, in the same minute: an empty 202 on the same server, and a raw COPY
of like bytes.

    python -m bench.collector [--json] [--seconds 5] [--readers 2]
"""

import argparse
import contextlib
import json
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from uuid_utils.compat import uuid7

from bench.company import SITE, Company, company, cpu_seconds, free_port
from bench.frame import Limit, percentile, report, run
from wutong.events.arrivals import Hit, pack

COMMAND = "wutong bench collector --json"
LIMITS = {
    "one_a_request_per_s": Limit(must=4_000),
    "p99_ms_at_1000_per_s": Limit(must=50, below=True),
    "twenty_a_request_per_s": Limit(must=60_000, aim=100_000),
    "share_of_empty_202": Limit(aim=0.4),
    "not_accepted": Limit(must=1, below=True),
}
_COPY = """
COPY platform_inboxblock (lane, received_at, count, body, leased_by, attempts) FROM STDIN (FORMAT binary)
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of each part")
    parser.add_argument("--readers", type=int, default=2, help="who ask for a page all the while, a second between two")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    seconds: float = options.seconds
    with company(WUTONG_INBOX_MAX_EVENTS="20000000") as one, one.database() as url:
        with empty_server(one.folder) as port:
            empty = load(port, seconds=min(seconds, 3))
        with one.process("web"), one.process("edge") as child, page_load(one, readers=options.readers) as page_figures:
            port = one.edge_port
            load(port, seconds=1)  # warm
            alone, alone_cpu = cpu_of(child, lambda: load(port, seconds=seconds))
            empty_inbox(url)
            steady = load(port, seconds=seconds + 3, per_second=1_000)
            empty_inbox(url)
            twenty, twenty_cpu = cpu_of(child, lambda: load(port, hits=20, seconds=seconds))
            stored = empty_inbox(url)
        copy = raw_copy(url, seconds=min(seconds, 3))
    figures = {
        "one_a_request_per_s": rate(alone),
        "one_a_request_p99_ms": alone["p99_ms"],
        "p50_ms_at_1000_per_s": steady["p50_ms"],
        "p99_ms_at_1000_per_s": steady["p99_ms"],
        "twenty_a_request_per_s": rate(twenty) * 20,
        "twenty_a_request_p99_ms": twenty["p99_ms"],
        "empty_202_per_s": rate(empty),
        "raw_copy_per_s": copy,
        "share_of_empty_202": round(rate(alone) / rate(empty), 2),
        "share_of_raw_copy": round(rate(twenty) * 20 / copy, 2),
        "edge_cpu_us_an_event_alone": round(alone_cpu / accepted(alone) * 1e6, 1),
        "edge_cpu_us_an_event_of_twenty": round(twenty_cpu / accepted(twenty) / 20 * 1e6, 1),
        "not_accepted": sum(
            n for part in (alone, steady, twenty) for status, n in part["statuses"].items() if status != "202"
        ),
        "twenty_stored_of_acknowledged": f"{stored} of {accepted(twenty) * 20}",
        **page_figures,
    }
    return report("collector", figures, LIMITS, command=COMMAND)


def load(port: int, *, seconds: float, hits: int = 1, per_second: int | None = None) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.collector_load", "--port", str(port), "--site", SITE]
    command += ["--hits", str(hits), "--seconds", str(seconds)]
    command += ["--per-second", str(per_second)] if per_second else []
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=seconds + 30)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def rate(run: dict[str, Any]) -> int:
    seconds: float = run["seconds"]
    return round(accepted(run) / seconds)


def accepted(run: dict[str, Any]) -> int:
    n: int = run["statuses"].get("202", 0)
    return n


def cpu_of(child: subprocess.Popen[bytes], work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """What ``work`` gives, and the processor seconds ``child`` spent meanwhile."""
    before = cpu_seconds(child.pid)
    result = work()
    return result, cpu_seconds(child.pid) - before


def raw_copy(url: str, *, seconds: float) -> int:
    """Events a second when blocks of the same size are copied in and committed one by one, with nothing before it."""
    at = datetime.now(UTC)
    hit = Hit(
        id=uuid7(),
        site_id=1,
        source="web",
        occurred_at=at,
        received_at=at,
        visitor=secrets.token_hex(16),
        view=uuid7(),
        url="https://www.example.com/mes/guide-7?utm_source=baidu&utm_medium=cpc&utm_campaign=autumn-7",
        ref="https://www.baidu.com/",
        name="page_beat",
        props={"seq": 7, "visible_s": 35.0, "depth": 0.4},
    )
    n = 0
    with psycopg.connect(url, autocommit=True) as connection:
        began = time.perf_counter()
        while time.perf_counter() < began + seconds:
            body = pack([hit] * 500)
            with connection.cursor().copy(_COPY) as copy:
                copy.set_types(["varchar", "timestamptz", "int2", "bytea", "varchar", "int2"])
                copy.write_row(("collector", at, 500, body, "", 0))
            n += 500
        return round(n / (time.perf_counter() - began))


def empty_inbox(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT coalesce(sum(count), 0) FROM platform_inboxblock").fetchone()
        connection.execute("TRUNCATE platform_inboxblock")
    return int(row[0]) if row else 0


@contextlib.contextmanager
def empty_server(folder: Path) -> Iterator[int]:
    """The same server answering 202 and doing nothing else; yields its port."""
    port = free_port()
    with (folder / "empty.log").open("ab") as log:
        child = subprocess.Popen([sys.executable, "-m", "bench.collector_empty", str(port)], stdout=log, stderr=log)
    try:
        wait_until_open(port)
        yield port
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


@contextlib.contextmanager
def page_load(one: Company, *, readers: int) -> Iterator[dict[str, float]]:
    """Readers turning over a page all the while; the figures are filled in at the end."""
    figures: dict[str, float] = {}
    is_over = threading.Event()
    taken: list[float] = []

    def read() -> None:
        while not is_over.wait(1.0):
            began = time.perf_counter()
            with urllib.request.urlopen(f"http://127.0.0.1:{one.web_port}/sign-in/", timeout=20) as page:
                page.read()
            taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield figures
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
        figures |= {"pages_served": len(taken), "pages_p95_ms": round(percentile(taken, 95) * 1000, 1)}


def wait_until_open(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The process did not start.")


if __name__ == "__main__":
    sys.exit(main())
