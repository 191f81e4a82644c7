"""What core.js adds to a page, in a real browser."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Host
from wutong.web.assets import DIST, asset_url
from wutong.web.sample import sample_context

pytestmark = pytest.mark.browser


@pytest.fixture
def page(host: Host, browser: BrowserContext) -> Page:
    """The component page, served without Django."""
    for file in [*DIST.glob("*.js"), *DIST.glob("*.svg"), *DIST.glob("*.css")]:
        kind = {".js": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css"}[file.suffix]
        host.files[f"/static/dist/{file.name}"] = (kind, file.read_text())
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=True, full_name="林晓", role="admin", pk=1)
    context = {"request": request, "html_lang": "en", **sample_context()}
    with translation.override("en"):
        drawn = Template('{% extends "web/components_page.html" %}').render(Context(context))
    host.files["/"] = ("text/html", drawn)
    page = browser.new_page()
    page.goto(host.url)
    page.wait_for_function("document.querySelector('[data-timer-text]').textContent.includes('left')")
    return page


def current_row(page: Page) -> int:
    return int(page.evaluate("[...document.querySelectorAll('[data-row]')].indexOf(document.activeElement)"))


def test_j_and_k_walk_the_rows_and_x_selects(page: Page) -> None:
    for key in "jjjk":
        page.keyboard.press(key)
    assert current_row(page) == 1

    page.keyboard.press("x")

    expect(page.locator("[data-selected]")).to_have_text("1")
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.locator("[data-select]").nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("2")
    page.locator("[data-row] a").first.focus()
    page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_have_text("3")


def test_a_slash_focuses_the_search_and_letters_typed_there_are_letters(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("jk")

    expect(page.locator("[data-search]")).to_have_value("jk")
    assert current_row(page) == -1


def test_keys_of_an_input_method_are_left_alone(page: Page) -> None:
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', keyCode: 229, bubbles: true}))")

    assert current_row(page) == -1


def test_shortcuts_can_be_switched_off(page: Page) -> None:
    page.evaluate("document.documentElement.dataset.shortcuts = 'off'")

    page.keyboard.press("j")

    assert current_row(page) == -1


def test_a_confirmation_closes_on_escape_and_gives_the_focus_back(page: Page) -> None:
    page.click("details.confirm > summary")
    page.keyboard.press("Escape")

    expect(page.locator("details.confirm[open]")).to_have_count(0)
    expect(page.locator("details.confirm > summary").first).to_be_focused()


def test_a_definition_opens_by_keyboard(page: Page) -> None:
    page.focus(".hint > button")
    tooltip = page.locator(".hint > [role=tooltip]").first
    expect(tooltip).to_be_visible()

    page.keyboard.press("Escape")

    expect(tooltip).to_be_hidden()


def test_a_form_pressed_twice_is_sent_once(host: Host, page: Page) -> None:
    page.click("details.confirm > summary")

    page.dblclick("details.confirm form button:not([type=button])")
    host.wait_for(lambda: bool(host.posts))
    page.wait_for_load_state()

    assert len(host.posts) == 1


def test_a_press_on_copy_is_heard(page: Page) -> None:
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    page.locator("[data-copy]").first.dispatch_event("click")

    expect(page.locator("#announcements")).to_have_text("Copied")
    assert page.evaluate("window.copied") == "13800138000"


def test_nothing_else_is_loaded_than_what_the_build_made(host: Host, page: Page) -> None:
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")

    assert f"{host.url}{asset_url('core.js')}" in loaded
    assert all(name.startswith(f"{host.url}/static/") for name in loaded)
