"""The live stream in a real browser: one connection, many tabs."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Host
from wutong.web.assets import DIST, asset_url

pytestmark = pytest.mark.browser

NOTICE = 'event: notice\nid: 7\ndata: {"id":7,"kind":"lead_arrived","topics":["inbox"]}\n\n'
TOAST = '<div class="toast" data-stays><p>{}</p></div>'  # else it leaves after eight seconds, however busy the machine
HELLO = 'event: hello\ndata: {"unread":3}\n\n'


@pytest.fixture
def page_source(host: Host) -> str:
    """A page as the frame draws it, served by the host."""
    for file in DIST.glob("*.js"):
        host.files[f"/static/dist/{file.name}"] = ("text/javascript", file.read_text())
    host.files["/n/7/toast/"] = ("text/html", TOAST.format("New lead"))
    host.files["/part/"] = ("text/html", "fresh")
    host.files["/poll/"] = ("application/json", '{"notices": [], "unread": 3}')
    source = f"""<!doctype html><html><head><meta name="csrf-token" content="abc">
      <meta name="htmx-config" content='{{"allowEval":false,"includeIndicatorStyles":false}}'>
      <script type="module" src="{asset_url("core.js")}"></script></head>
    <body data-live-token="/live/token/" data-live-poll="/poll/" data-live-toast="/n/0/toast/"
      data-live-worker="{asset_url("live-worker.js")}" data-live-staff="1">
      <span id="live-dot"><span></span></span><span id="bell-count"></span><div id="toasts"></div>
      <div id="part" hx-get="/part/" hx-trigger="live:inbox from:body">old</div></body></html>"""
    host.files["/"] = ("text/html", source)
    return source


def open_tab(host: Host, browser: BrowserContext) -> Page:
    page = browser.new_page()
    page.goto(host.url)
    expect(page.locator("#live-dot")).to_have_attribute("data-state", "on")
    return page


@pytest.mark.usefixtures("page_source")
def test_two_tabs_share_one_stream_and_both_hear(host: Host, browser: BrowserContext) -> None:
    host.events.append(HELLO)
    one, other = open_tab(host, browser), open_tab(host, browser)

    host.notice(NOTICE)

    expect(other.locator(".toast")).to_be_visible()
    expect(other.locator("#part")).to_have_text("fresh")
    for page in (one, other):
        expect(page.locator("#bell-count")).to_have_text("3")
    one.bring_to_front()  # a hidden tab waits until somebody looks at it
    expect(one.locator("#part")).to_have_text("fresh")
    assert len(host.streams) == 1


@pytest.mark.usefixtures("page_source")
def test_a_lost_stream_comes_back_after_the_last_notice(host: Host, browser: BrowserContext) -> None:
    page = open_tab(host, browser)
    host.notice(NOTICE)
    expect(page.locator(".toast")).to_be_visible()

    host.notice("hang up")

    host.wait_for(lambda: len(host.streams) == 2)
    assert host.streams[1] == "token=t&after=7"


@pytest.mark.usefixtures("page_source")
def test_what_is_told_again_is_shown_only_if_it_was_not_heard(host: Host, browser: BrowserContext) -> None:
    host.files["/n/6/toast/"] = ("text/html", TOAST.format("Late lead"))
    page = open_tab(host, browser)
    host.notice(NOTICE)
    expect(page.locator(".toast")).to_be_visible()

    host.notice('event: notice\nid: 7\ndata: {"id":7,"kind":"lead_arrived","topics":["inbox"],"again":true}\n\n')
    host.notice('event: notice\nid: 6\ndata: {"id":6,"kind":"lead_arrived","topics":["inbox"],"again":true}\n\n')

    expect(page.get_by_text("Late lead")).to_be_visible()
    expect(page.locator(".toast")).to_have_count(2)
