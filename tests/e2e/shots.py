"""Pictures of every page of the demo: ``python -m tests.e2e.shots [--out shots] [--pairwise]``."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as NotSeen

from tests.e2e.browsing import (
    CHROMIUM,
    EVERY_SCREEN,
    PAIRWISE,
    Complaints,
    Screen,
    chromium,
    fresh_context,
    overflow,
    sign_in,
)
from tests.e2e.running import RunningDemo, running_demo
from wutong.sandbox.site import PAGES, localized

MANAGER, SDR, SDR_WITH_NOTHING, ADMIN = "wang.ning", "lin.xiao", "chen.mo", "he.lixin"
SIGNED_OUT = {"sign-in": "/sign-in/", "password-forgotten": "/password/forgotten/"}
STAFF_PAGES: dict[str, dict[str, str]] = {
    SDR: {
        "home-sdr": "/",
        "inbox": "/inbox/",
        "inbox-mine": "/inbox/?view=mine",
        "inbox-all": "/inbox/?view=all",
        "people": "/people/",
        "people-searched": "/people/?q=周",
        "people-none": "/people/?q=没有这个人",
        "notifications": "/notifications/",
        "me": "/me/",
        "not-found": "/nothing-here/",
        "not-yours": "/system/staff/",
    },
    MANAGER: {
        "home-manager": "/",
        "funnel": "/insight/funnel/",
        "opportunities": "/opportunities/",
        "opportunities-table": "/opportunities/?view=table&risk=silent",
        "contracts": "/contracts/",
        "accounts": "/accounts/",
        "components": "/_components",
    },
    ADMIN: {"home-admin": "/"},
}
SITE_PAGES = {**PAGES, "/_sources": "sources", "/_control": "control", "/outbox": "outbox", "/nope": "not-found"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--pairwise", action="store_true", help="four screens instead of eight")
    options = parser.parse_args()
    if not CHROMIUM.exists():
        sys.stderr.write(f"{CHROMIUM} is not there: apt-get install chromium fonts-noto-cjk\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    complaints = Complaints()
    with running_demo(visitors_per_minute=60) as demo, chromium() as browser:
        for screen in PAIRWISE if options.pairwise else EVERY_SCREEN:
            for line in shoot(browser, demo, screen, options.out, complaints):
                sys.stdout.write(f"{screen}: {line}\n")
    for line in dict.fromkeys(complaints.found):
        sys.stdout.write(f"complaint: {line}\n")
    return 0


def shoot(browser: Browser, demo: RunningDemo, screen: Screen, out: Path, complaints: Complaints) -> Iterator[str]:
    """Take every picture of one screen; yields what looks wrong to the eye of a program."""
    visitor = fresh_context(browser, screen)
    visitor.on("page", complaints.watch)
    page = visitor.new_page()
    for path, name in SITE_PAGES.items():
        yield from _shot(page, demo.site + localized(screen.language, path), out / f"site-{name}-{screen}.png")
    for name, path in SIGNED_OUT.items():
        yield from _shot(page, demo.web + path, out / f"{name}-{screen}.png")
    visitor.close()
    for who, pages in STAFF_PAGES.items():
        context = fresh_context(browser, screen)
        context.on("page", complaints.watch)
        page = sign_in(context, demo, who, screen)
        every = pages | _in_the_menu(page, demo)
        for name, path in every.items():
            yield from _shot(page, demo.web + path, out / f"{name}-{screen}.png")
        if who == SDR:
            yield from _records(page, demo, screen, out)
        context.close()


def _in_the_menu(page: Page, demo: RunningDemo) -> dict[str, str]:
    """Whatever else the menu offers to this colleague."""
    page.goto(f"{demo.web}/")
    links = page.locator("nav a[href^='/']").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    paths = {urljoin("/", link.split("?")[0]) for link in links} - {"/", "/inbox/", "/people/", "/insight/funnel/"}
    return {path.strip("/").replace("/", "-"): path for path in sorted(paths)}


def _records(page: Page, demo: RunningDemo, screen: Screen, out: Path) -> Iterator[str]:
    """A lead opened in the inbox, and a person."""
    page.goto(f"{demo.web}/inbox/")
    link = page.locator(".lead-row a").first
    if link.count() == 0:
        yield "inbox: no lead to open"
        return
    yield from _shot(page, demo.web + (link.get_attribute("href") or ""), out / f"inbox-open-{screen}.png")
    person = page.locator("#work-title a").get_attribute("href") or ""
    yield from _shot(page, demo.web + person, out / f"person-{screen}.png")


def _shot(page: Page, address: str, file: Path) -> Iterator[str]:
    answer = page.goto(address, wait_until="load")
    with suppress(NotSeen):
        page.locator(".htmx-request, [aria-busy=true]").first.wait_for(state="detached", timeout=4000)
    time.sleep(0.15)  # transitions; only here, where nothing is asserted
    page.screenshot(path=file, full_page=True)
    if answer is not None and answer.status >= 500:
        yield f"{file.stem}: answered {answer.status}"
    if (pixels := overflow(page)) > 0:
        yield f"{file.stem}: {pixels} px wider than the window"


if __name__ == "__main__":
    sys.exit(main())
