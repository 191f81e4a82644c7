"""Pictures of every page of the demo, and the few of the user guide.

``python -m tests.e2e.shots [--out shots] [--pairwise] [--guide]``: with ``--guide`` the guide's alone.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page

from tests.e2e.browsing import (
    CHROMIUM,
    EVERY_SCREEN,
    PAIRWISE,
    Complaints,
    Screen,
    chromium,
    follow,
    fresh_context,
    overflow,
    sign_in,
    wait_for_parts,
)
from tests.e2e.guide import draw_guide
from tests.e2e.running import RunningDemo, running_demo
from wutong.sandbox.site import PAGES, localized

SDR, SDR_WITH_NOTHING, SALES, MANAGER = "lin.xiao", "chen.mo", "xu.wenbo", "wang.ning"
MARKETER, CONTENT, SUCCESS, PARTNERS, ADMIN = "su.qing", "ye.zhiqiu", "tang.jingyi", "ma.junjie", "he.lixin"
SIGNED_OUT = {"sign-in": "/sign-in/", "password-forgotten": "/password/forgotten/"}
STAFF_PAGES: dict[str, dict[str, str]] = {
    SDR: {
        "home-sdr": "/",
        "inbox": "/inbox/",
        **{f"inbox-{view}": f"/inbox/?view={view}" for view in ("waiting", "mine", "returned", "all")},
        "people": "/people/",
        "people-searched": "/people/?q=周",
        "people-none": "/people/?q=没有这个人",
        "lead-new": "/leads/new/?company=衡一",
        "notifications": "/notifications/",
        "me": "/me/",
        "security": "/me/security/",
        "second-factor": "/me/security/second-factor/",
        "not-found": "/nothing-here/",
        "not-yours": "/system/staff/invite/",
    },
    SALES: {
        "home-sales": "/",
        "inbox-sales": "/inbox/",
        **{f"inbox-sales-{view}": f"/inbox/?view={view}" for view in ("accept", "sal", "sql", "opportunity")},
        "opportunities-table": "/opportunities/?view=table",
        "opportunity-new": "/opportunities/new/",
        "company-new": "/accounts/new/",
        "collisions": "/accounts/collisions/",
    },
    MANAGER: {
        "home-manager": "/",
        "inbox-manager": "/inbox/",
        "funnel": "/insight/funnel/",
        "opportunities-silent": "/opportunities/?view=table&risk=silent",
        "leads-by-period": "/insight/leads/?method=period&by=owner",
        "components": "/_components",
        "import-new": "/imports/new/",
        "exports": "/exports/",
        "privacy-requests": "/privacy/requests/",
        "privacy-request-new": "/privacy/requests/new/",
    },
    MARKETER: {
        "home-marketer": "/",
        "form-new": "/forms/new/",
        "site-new": "/settings/sites/new/",
        "imports": "/imports/",
    },
    CONTENT: {"home-content": "/"},
    SUCCESS: {"home-success": "/"},
    PARTNERS: {"home-partner-manager": "/"},
    ADMIN: {
        "home-admin": "/",
        **{f"review-{tab}": f"/review/?tab={tab}" for tab in ("people", "links", "companies")},
        "security": "/me/security/",
        "second-factor": "/me/security/second-factor/",
        "tags": "/settings/tags/",
        "api-key-new": "/settings/api-keys/new/",
        "api-docs": "/api/docs",
        "teams": "/system/teams/",
        "roles": "/system/roles/",
        "hours": "/system/hours/",
        "mail": "/system/mail/",
        "staff-invite": "/system/staff/invite/",
        "security-rules": "/system/security/",
        "reveals": "/system/reveals/",
    },
}
_ONE = r"[0-9a-f]{8}-[0-9a-f-]{27}"
RECORDS: dict[str, dict[str, tuple[str, str]]] = {
    SDR: {
        "inbox-open": ("/inbox/", rf"^/inbox/.*lead={_ONE}"),
        "inbox-returned-open": ("/inbox/?view=returned", rf"^/inbox/.*lead={_ONE}"),
        "person": ("/people/", rf"^/people/{_ONE}/$"),
    },
    SALES: {
        "inbox-accept-open": ("/inbox/?view=accept", rf"^/inbox/.*lead={_ONE}"),
        "inbox-sql-open": ("/inbox/?view=sql", rf"^/inbox/.*lead={_ONE}"),
        "opportunity": ("/opportunities/?view=table", rf"^/opportunities/{_ONE}/$"),
        "account": ("/accounts/", rf"^/accounts/{_ONE}/$"),
    },
    MANAGER: {"leads-behind": ("/insight/leads/", "^/insight/leads/behind/")},
    MARKETER: {
        "form": ("/forms/", r"^/forms/demo-request/$"),
        "form-texts": ("/forms/demo-request/", "/texts/$"),
        "form-share": ("/forms/demo-request/", "/share/$"),
        "form-submissions": ("/forms/demo-request/", "/submissions/$"),
        "site": ("/settings/sites/", r"^/settings/sites/(?!new)[\w-]+/$"),
        "scoring-version": ("/settings/scoring/", rf"^/settings/scoring/{_ONE}/$"),
    },
    SUCCESS: {"contract": ("/contracts/", rf"^/contracts/{_ONE}/$")},
    ADMIN: {"colleague": ("/system/staff/", rf"^/system/staff/{_ONE}/$")},
}
"""Pages of one record: where a link leads to it, and how that link reads."""
SITE_PAGES = {**PAGES, "/_sources": "sources", "/_control": "control", "/outbox": "outbox", "/nope": "not-found"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--pairwise", action="store_true", help="four screens instead of eight")
    parser.add_argument("--guide", action="store_true", help="only the pictures of the user guide")
    options = parser.parse_args()
    if not CHROMIUM.exists():
        sys.stderr.write(f"{CHROMIUM} is not there: apt-get install chromium fonts-noto-cjk\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    complaints = Complaints()
    with running_demo(visitors_per_minute=60) as demo, chromium() as browser:
        for line in draw_guide(browser, demo):
            sys.stdout.write(f"guide: {line}\n")
        for screen in () if options.guide else PAIRWISE if options.pairwise else EVERY_SCREEN:
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
    seen: set[str] = set()
    for who, pages in STAFF_PAGES.items():
        context = fresh_context(browser, screen)
        context.on("page", complaints.watch)
        page = sign_in(context, demo, who, screen)
        menu = {name: path for name, path in _in_the_menu(page, demo).items() if path not in seen}
        seen |= {*pages.values(), *menu.values()}
        for name, path in (pages | menu).items():
            yield from _shot(page, demo.web + path, out / f"{name}-{screen}.png")
        for name, (start, link) in RECORDS.get(who, {}).items():
            if (address := follow(page, demo, start, link)) is None:
                yield f"{name}: nothing to open at {start}"
            else:
                yield from _shot(page, address, out / f"{name}-{screen}.png")
        context.close()


def _in_the_menu(page: Page, demo: RunningDemo) -> dict[str, str]:
    """Whatever else the menu offers to this colleague."""
    page.goto(f"{demo.web}/")
    links = page.locator("nav a[href^='/']").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    paths = {urljoin("/", link.split("?")[0]) for link in links} - {"/", "/inbox/", "/people/", "/insight/funnel/"}
    return {path.strip("/").replace("/", "-"): path for path in sorted(paths)}


def _shot(page: Page, address: str, file: Path) -> Iterator[str]:
    answer = page.goto(address, wait_until="load")
    wait_for_parts(page)
    time.sleep(0.15)  # transitions; only here, where nothing is asserted
    page.screenshot(path=file, full_page=True)
    if answer is not None and answer.status >= 500:
        yield f"{file.stem}: answered {answer.status}"
    if (pixels := overflow(page)) > 0:
        yield f"{file.stem}: {pixels} px wider than the window"


if __name__ == "__main__":
    sys.exit(main())
