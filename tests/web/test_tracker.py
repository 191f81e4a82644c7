"""The tracking script in a real browser, on somebody else's page."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Host
from wutong.web.assets import DIST

pytestmark = pytest.mark.browser

UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
FORM = """
<form data-wutong-form="guide" action="/c/f/guide" method="post">
  <label>Phone <input name="phone"></label>
  <label>Interest <input type="checkbox" name="interest" value="MES" checked></label>
  <label><input type="checkbox" name="privacy" data-wutong-consent="2026-01" checked> Privacy</label>
  <button>Send</button>
  <p data-wutong-thanks hidden>Thank you</p>
</form>"""


def visit(host: Host, browser: BrowserContext, address: str = "/", extra: str = "") -> Page:
    host.files["/c/wt.js"] = ("text/javascript", (DIST / "wt.js").read_text())
    page_source = f'<title>Prices</title><script async src="/c/wt.js" data-site="K1"></script>{extra}'
    host.files["/"] = ("text/html", f'<!doctype html><html lang="zh"><body>{page_source}')
    page = browser.new_page()
    page.goto(host.url + address)
    host.wait_for(lambda: bool(host.hits("page_viewed")))
    return page


def events(host: Host) -> list[dict[str, Any]]:
    return [body for path, body in host.posts if path == "/c/e"]


def test_a_page_view_arrives_with_what_the_collector_expects(host: Host, browser: BrowserContext) -> None:
    visit(host, browser, "/?utm_source=baidu")

    (hit,) = host.hits("page_viewed")
    assert events(host)[0]["site"] == "K1"
    assert UUID7.match(hit["id"])
    assert UUID7.match(hit["view"])
    assert hit["url"] == f"{host.url}/?utm_source=baidu"
    assert hit["props"] == {"title": "Prices", "path": "/", "lang": "zh", "width": 1280}


def test_without_consent_nobody_is_named_and_nothing_is_stored(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser)

    assert events(host)[0]["visitor"] is None
    assert page.evaluate("wutong.state()") == "unknown"
    assert page.evaluate("localStorage.length + document.cookie.length") == 0


def test_consent_names_a_visitor_until_it_is_withdrawn(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser)

    page.evaluate("wutong.consent('granted', '2026-01')")
    host.wait_for(lambda: bool(host.hits("consent_given")))
    visitor = events(host)[-1]["visitor"]
    assert re.fullmatch(r"[\w-]{26,64}", visitor)
    assert page.evaluate("document.cookie") == f"wt_v={visitor}"

    page.evaluate("wutong.consent('refused', '2026-01')")
    host.wait_for(lambda: bool(host.hits("consent_refused")))
    assert events(host)[-1]["visitor"] is None
    assert page.evaluate("localStorage.length + document.cookie.length") == 0


def test_a_busy_collector_gets_the_same_ids_again(host: Host, browser: BrowserContext) -> None:
    host.answers["/c/e"] = [(503, "application/json", "{}"), (429, "application/json", "{}")]

    visit(host, browser)

    host.wait_for(lambda: len(events(host)) >= 3)
    assert len({body["hits"][0]["id"] for body in events(host)[:3]}) == 1


def test_addresses_are_scrubbed_of_people(host: Host, browser: BrowserContext) -> None:
    secrets = "?utm_source=a&mail=x@y.cn&to=138-0013-8000&session=1&n=9f86d081884c7d659a2feaa0c55ad015&plan=pro#token=1"

    visit(host, browser, f"/{secrets}")

    assert host.hits("page_viewed")[0]["url"] == f"{host.url}/?utm_source=a&plan=pro"


def test_a_single_page_application_is_followed(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser)
    first = host.hits("page_viewed")[0]

    page.evaluate("history.pushState({}, '', '/pricing')")
    host.wait_for(lambda: len(host.hits("page_viewed")) == 2)

    second = host.hits("page_viewed")[1]
    assert second["view"] != first["view"]
    assert second["ref"] == first["url"]
    assert host.hits("page_left")[0]["view"] == first["view"]


def test_beats_count_visible_time_and_depth(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser, extra="<div style='height: 3000px'></div>")
    page.mouse.wheel(0, 5000)

    host.wait_for(lambda: bool(host.hits("page_beat")))

    props = host.hits("page_beat")[0]["props"]
    assert props["seq"] == 1
    assert props["visible_s"] == 5
    assert props["depth"] > 0.5


def test_leaving_tells_how_long_the_page_was_read(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser)

    page.goto("about:blank")

    host.wait_for(lambda: bool(host.hits("page_left")))
    assert set(host.hits("page_left")[0]["props"]) == {"visible_s", "depth"}


def test_downloads_are_noticed(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser, extra='<a href="/guide.pdf" target="_blank">Guide</a>')

    page.click("a")

    host.wait_for(lambda: bool(host.hits("link_clicked")))
    assert host.hits("link_clicked")[0]["props"] == {"href": f"{host.url}/guide.pdf", "kind": "download"}


def forms(host: Host) -> list[dict[str, Any]]:
    return [body for path, body in host.posts if path == "/c/f/guide"]


def test_a_form_is_sent_once_however_often_it_is_tapped(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser, extra=FORM)
    page.fill("[name=phone]", "13800138000")

    page.dblclick("button")
    page.wait_for_selector("[data-wutong-thanks]:visible")

    (sent,) = forms(host)
    assert UUID7.match(sent["id"])
    assert sent["answers"] == {"phone": "13800138000", "interest": "MES"}
    assert sent["consent"] == {"privacy": True, "version": "2026-01"}
    assert sent["visitor"] is None
    host.wait_for(lambda: bool(host.hits("form_started")))
    assert host.hits("form_started")[0]["props"] == {"form": "guide"}


def test_a_refused_form_shows_why_under_the_field_and_can_be_sent_again(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser, extra=FORM)
    page.fill("[name=phone]", "138")
    host.wait_for(lambda: bool(host.hits("form_started")))
    host.answers["/c/f/guide"] = [(400, "application/json", '{"fields": {"phone": "手机号应为 11 位"}}')]

    page.click("button")
    expect(page.locator("[role=alert]")).to_have_text("手机号应为 11 位")
    expect(page.locator("[name=phone]")).to_have_attribute("aria-invalid", "true")

    page.fill("[name=phone]", "13800138000")
    page.click("button")
    page.wait_for_selector("[data-wutong-thanks]:visible")
    expect(page.locator("[role=alert]")).to_have_count(0)


def test_a_form_survives_a_busy_collector_under_one_id(host: Host, browser: BrowserContext) -> None:
    page = visit(host, browser, extra=FORM)
    page.fill("[name=phone]", "13800138000")
    host.wait_for(lambda: bool(host.hits("form_started")))
    host.answers["/c/f/guide"] = [(503, "application/json", "{}")]

    page.click("button")
    page.wait_for_selector("[data-wutong-thanks]:visible")

    assert len(forms(host)) == 2
    assert len({sent["id"] for sent in forms(host)}) == 1
