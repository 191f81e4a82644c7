"""From a visitor's act to the alert in a colleague's browser.

The real processes and the system's Chromium with an SDR's inbox open; 1,000 other events a second beside it. Each act
carries a name of its own; the time from the moment the request leaves until that name stands anywhere in the page, in a
toast or in a row, by the clock of this machine. Acts: a form is sent; the person of a lead she owns opens a page.

    python -m bench.alert [--json] [--acts 40] [--background 1000]
"""

import argparse
import http.client
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Page, sync_playwright
from uuid_utils import uuid7

from bench.company import FORM, ORIGIN, PASSWORD, SDRS, SITE, Company, company
from bench.frame import Limit, percentile, report, run
from bench.pages import collector_load, events_a_second

CHROMIUM = "/usr/bin/chromium"
SEEN_WITHIN_S = 20
LIMITS = {
    "form_p99_ms": Limit(must=1_000, aim=300, below=True),
    "page_view_p99_ms": Limit(must=1_000, aim=300, below=True),
    "never_seen": Limit(must=1, below=True),
}
_SET_ASIDE = """
UPDATE lifecycle_lead
SET owner_id = (SELECT id FROM platform_staff WHERE email = %(owner)s), stage = 'nurture', first_contact_at = created_at
WHERE stage <> 'nurture';
UPDATE lifecycle_stagevisit SET stage = 'nurture' WHERE machine = 'lead' AND stage <> 'nurture';
UPDATE lifecycle_clock c SET stopped_at = c.counts_from, stopped_by_id = l.owner_id
FROM lifecycle_lead l WHERE l.id = c.lead_id AND c.stopped_at IS NULL;
UPDATE platform_notification SET read_at = now() WHERE read_at IS NULL
"""
_WATCH = """
() => {
    window.seenAt = {};
    const look = () => {
        const names = document.body.innerText.matchAll(/访客(?:表|页)[0-9]{4}/g);
        for (const [name] of names) window.seenAt[name] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
    look();
}
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=40, help="of each kind")
    parser.add_argument("--background", type=int, default=1_000, help="other events a second")
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    if not Path(CHROMIUM).exists():
        raise SystemExit(f"NO BROWSER: {CHROMIUM} is not there. Run: apt-get install chromium")
    with company(WUTONG_LOG_LEVEL="WARNING") as one, one.up():
        one.seed()
        time.sleep(6)  # the collector reads sites and forms again every five seconds
        visitors = [Visitor(one, f"访客页{number:04}") for number in range(options.acts)]
        for visitor in visitors:
            visitor.send_form()
        taken: dict[str, list[float | None]] = {"page_view": [], "form": []}
        with psycopg.connect(one.conninfo(), autocommit=True) as database:
            wait_for_leads(database, options.acts)
            set_aside(database, owner=SDRS[0])
            with inbox_of(one, SDRS[0]) as page, collector_load(one, per_second=options.background) as load:
                time.sleep(3)
                for number, visitor in enumerate(visitors):
                    taken["page_view"].append(seen_after(page, visitor.name, visitor.view_page))
                    asking = Visitor(one, f"访客表{number:04}")
                    taken["form"].append(seen_after(page, asking.name, asking.send_form))
                    set_aside(database, owner=SDRS[0])
                    time.sleep(random.random() * 0.2)
    figures: dict[str, Any] = {"never_seen": sum(ms is None for times in taken.values() for ms in times)}
    for kind, times in taken.items():
        known = [ms for ms in times if ms is not None]
        figures |= {f"{kind}_p50_ms": round(percentile(known, 50)), f"{kind}_p99_ms": round(percentile(known, 99))}
    figures |= {"acts": options.acts, "events_a_second_beside": events_a_second(load)}
    return report("alert", figures, LIMITS, command="wutong bench alert --json")


class Visitor:
    """Somebody at the website, told apart by name and cookie."""

    def __init__(self, one: Company, name: str) -> None:
        self.name = name
        self._port = one.edge_port
        self._cookie = f"browser-of-{uuid7().hex}"
        self._phone = f"199{random.randrange(10**8):08}"

    def send_form(self) -> None:
        answers = {"name": self.name, "phone": self._phone, "company": "苏州朝梧有限公司", "title": "厂长"}
        self._post(
            f"/c/f/{FORM}",
            {"id": str(uuid7()), "answers": answers, "consent": {"privacy": True, "version": "v1"}, "url": ORIGIN},
        )

    def view_page(self) -> None:
        hit = {"id": str(uuid7()), "name": "page_viewed", "url": f"{ORIGIN}/pricing", "props": {"title": "价格"}}
        self._post("/c/e", {"sent_at": _now(), "hits": [hit | {"at": _now()}]})

    def _post(self, path: str, body: dict[str, Any]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {
            "Content-Type": "application/json",
            "Origin": ORIGIN,
            "X-Forwarded-For": f"10.{random.randrange(250)}.{random.randrange(250)}.{random.randrange(250)}",
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        }
        connection.request("POST", path, json.dumps({"site": SITE, "visitor": self._cookie, **body}), headers)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status != 202:
            raise RuntimeError(f"{path}: {answer.status} {told.decode()}")


def wait_for_leads(database: psycopg.Connection, number: int) -> None:
    deadline = time.monotonic() + 60
    while database.execute("SELECT count(*) FROM lifecycle_lead").fetchone() != (number,):
        if time.monotonic() > deadline:
            raise RuntimeError("The visitors' forms did not become leads.")
        time.sleep(0.1)


def set_aside(database: psycopg.Connection, *, owner: str) -> None:
    """Let one colleague own every lead and have done with it, as far as the inbox goes.

    What stands in the list already could not be seen to appear, and new leads go to her only while she has a hand free.
    """
    with database.transaction():
        for statement in _SET_ASIDE.split(";\n"):
            database.execute(statement, {"owner": owner} if "%(" in statement else None)


@contextmanager
def inbox_of(one: Company, email: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(locale="zh-CN").new_page()
        page.goto(f"http://127.0.0.1:{one.web_port}/sign-in/?next=/inbox/")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.press("input[name=password]", "Enter")
        page.wait_for_load_state("load")
        page.evaluate(_WATCH)
        time.sleep(2)  # the live stream connects
        if there := page.evaluate("Object.keys(window.seenAt)"):
            raise RuntimeError(f"These stand in the page before they act: {there}")
        yield page
        browser.close()


def seen_after(page: Page, name: str, act: Any) -> float | None:
    """Milliseconds from the act until ``name`` stands in the page."""
    began = time.time() * 1000
    act()
    deadline = time.monotonic() + SEEN_WITHIN_S
    while time.monotonic() < deadline:
        seen = page.evaluate("(name) => window.seenAt[name] ?? null", name)
        if seen is not None:
            return float(seen - began)
        page.wait_for_timeout(20)
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


if __name__ == "__main__":
    sys.exit(main())
