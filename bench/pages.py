"""The pages people work in, over HTTP, in a company with a million people.

Ten colleagues turn pages (each thinks a second between two, on average) while the collector takes 1,000 events a second
and the stream works them off; all on this machine's cores, the readers and the load included.

    python -m bench.pages [--json] [--people 1000000] [--seconds 25] [--think 1.0]
"""

import argparse
import contextlib
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import psutil
import psycopg

from bench.company import PASSWORD, ROOT, SDRS, SITE, Company, cpu_seconds
from bench.crowd import crowded, fill
from bench.frame import Limit, percentile, report, run

USERS = 10
PAGES = ("inbox", "inbox_mine", "people", "people_searched", "people_filtered", "people_by_name", "person")
LIMITS = {f"{page}_p95_ms": Limit(must=150, aim=100, below=True) for page in PAGES} | {
    "failed": Limit(must=1, below=True)
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument(
        "--think", type=float, default=1.0, help="seconds a reader thinks between two pages, on average"
    )
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    one = crowded(people=options.people)
    seeded = fill(one, people=options.people)
    with one.up() as up:
        with psycopg.connect(one.conninfo(), autocommit=True) as database:
            ids = database.execute(
                "SELECT p.public_id FROM lifecycle_lead l JOIN people_person p ON p.id = l.person_id LIMIT 500"
            ).fetchall()
        readers = [
            Reader(one, SDRS[number % len(SDRS)], [str(id) for (id,) in ids], seed=number) for number in range(USERS)
        ]
        for reader in readers:
            reader.sign_in()
        for page in PAGES:
            readers[0].turn_to(page)  # what the first request of a process loads is no part of it
        readers[0].taken.clear()
        with collector_load(one, seconds=options.seconds + 5):
            web = next(child for child in psutil.Process(up.pid).children() if child.cmdline()[-1] == "web")
            spent = cpu_seconds(web.pid)
            read_together(readers, seconds=options.seconds, think=options.think)
            spent = cpu_seconds(web.pid) - spent
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    for reader in readers:
        for page, seconds in reader.taken:
            taken[page].append(seconds * 1000)
    figures: dict[str, Any] = {"people": options.people, "seeded_in_s": seeded}
    for page, times in taken.items():
        figures |= {f"{page}_p50_ms": round(percentile(times, 50)), f"{page}_p95_ms": round(percentile(times, 95))}
    figures |= {
        "pages": sum(len(times) for times in taken.values()),
        "failed": sum(reader.failed.total() for reader in readers),
        "failures": dict(sum((reader.failed for reader in readers), Counter())),
        "web_cpu_ms_a_page": round(spent * 1000 / max(sum(len(times) for times in taken.values()), 1)),
        "readers": USERS,
        "think_s": options.think,
    }
    return report("pages", figures, LIMITS, command="wutong bench pages --json")


class Reader:
    """A colleague with a browser's session."""

    def __init__(self, one: Company, email: str, people: Sequence[str], *, seed: int) -> None:
        self._browser = httpx.Client(base_url=f"http://127.0.0.1:{one.web_port}", timeout=30, follow_redirects=True)
        self._email = email
        self._people = people
        self._random = random.Random(seed)
        self.taken: list[tuple[str, float]] = []
        self.failed: Counter[str] = Counter()

    def sign_in(self) -> None:
        page = self._browser.get("/sign-in/").text
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"email": self._email, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = self._browser.post("/sign-in/", data=form)
        if answer.status_code != 200 or "sign-in" in str(answer.url):
            raise RuntimeError(f"{self._email} could not sign in: {answer.status_code} {answer.url}")

    def turn_to(self, page: str) -> None:
        address = self._address(page)
        began = time.perf_counter()
        answer = self._browser.get(address)
        self.taken.append((page, time.perf_counter() - began))
        if answer.status_code != 200:
            self.failed[f"{page} {answer.status_code}"] += 1

    def read(self, *, until: float, think: float) -> None:
        while time.monotonic() < until:
            self.turn_to(self._random.choice(PAGES))
            time.sleep(self._random.expovariate(1 / think) if think else 0)

    def _address(self, page: str) -> str:
        name = self._random.choice("王李张刘陈杨赵黄") + self._random.choice("敏磊婷鹏慧凯")
        return {
            "inbox": "/inbox/",
            "inbox_mine": "/inbox/?view=mine",
            "people": "/people/",
            "people_searched": f"/people/?q={name}",
            "people_filtered": "/people/?stage=sal&owner=me",
            "people_by_name": "/people/?sort=name",
            "person": f"/people/{self._random.choice(self._people)}/",
        }[page]


def read_together(readers: Sequence[Reader], *, seconds: float, think: float) -> None:
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=reader.read, kwargs={"until": until, "think": think}) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def collector_load(one: Company, *, seconds: float, per_second: int = 1_000) -> Iterator[None]:
    """So many events a second, one a request, from a process of their own."""
    command = [sys.executable, "-m", "bench.collector_load", "--port", str(one.edge_port), "--site", SITE]
    command += ["--seconds", str(seconds), "--per-second", str(per_second)]
    load = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        yield
        load.communicate(timeout=60)
    finally:
        load.kill()
        load.wait()


if __name__ == "__main__":
    sys.exit(main())
