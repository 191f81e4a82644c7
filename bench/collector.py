"""The collector: how many events a second it acknowledges, and how soon.

Runs a PostgreSQL of its own with the product's durable settings, the real edge process, and the load in a third
process, all on this machine's cores. Beside it, in the same minute: an empty 202 on the same server, and a raw COPY of
like bytes.

    python -m bench.collector [--json] [--seconds 5] [--pages http://127.0.0.1:8000/]
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from uuid_utils.compat import uuid7

from wutong.events.arrivals import Hit, pack
from wutong.operations.postgres import ADMIN, SETTINGS, Cluster, wheel_binaries
from wutong.operations.roles import APP, READ, ensure_roles

COMMAND = "wutong bench collector --json"
SITE = "wtbench"
MUST = {"one_a_request_per_s": 4_000, "p99_ms_at_1000_per_s_below": 50, "twenty_a_request_per_s": 60_000}
_COPY = """
COPY platform_inboxblock (lane, received_at, count, body, leased_by, attempts) FROM STDIN (FORMAT binary)
"""
AIM = {"share_of_empty_202": 0.4, "twenty_a_request_per_s": 100_000}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--pages", help="ask for this page all the while, from two readers")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="wt-bench-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with own_database(Path(folder)) as url:
            report = measured(url, Path(folder), seconds=options.seconds, pages=options.pages)
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report["figures"].items():
            print(f"{name:32} {value}")
        print("met" if report["met"] else "NOT MET")
    return 0 if report["met"] else 1


def measured(url: str, folder: Path, *, seconds: float, pages: str | None) -> dict[str, Any]:
    with page_load(pages) as page_figures:
        with process("bench.collector_empty", folder, port := free_port(), str(port)):
            empty = load(port, seconds=min(seconds, 3))
        with edge(url, folder) as (port, child):
            load(port, seconds=1)  # warm
            one, one_cpu = cpu_of(child, lambda: load(port, seconds=seconds))
            empty_inbox(url)
            steady = load(port, seconds=seconds + 3, per_second=1_000)
            empty_inbox(url)
            twenty, twenty_cpu = cpu_of(child, lambda: load(port, hits=20, seconds=seconds))
            stored = empty_inbox(url)
        copy = raw_copy(url, seconds=min(seconds, 3))
    figures = {
        "one_a_request_per_s": rate(one),
        "one_a_request_p99_ms": one["p99_ms"],
        "p50_ms_at_1000_per_s": steady["p50_ms"],
        "p99_ms_at_1000_per_s": steady["p99_ms"],
        "twenty_a_request_per_s": rate(twenty) * 20,
        "twenty_a_request_p99_ms": twenty["p99_ms"],
        "empty_202_per_s": rate(empty),
        "raw_copy_per_s": copy,
        "share_of_empty_202": round(rate(one) / rate(empty), 2),
        "share_of_raw_copy": round(rate(twenty) * 20 / copy, 2),
        "edge_cpu_us_an_event_alone": round(one_cpu / accepted(one) * 1e6, 1),
        "edge_cpu_us_an_event_of_twenty": round(twenty_cpu / accepted(twenty) / 20 * 1e6, 1),
        "load_average": os.getloadavg()[0],
        "not_accepted": sum(
            n for run in (one, steady, twenty) for status, n in run["statuses"].items() if status != "202"
        ),
        "twenty_stored_of_acknowledged": f"{stored} of {accepted(twenty) * 20}",
        **page_figures,  # filled in when the readers stopped, above
    }
    met = (
        figures["one_a_request_per_s"] >= MUST["one_a_request_per_s"]
        and figures["p99_ms_at_1000_per_s"] < MUST["p99_ms_at_1000_per_s_below"]
        and figures["twenty_a_request_per_s"] >= MUST["twenty_a_request_per_s"]
        and figures["not_accepted"] == 0
    )
    ratio = {
        "one_a_request": round(figures["one_a_request_per_s"] / MUST["one_a_request_per_s"], 2),
        "p99": round(figures["p99_ms_at_1000_per_s"] / MUST["p99_ms_at_1000_per_s_below"], 2),
        "twenty_a_request": round(figures["twenty_a_request_per_s"] / MUST["twenty_a_request_per_s"], 2),
    }
    return {
        "name": "collector",
        "figures": figures,
        "must": MUST,
        "aim": AIM,
        "met": met,
        "ratio": ratio,
        "command": COMMAND,
    }


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


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
def own_database(folder: Path) -> Iterator[str]:
    """A PostgreSQL as ``wutong up`` runs it, with the schema and one site."""
    cluster = Cluster(
        data=folder / "pg",
        socket_dir=folder / "s",
        binaries=wheel_binaries(),
        settings=SETTINGS | {"logging_collector": "off"},
    )
    password = secrets.token_hex(16)
    cluster.initialise(admin_password=password)
    with (folder / "postgres.log").open("w") as log:
        server = cluster.start(log=log)
    try:
        admin = f"host={cluster.socket_dir} dbname=postgres user={ADMIN} password={password}"
        with psycopg.connect(admin, autocommit=True) as connection:
            ensure_roles(
                connection, database="wutong", passwords={APP: password, READ: password}, may_create_databases=True
            )
        url = f"postgres://{APP}:{password}@{str(cluster.socket_dir).replace('/', '%2F')}/wutong"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "wutong.settings", **settings(url, folder)}
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=environment, check=True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO platform_businessscope (code, name, kind) VALUES ('b', 'b', 'brand')")
            connection.execute(
                "INSERT INTO platform_team (public_id, name, path) VALUES (gen_random_uuid(), 'b', '/1/')"
            )
            connection.execute(
                "INSERT INTO events_site (key, name, origins, is_active, scope_id, team_id)"
                " SELECT %s, 'b', '{https://www.example.com}', true, s.id, t.id"
                " FROM platform_businessscope s, platform_team t LIMIT 1",
                [SITE],
            )
        yield url
    finally:
        cluster.stop(server)
        shutil.rmtree(folder / "pg", ignore_errors=True)


@contextlib.contextmanager
def edge(url: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = {**settings(url, folder), "WUTONG_EDGE_PORT": str(port)}
    with process("wutong", folder, port, "edge", **environment) as child:
        wait_until_ready(port)
        yield port, child


def settings(url: str, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "WUTONG_DATA_DIR": str(folder / "data"),
        "WUTONG_METRICS_PORT": str(free_port()),
        "WUTONG_TRUSTED_PROXIES": "1",  # the load says which visitor's address it plays
        "WUTONG_INBOX_MAX_EVENTS": "20000000",
    }


@contextlib.contextmanager
def process(
    module: str, folder: Path, port: int, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "edge.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env={**os.environ, **environment}, stdout=log, stderr=log
        )
    try:
        wait_until_open(port)
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


@contextlib.contextmanager
def page_load(url: str | None) -> Iterator[dict[str, float]]:
    """Two readers asking for a page all the while; the figures are filled in at the end."""
    figures: dict[str, float] = {}
    if url is None:
        yield figures
        return
    stop = threading.Event()
    taken: list[float] = []

    def read() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            with urllib.request.urlopen(url, timeout=20) as page:
                page.read()
            taken.append(time.perf_counter() - began)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        yield figures
    finally:
        stop.set()
        for reader in readers:
            reader.join()
        taken.sort()
        figures["pages_served"] = len(taken)
        figures["pages_p95_ms"] = round(taken[int(len(taken) * 0.95)] * 1000, 1) if taken else 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_open(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The process did not start.")


def wait_until_ready(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The edge did not become ready.")


if __name__ == "__main__":
    sys.exit(main())
