"""The demo company's website in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import PAIRWISE, Screen, barriers, overflow
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo
from wutong.sandbox.site import PAGES, localized

TOOLS = ("/_sources", "/_control", "/outbox")


@pytest.mark.parametrize("screen", PAIRWISE, ids=str)
def test_every_page_of_the_site_is_sound(screen: Screen, demo: RunningDemo, new_context: NewContext) -> None:
    page = new_context(screen).new_page()
    for path in (*PAGES, *TOOLS):
        page.goto(demo.site + localized(screen.language, path))

        assert overflow(page) <= 0, path
        assert barriers(page) == [], path


def test_refusing_is_as_easy_as_agreeing_and_is_remembered(demo: RunningDemo, new_context: NewContext) -> None:
    page = new_context(PAIRWISE[1]).new_page()
    page.goto(demo.site)
    refuse, agree = (page.locator(f"[data-consent={choice}]") for choice in ("refused", "granted"))
    assert {"width", "height"} <= (refuse.bounding_box() or {}).keys()
    assert (refuse.bounding_box() or {})["height"] == (agree.bounding_box() or {})["height"]

    refuse.click()
    page.goto(f"{demo.site}/pricing")

    page.locator("[data-consent-open]").wait_for()  # the script has run
    expect(page.locator("#consent")).to_be_hidden()
    assert page.evaluate("[window.wutong.visitor(), document.cookie, localStorage.getItem('wt_v')]") == [None, "", None]


def test_a_changed_mind_finds_the_banner_in_the_foot(demo: RunningDemo, new_context: NewContext) -> None:
    page = new_context(PAIRWISE[0]).new_page()
    page.goto(demo.site)
    page.locator("[data-consent=refused]").click()
    page.locator("[data-consent-open]").click()
    page.locator("[data-consent=granted]").click()

    expect(page.locator("#consent")).to_be_hidden()
    assert page.evaluate("window.wutong.state()") == "granted"


def test_the_form_works_without_script(demo: RunningDemo, browser_without_script: NewContext) -> None:
    page = browser_without_script(PAIRWISE[3]).new_page()
    page.goto(f"{demo.site}/contact")
    page.fill("[name=name]", "韩静怡")
    page.fill("[name=phone]", "19900771234")
    page.fill("[name=email]", "jingyi.han@heyan.example")
    page.fill("[name=company]", "合肥禾砚模具有限公司")
    page.check("[name=privacy]")
    page.locator("form button").click()

    page.wait_for_url("**/thanks")
