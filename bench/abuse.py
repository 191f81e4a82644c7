"""Abuse of a form, as a load: who is told no, and what the neighbours notice of it.

10,000 posts a minute from one address and more from one network of IPv6, bots, a website that embeds a form it may not
have, a token sent again and again, uploads of 50 MB; beside them visitors of another form and a page of ``web``. The
real edge, stream and web with their limits, durable PostgreSQL, the load in a process of its own, all on this machine's
cores.

    python -m bench.abuse [--json] [--seconds 10] [--per-minute 10000]
"""

import argparse
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psutil
import psycopg

from bench.collector import page_load
from bench.company import FORM, Company, company
from bench.frame import Limit, report, run

COMMAND = "wutong bench abuse --json"
NEIGHBOUR = "neighbour-request"
BURST, REFILL_PER_S = 20, 5 / 60
"""What the edge lets one address send: ``Parts.forms_rate``."""
EXPECTED = {
    "flood": {"200", "429"},
    "flood_of_a_network": {"200", "429"},
    "bot_page": {"200"},
    "bot": {"200"},
    "foreign_frame": {"403"},
    "foreign_post": {"403"},
    "replayed_page": {"200"},
    "replay": {"200"},
    "upload_announced": {"413"},
    "upload_in_chunks": {"413"},
    "neighbour_page": {"200"},
    "neighbour_post": {"200"},
}
"""How each kind of caller is to be answered."""
LIMITS = {
    "neighbour_post_p95_ms": Limit(must=250, aim=100, below=True),
    "neighbour_page_p95_ms": Limit(must=250, aim=100, below=True),
    "pages_p95_ms": Limit(must=250, aim=100, below=True),
    "other_answers": Limit(must=1, below=True),
    "past_the_limit": Limit(must=1, below=True),
    "neighbours_lost": Limit(must=1, below=True),
    "bots_let_through": Limit(must=1, below=True),
    "replays_stored_again": Limit(must=1, below=True),
    "edge_growth_mb": Limit(must=32, below=True),
}
_SEED = f"""
import django; django.setup()
from wutong.content.models import Form
one = Form.objects.get(key="{FORM}")
one.pk, one.key, one.name = None, "{NEIGHBOUR}", "Neighbour"
one.save()
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="of abuse")
    parser.add_argument("--per-minute", type=int, default=10_000, help="posts from one address")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with company() as one, one.database() as url:
        one.python(_SEED)
        with one.process("web"), one.process("stream"), one.process("edge") as edge:
            load(one, seconds=1, per_minute=600)  # warm
            empty(url)
            with page_load(one, readers=3) as pages, watched(edge) as memory:
                heard = load(one, seconds=options.seconds, per_minute=options.per_minute)
            kept = stored(url)
    kinds: dict[str, dict[str, Any]] = heard["kinds"]
    seconds: float = heard["seconds"]
    floods = ("flood", "flood_of_a_network")
    visits = kinds["neighbour_post"]["statuses"].get("200", 0)
    figures = {
        **{f"{name}_answers": kind["statuses"] for name, kind in kinds.items()},
        "flood_per_minute": round(sum(kinds["flood"]["statuses"].values()) / options.seconds * 60),
        "past_the_limit": sum(past_the_limit(kinds[name]["statuses"], seconds=seconds) for name in floods),
        "other_answers": sum(
            n for name, kind in kinds.items() for status, n in kind["statuses"].items() if status not in EXPECTED[name]
        ),
        "neighbour_page_p95_ms": kinds["neighbour_page"]["p95_ms"],
        "neighbour_post_p95_ms": kinds["neighbour_post"]["p95_ms"],
        "upload_longest_s": max(kinds[name]["longest_s"] for name in ("upload_announced", "upload_in_chunks")),
        "neighbours_stored": f"{kept['neighbour']} of {visits}",
        "neighbours_lost": visits - kept["neighbour"],
        "set_aside": kept["set_aside"],
        "bots_let_through": sum(kinds["bot"]["statuses"].values()) - kept["set_aside"],
        "replays_stored_again": kept["replayed"] - 1,
        **memory,
        **pages,
    }
    return report("abuse", figures, LIMITS, command=COMMAND)


def load(one: Company, *, seconds: float, per_minute: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.abuse_load", "--port", str(one.edge_port), "--form", FORM]
    command += ["--neighbour", NEIGHBOUR, "--per-minute", str(per_minute), "--seconds", str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=seconds + 60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def past_the_limit(statuses: Mapping[str, int], *, seconds: float) -> int:
    """How many more were taken of one address than it may send."""
    return max(0, statuses.get("200", 0) - round(BURST + REFILL_PER_S * seconds + 1))


def empty(url: str) -> None:
    """Forget what the warming sent, once the stream has worked it."""
    drained(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM content_formsubmission")
        connection.execute("DELETE FROM content_quarantinedsubmission")


def stored(url: str) -> dict[str, int]:
    """What the stream has made of it all."""
    drained(url)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """
            SELECT count(*) FILTER (WHERE f.key = %s),
                   count(*) FILTER (WHERE f.key = %s AND s.answers->>'phone' = '13987650000'),
                   (SELECT count(*) FROM content_quarantinedsubmission)
            FROM content_formsubmission s JOIN content_form f ON f.id = s.form_id
            """,
            [NEIGHBOUR, FORM],
        ).fetchone()
    neighbour, replayed, set_aside = row or (0, 0, 0)
    return {"neighbour": neighbour, "replayed": replayed, "set_aside": set_aside}


def drained(url: str) -> None:
    """Wait until the inbox is empty, half a minute at most."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _try in range(150):
            row = connection.execute("SELECT count(*) FROM platform_inboxblock").fetchone()
            if row is not None and row[0] == 0:
                return
            time.sleep(0.2)
    raise RuntimeError("The stream did not empty the inbox.")


@contextlib.contextmanager
def watched(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, float]]:
    """The resident memory of a process: how much it grew to at most. Filled in at the end."""
    figures: dict[str, float] = {}
    one, is_over = psutil.Process(process.pid), threading.Event()
    before = one.memory_info().rss
    seen = [before]

    def watch() -> None:
        while not is_over.wait(0.1):
            seen.append(one.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield figures
    finally:
        is_over.set()
        thread.join()
        figures |= {"edge_mb": round(before / 1e6, 1), "edge_growth_mb": round((max(seen) - before) / 1e6, 1)}


if __name__ == "__main__":
    sys.exit(main())
