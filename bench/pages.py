"""The pages people work in, over HTTP, in a company with a million people and 300,000 leads.

Ten colleagues turn pages while the collector takes 1,000 events a second, the stream works them off, and a manager asks
the lake for the visitors' funnel again and again; all on this machine's cores, the readers and the load included. What
the leads' funnel of a month takes is measured before, alone.

How often a user asks is what makes "ten users" a load, and it is not ours to choose: between two pages each thinks as
TPC-W has it, for a time drawn from a negative exponential distribution with a mean of seven seconds, cut off at
seventy. ``--think`` gives another mean, to see what happens beyond; that answers another question, so its pages have
no limits. The limits hold for all requests of a kind that the budget names, lists, inbox, records: a reader picks
a kind first and then one of its pages, so that each kind gets the hundred requests that a 95th percentile rests on.
A single page gets too few; its figures are told for whoever looks for what is slow.

Source: Transaction Processing Performance Council, TPC Benchmark W (Web Commerce), specification 1.8, clause 5.3.1.1.

    python -m bench.pages [--json] [--people 1000000] [--seconds 280] [--think 7]
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import psutil
import psycopg

from bench.company import PASSWORD, ROOT, SDRS, SITE, Company, cpu_seconds
from bench.crowd import MANAGER, SELLERS, crowded, fill
from bench.frame import Limit, percentile, report, run

INBOX = ("home", "inbox", "inbox_mine")
PEOPLE = ("people", "people_searched", "people_filtered", "people_by_name")
KINDS: Mapping[str, tuple[str, ...]] = {
    "lists": (*PEOPLE, "deals", "board", "accounts", "contracts"),
    "inboxes": INBOX,
    "records": ("person", "deal", "account"),
    "reports": ("leads",),
}
"""The pages of each kind. Of the report this is the frame, which comes before its figures; the budget names no time."""
LIMITED = ("lists", "inboxes", "records")
SDR_PAGES = (*INBOX, *PEOPLE, "person")
SALES_PAGES = ("home", "inbox", "deals", "board", "deal", "accounts", "account", "contracts", "people", "person")
MANAGER_PAGES = ("home", "people", "people_by_name", "person", "leads", "deals", "accounts")
READERS = [(email, SDR_PAGES) for email in SDRS * 3] + [(email, SALES_PAGES) for email in SELLERS[:3]]
READERS += [(MANAGER, MANAGER_PAGES)]
THINK_S, THINK_TIMES_MOST = 7.0, 10
LIMITS = {f"{kind}_p95_ms": Limit(must=150, aim=100, below=True) for kind in LIMITED} | {
    # Below this a percentile is an anecdote; it is the length of the run that has to give it.
    "fewest_requests": Limit(must=100),
    "failed": Limit(must=1, below=True),
}
HEAVY = "/insight/funnel/figures/?period=30d"
"""What is counted all the while, in the lake."""
REPORT = "/insight/leads/funnel/?period=30d"
_OPENED = {
    "person": "lifecycle_lead l JOIN people_person o ON o.id = l.person_id",
    "deal": "sales_opportunity o JOIN sales_opportunity l ON l.id = o.id",
    "account": "lifecycle_contract l JOIN people_account o ON o.id = l.account_id",
}
"""Where the records of a kind (``o``) are found that are of somebody's own (``l``)."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=280)
    parser.add_argument(
        "--think", type=float, default=THINK_S, help="seconds a reader thinks between two pages, on average"
    )
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    one = crowded(people=options.people)
    seeded = fill(one, people=options.people)
    with one.up() as up:
        with psycopg.connect(one.conninfo(), autocommit=True) as database:
            leads = database.execute("SELECT count(*) FROM lifecycle_lead").fetchall()[0][0]
            readers = [
                Reader(one, who, pages, opened_by(database, who), seed=number)
                for number, (who, pages) in enumerate(READERS)
            ]
        for reader in readers:
            reader.sign_in()
        for reader in (readers[0], readers[-2], readers[-1]):
            for page in reader.pages:
                reader.turn_to(page)  # what the first request of a process loads is no part of it
            reader.taken.clear()
        counter = Reader(one, MANAGER, (), {}, seed=99)
        counter.sign_in()
        alone = [counter.turn_to(REPORT) for _ in range(3)]
        web = next(child for child in psutil.Process(up.pid).children() if child.cmdline()[-1] == "web")
        with collector_load(one) as load, counting(counter) as counts:
            spent = _seconds_of_pages(web)
            read_together(readers, seconds=options.seconds, think=options.think)
            spent = _seconds_of_pages(web) - spent
    taken: dict[str, list[float]] = {page: [] for pages in KINDS.values() for page in pages}
    for reader in readers:
        for page, seconds in reader.taken:
            taken[page].append(seconds * 1000)
    of_kind = {kind: [time for page in pages for time in taken[page]] for kind, pages in KINDS.items()}
    n = sum(len(times) for times in taken.values())
    figures: dict[str, Any] = {"people": options.people, "leads": leads, "seeded_in_s": seeded}
    for name, times in (of_kind | taken).items():
        figures |= {f"{name}_p{share}_ms": round(percentile(times, share)) for share in (50, 95)}
        figures |= {f"{name}_max_ms": round(max(times, default=0)), f"{name}_requests": len(times)}
    figures |= {
        "fewest_requests": min(len(of_kind[kind]) for kind in LIMITED),
        "pages": n,
        "failed": sum(reader.failed.total() for reader in (*readers, counter)),
        "failures": dict(sum((reader.failed for reader in (*readers, counter)), Counter())),
        "web_cpu_ms_a_page": round(spent * 1000 / max(n, 1)),
        "events_a_second_beside": events_a_second(load),
        "counts_beside": len(counts),
        "count_p50_ms": round(percentile(counts, 50) * 1000),
        "leads_report_alone_ms": round(percentile(alone, 50) * 1000),
        "readers": len(READERS),
        "think_s": options.think,
    }
    limits = LIMITS if options.think == THINK_S else {"failed": LIMITS["failed"]}
    return report("pages", figures, limits, command="wutong bench pages --json")


class Reader:
    """A colleague with a browser's session."""

    def __init__(
        self, one: Company, email: str, pages: Sequence[str], opened: Mapping[str, Sequence[str]], *, seed: int
    ) -> None:
        self._browser = httpx.Client(base_url=f"http://127.0.0.1:{one.web_port}", timeout=30, follow_redirects=True)
        self._email = email
        self._opened = opened
        self._random = random.Random(seed)
        self.pages = pages
        self.taken: list[tuple[str, float]] = []
        self.failed: Counter[str] = Counter()

    def sign_in(self) -> None:
        page = self._browser.get("/sign-in/").text
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"email": self._email, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = self._browser.post("/sign-in/", data=form)
        if answer.status_code != 200 or "sign-in" in str(answer.url):
            raise RuntimeError(f"{self._email} could not sign in: {answer.status_code} {answer.url}")

    def turn_to(self, page: str) -> float:
        """Open a page, or a path as it is; returns and notes the seconds."""
        address = page if page.startswith("/") else self._address(page)
        began = time.perf_counter()
        answer = self._browser.get(address)
        seconds = time.perf_counter() - began
        self.taken.append((page, seconds))
        if answer.status_code != 200:
            self.failed[f"{page} {answer.status_code}"] += 1
        return seconds

    def read(self, *, until: float, think: float) -> None:
        """Think, turn a page, think again."""
        mine = [pages for kind in KINDS.values() if (pages := [page for page in kind if page in self.pages])]
        while (now := time.monotonic()) < until:
            time.sleep(min(self._thinks(think), until - now))
            if time.monotonic() < until:
                self.turn_to(self._random.choice(self._random.choice(mine)))

    def _thinks(self, mean: float) -> float:
        return min(self._random.expovariate(1 / mean), THINK_TIMES_MOST * mean) if mean else 0.0

    def _address(self, page: str) -> str:
        name = self._random.choice("王李张刘陈杨赵黄") + self._random.choice("敏磊婷鹏慧凯")
        one = {kind: self._random.choice(ids) for kind, ids in self._opened.items() if ids}
        return {
            "home": "/",
            "inbox": "/inbox/",
            "inbox_mine": "/inbox/?view=mine",
            "people": "/people/",
            "people_searched": f"/people/?q={name}",
            "people_filtered": "/people/?stage=sal&owner=me",
            "people_by_name": "/people/?sort=name",
            "person": f"/people/{one.get('person')}/",
            "deals": "/opportunities/?view=table",
            "board": "/opportunities/?view=board",
            "deal": f"/opportunities/{one.get('deal')}/",
            "accounts": f"/accounts/?q={self._random.choice(('质量', '上海', '精密', '机械'))}",
            "account": f"/accounts/{one.get('account')}/",
            "contracts": "/contracts/",
            "leads": "/insight/leads/",
        }[page]


def _seconds_of_pages(web: psutil.Process) -> float:
    """Processor seconds of ``web``, without those of the analyst: it is a child of it and counts all the while."""
    analysts = [one for one in web.children(recursive=True) if "wutong.analytics.analyst" in one.cmdline()]
    return cpu_seconds(web.pid) - sum(cpu_seconds(one.pid) for one in analysts)


def read_together(readers: Sequence[Reader], *, seconds: float, think: float) -> None:
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=reader.read, kwargs={"until": until, "think": think}) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def counting(counter: Reader) -> Iterator[list[float]]:
    """A heavy count running all the while, one after the other; yields the seconds that each took."""
    is_over = threading.Event()
    taken: list[float] = []

    def count() -> None:
        while not is_over.wait(1.0):  # whoever asks also looks at the answer
            taken.append(counter.turn_to(HEAVY))

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield taken
    finally:
        is_over.set()
        thread.join()


@contextlib.contextmanager
def collector_load(one: Company, *, per_second: int = 1_000) -> Iterator[dict[str, Any]]:
    """So many events a second, one a request, from a process of their own; yields what it tells at its end."""
    command = [sys.executable, "-m", "bench.collector_load", "--port", str(one.edge_port), "--site", SITE]
    command += ["--seconds", "86400", "--per-second", str(per_second)]
    load = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    figures: dict[str, Any] = {}
    try:
        yield figures
        load.terminate()
        figures |= json.loads(load.communicate(timeout=60)[0])
    finally:
        load.kill()
        load.wait()


def events_a_second(load: Mapping[str, Any]) -> int:
    """What the collector took of a load, as the load tells it at its end."""
    return round(load["statuses"].get("202", 0) / load["seconds"])


def opened_by(database: psycopg.Connection, email: str) -> dict[str, list[str]]:
    """Ids of some records of each kind that are ``email``'s own; a manager looks at a salesperson's."""
    whose = SELLERS[0] if email == MANAGER else email
    found = {}
    for kind, source in _OPENED.items():
        statement = f"SELECT o.public_id FROM {source} JOIN platform_staff s ON s.id = l.owner_id WHERE s.email = %b"
        rows = database.execute(f"{statement} LIMIT 500".encode(), [whose]).fetchall()
        found[kind] = [str(id) for (id,) in rows]
    return found


if __name__ == "__main__":
    sys.exit(main())
