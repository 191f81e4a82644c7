"""The stream: how fast it works off what waits, and how far it lies behind what keeps coming.

The real process on a PostgreSQL of our own with durable settings. *Drain*: blocks are written into the inbox in one
transaction; the clock runs from its commit until the inbox is empty. *Live*: blocks of a tenth of a second arrive at a
steady rate; the lag of each is the time from its commit until it is gone. The lag rises when the slope of its line is
more than two standard errors above nothing.

    python -m bench.stream [--json] [--events 100000] [--seconds 20] [--profile]
"""

import argparse
import math
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.company import Company, company, cpu_seconds
from bench.frame import Limit, percentile, report, run
from bench.traffic import Traffic

COMMAND = "wutong bench stream --json"
LIMITS = {
    "drain_events_per_s": Limit(must=8_000, aim=12_000),
    "live_lag_p99_s": Limit(must=1.0, below=True),
    "live_lag_slope_at_least": Limit(must=0, below=True),
}
LIVE_PER_SECOND = 3_000
BEATS_PER_SECOND = 10
RULES = 40
_FORTY_RULES = f"""
import django, msgspec; django.setup()
from datetime import UTC, datetime
from wutong.scoring.definition import ActRule, as_json
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED
from wutong.scoring.versions import ensure_model
topics = tuple(
    ActRule(code=f"topic_{{n}}", event="page_viewed", paths=(f"/blog/{{n}}", f"/guide/{{n}}"), points=1, cap=5)
    for n in range({RULES} - len(SHIPPED.acts))
)
definition = as_json(msgspec.structs.replace(SHIPPED, acts=SHIPPED.acts + topics))
ensure_model(at=datetime.now(UTC))
ScoreModel.objects.filter(state=ScoreModel.State.PUBLISHED, product_line="").update(definition=definition)
"""
_INSERT = """
INSERT INTO platform_inboxblock (lane, received_at, count, body, leased_by, attempts)
SELECT 'collector', %b, n, body, '', 0 FROM unnest(%b::int[], %b::bytea[]) AS block (n, body)
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20, help="of the live part")
    parser.add_argument("--profile", type=Path, help="drain in this process and write what cProfile saw")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with company() as one, one.database() as conninfo, psycopg.connect(conninfo, autocommit=True) as database:
        one.python(_FORTY_RULES)
        traffic = Traffic(site_id=scalar(database, "SELECT id FROM events_site"))
        if options.profile:
            figures = profiled(one, database, traffic, options)
        else:
            with one.process("stream") as stream:
                fill(database, traffic, events=20_000)  # caches and plans are warm, some visitors known
                wait_until_empty(database)
                figures = drained(database, traffic, stream.pid, one, events=options.events)
                figures |= live(conninfo, traffic, seconds=options.seconds)
        figures |= {
            "people": scalar(database, "SELECT count(*) FROM people_person"),
            "leads": scalar(database, "SELECT count(*) FROM lifecycle_lead"),
            "rules": RULES,
            "parked": scalar(database, "SELECT count(*) FROM platform_parkeditem"),
        }
    return report("stream", figures, LIMITS, command=COMMAND)


def drained(
    database: psycopg.Connection, traffic: Traffic, stream: int, one: Company, *, events: int
) -> dict[str, Any]:
    server = int((one.data / "postgres" / "postmaster.pid").read_text().split()[0])
    blocks = [traffic.block() for _ in range(events // 500)]
    stream_before, server_before = cpu_seconds(stream), cpu_seconds(server)
    began = time.perf_counter()
    insert(database, blocks)
    wait_until_empty(database)
    seconds = time.perf_counter() - began
    return {
        "drain_events_per_s": round(events / seconds),
        "drain_events": events,
        "drain_seconds": round(seconds, 2),
        "stream_cpu_us_an_event": round((cpu_seconds(stream) - stream_before) / events * 1e6),
        "server_cpu_us_an_event": round((cpu_seconds(server) - server_before) / events * 1e6),
    }


def live(conninfo: str, traffic: Traffic, *, seconds: float) -> dict[str, Any]:
    """Write a block each tenth of a second and look, on another connection, when it is gone."""
    committed: dict[int, float] = {}
    lags: list[tuple[float, float]] = []
    size = LIVE_PER_SECOND // BEATS_PER_SECOND
    with psycopg.connect(conninfo, autocommit=True) as writer, psycopg.connect(conninfo, autocommit=True) as reader:
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.is_set() or committed:
                waiting = {id for (id,) in reader.execute("SELECT id FROM platform_inboxblock").fetchall()}
                now = time.perf_counter()
                for id in [id for id in list(committed) if id not in waiting]:
                    at = committed.pop(id)
                    lags.append((at, now - at))
                time.sleep(0.01)

        watcher = threading.Thread(target=watch)
        watcher.start()
        began = time.perf_counter()
        for beat in range(int(seconds * BEATS_PER_SECOND)):
            n, body = traffic.block(size)
            time.sleep(max(0.0, began + beat / BEATS_PER_SECOND - time.perf_counter()))
            (row,) = writer.execute(
                "WITH i AS (INSERT INTO platform_inboxblock (lane, received_at, count, body, leased_by, attempts)"
                " VALUES ('collector', %b, %b, %b, '', 0) RETURNING id)"
                " SELECT id, pg_notify('wutong_inbox', '') FROM i",
                [datetime.now(UTC), n, body],
            ).fetchall()
            committed[row[0]] = time.perf_counter()
        wrote_for = time.perf_counter() - began
        is_over.set()
        watcher.join()
    values = [lag for _, lag in lags]
    rise, error = slope(a_second(lags))
    return {
        "live_events_per_s": round(len(lags) * size / wrote_for),
        "live_lag_p50_s": round(percentile(values, 50), 3),
        "live_lag_p99_s": round(percentile(values, 99), 3),
        "live_lag_slope_s_per_s": round(rise, 4),
        "live_lag_slope_at_least": round(rise - 2 * error, 4),
    }


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of the least-squares line, and its standard error: sqrt(Σ residual² / (n - 2) / Σ (x - mean)²)."""
    xs, ys = zip(*points, strict=True)
    line = statistics.linear_regression(xs, ys)
    residuals = sum((y - line.intercept - line.slope * x) ** 2 for x, y in points)
    spread = statistics.variance(xs) * (len(xs) - 1)
    return line.slope, math.sqrt(residuals / (len(xs) - 2) / spread)


def a_second(lags: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The mean lag of each second: neighbouring blocks wait for the same batch, and are no evidence of their own."""
    seconds: dict[int, list[float]] = {}
    for at, lag in lags:
        seconds.setdefault(int(at), []).append(lag)
    return [(float(second), sum(held) / len(held)) for second, held in seconds.items()]


def profiled(
    one: Company, database: psycopg.Connection, traffic: Traffic, options: argparse.Namespace
) -> dict[str, Any]:
    """The drain in a process under cProfile; slower, but it says where the time goes."""
    fill(database, traffic, events=options.events)
    told = one.python(
        "import cProfile, time, django; django.setup()\n"
        "from wutong.stream.processor import drain\n"
        "seen = cProfile.Profile(time.process_time); began = time.perf_counter()\n"
        "done = seen.runcall(drain, 'bench:0')\n"
        f"seen.dump_stats({str(options.profile)!r}); print(done, time.perf_counter() - began)"
    )
    done, seconds = map(float, told.split())
    return {"profiled_events_per_s": round(done / seconds)}


def fill(database: psycopg.Connection, traffic: Traffic, *, events: int) -> None:
    insert(database, [traffic.block() for _ in range(events // 500)])


def insert(database: psycopg.Connection, blocks: Sequence[tuple[int, bytes]]) -> None:
    with database.transaction():
        database.execute(_INSERT, [datetime.now(UTC), [n for n, _ in blocks], [body for _, body in blocks]])
        database.execute("SELECT pg_notify('wutong_inbox', '')")


def wait_until_empty(database: psycopg.Connection, *, within_s: float = 300) -> None:
    deadline = time.monotonic() + within_s
    while scalar(database, "SELECT count(*) FROM platform_inboxblock"):
        if time.monotonic() > deadline:
            raise RuntimeError("The stream did not drain its inbox.")
        time.sleep(0.02)


def scalar(database: psycopg.Connection, statement: str) -> int:
    row = database.execute(statement).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main())
