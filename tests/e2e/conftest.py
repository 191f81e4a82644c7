"""One running demo and one browser for all walks. They end with this package: Playwright runs once at a time."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.browsing import CHROMIUM, Complaints, Screen, chromium, fresh_context
from tests.e2e.running import RunningDemo, running_demo

NewContext = Callable[[Screen], BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is not there, so no page is walked. Run: apt-get install chromium")
    with chromium() as one:
        yield one


@pytest.fixture(scope="package")
def demo(browser: Browser) -> Iterator[RunningDemo]:
    with running_demo() as one:
        yield one


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test when a page complained."""
    noted = Complaints()
    yield noted
    assert noted.unexpected == []


@pytest.fixture
def new_context(browser: Browser, complaints: Complaints) -> Iterator[NewContext]:
    """Makes somebody new at a screen, watched."""
    contexts: list[BrowserContext] = []

    def make(screen: Screen) -> BrowserContext:
        context = fresh_context(browser, screen)
        context.on("page", complaints.watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_without_script(browser: Browser) -> Iterator[NewContext]:
    """Somebody whose browser runs no script."""
    contexts: list[BrowserContext] = []

    def make(_screen: Screen) -> BrowserContext:
        contexts.append(browser.new_context(java_script_enabled=False))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()
