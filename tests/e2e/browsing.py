"""Driving the system's Chromium, and noticing what a page should never do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import polib
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotSeen

from tests.e2e.running import ROOT, RunningDemo

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 60
"""For what comes within a second on a quiet machine: on a busy one a test waits longer, and fails no sooner."""
expect.set_options(timeout=PATIENCE_S * 1_000)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
TELL_OF_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@dataclass(frozen=True)
class Screen:
    """How somebody looks at a page."""

    language: Literal["zh", "en"]
    device: Literal["desktop", "phone"]
    theme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.language}-{self.device}-{self.theme}"


EVERY_SCREEN = [
    Screen(language, device, theme)
    for language in ("zh", "en")
    for device in ("desktop", "phone")
    for theme in ("light", "dark")
]
PAIRWISE = [  # each pair of values meets once
    Screen("zh", "desktop", "light"),
    Screen("zh", "phone", "dark"),
    Screen("en", "desktop", "dark"),
    Screen("en", "phone", "light"),
]


@dataclass
class Complaints:
    """What pages did that they never should."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test provokes on purpose."""

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("response", self._response)

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.found if not any(part in line for part in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.location.get('url', '')}: {message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.found.append(f"{response.url} answered {response.status}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


def fresh_context(browser: Browser, screen: Screen) -> BrowserContext:
    """Somebody new at a screen: no cookies, no storage."""
    width, height = SIZES[screen.device]
    # Headless Chromium says so in its name, and the collector takes it for the crawler that it usually is.
    engine = f"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{browser.version}"
    user_agent = (
        f"Mozilla/5.0 (X11; Linux x86_64) {engine} {'Mobile ' if screen.device == 'phone' else ''}Safari/537.36"
    )
    context = browser.new_context(
        user_agent=user_agent,
        viewport={"width": width, "height": height},
        locale="zh-CN" if screen.language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme=screen.theme,
        has_touch=screen.device == "phone",
        is_mobile=screen.device == "phone",
    )
    context.set_default_timeout(PATIENCE_S * 1_000)
    context.add_init_script(TELL_OF_VIOLATIONS)
    return context


def sign_in(context: BrowserContext, demo: RunningDemo, who: str, screen: Screen) -> Page:
    """A tab of ``who``, signed in and with the pages in the screen's language.

    The first time by the form; later browsers have the session of the first, which spares them a password's digest and
    the page of the day.
    """
    page = context.new_page()
    if session := demo.sessions.get(who):
        context.add_cookies([{"name": one["name"], "value": one["value"], "url": demo.web} for one in session])
        page.goto(f"{demo.web}/me/")
    else:
        email, password = demo.logins[who]
        page.goto(f"{demo.web}/sign-in/")
        page.locator("input[type=email], input[name=username], input[name=email]").first.fill(email)
        page.locator("input[type=password]").fill(password)
        page.locator("form:has(input[type=password]) button").first.click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        demo.sessions[who] = context.cookies(demo.web)
    prefer(page, demo, screen)
    return page


def prefer(page: Page, demo: RunningDemo, screen: Screen) -> None:
    """Choose language and theme as the switches of the frame do."""
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = page.request.post(
        f"{demo.web}/me/preferences/",
        form={"language": "zh-hans" if screen.language == "zh" else "en", "theme": screen.theme},
        headers={"X-CSRFToken": token, "HX-Request": "true", "Referer": f"{demo.web}/"},
    )
    assert answer.status == 204, f"preferences: {answer.status}"


ARRIVED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished))"""
"""What comes in gently has come in: half transparent it has other colours."""


def settle(page: Page) -> None:
    """Wait until the page shows what it has asked for by itself."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.evaluate(ARRIVED)


def wait_for_parts(page: Page) -> None:
    """Wait a little for parts that the page fetches after it was drawn."""
    with suppress(NotSeen):
        page.locator(".htmx-request, [aria-busy=true]").first.wait_for(state="detached", timeout=4_000)


def follow(page: Page, demo: RunningDemo, start: str, *links: str) -> str | None:
    """Where one gets from the path ``start`` by the first link that reads so, then the next; None where there is none.

    Args:
        links: patterns of paths.
    """
    address = demo.web + start
    for pattern in links:
        page.goto(address)
        wait_for_parts(page)
        hrefs = page.locator("main a[href]").evaluate_all("links => links.map((link) => link.href)")
        found = next((href for href in hrefs if re.search(pattern, href.removeprefix(demo.web))), None)
        if found is None:
            return None
        address = found
    return address


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def barriers(page: Page, *, with_colours: bool = True) -> list[str]:
    """What axe finds, one line a rule.

    Args:
        with_colours: contrasts, too. They take half the time, and are the same in each language.
    """
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # To list what is right as well takes axe twice as long.
    left_out = {} if with_colours else {"rules": {"color-contrast": {"enabled": False}}}
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]} | left_out)
    return [
        f"{rule['id']} ({rule['impact']}): {', '.join(str(node['target']) for node in rule['nodes'][:4])}"
        for rule in found.response["violations"]
    ]


def untranslated(page: Page) -> list[str]:
    """Lines of a Chinese page that are our own English sentences, or look like some."""
    lines = {line.strip() for line in page.locator("body").inner_text().splitlines()}
    return sorted(line for line in lines if line in _english() or _SENTENCE.match(line))


_SENTENCE = re.compile(r"^[A-Z][a-z']+(?:,? [a-z']{2,}){2,}[.?]?$")


@cache
def _english() -> set[str]:
    """Our msgids that read otherwise in Chinese."""
    catalogues = ROOT.glob("wutong/*/locale/zh_Hans/LC_MESSAGES/django.po")
    return {
        entry.msgid
        for catalogue in catalogues
        for entry in polib.pofile(str(catalogue))
        if entry.msgstr != entry.msgid
        and re.search("[A-Za-z]{3}", entry.msgid)
        and (entry.msgstr or " " in entry.msgid)
    }
