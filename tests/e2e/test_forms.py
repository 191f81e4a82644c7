"""A marketer builds a form and publishes it; visitors fill in its page. On a desk in Chinese, on a phone in English."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import Complaints, Screen, barriers, overflow, sign_in, untranslated
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo

DESK = Screen("zh", "desktop", "light")
PHONE = Screen("en", "phone", "light")


def test_a_form_is_built_published_and_filled_in(
    browser: Browser, demo: RunningDemo, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("400 (Bad Request)")  # answers to mend
    marketer = sign_in(new_context(DESK), demo, "su.qing", DESK)
    key = build(marketer, demo)

    visitor = new_context(PHONE).new_page()
    visitor.goto(f"{demo.edge}/c/f/{key}?utm_source=wechat&utm_medium=wechat&utm_campaign=spring")
    fill_in(visitor, "Ada Lovelace", "13812345678")
    embedded = embed(browser, demo, key)
    fill_in(embedded, "Grace Hopper", "13812345679", frame=f"iframe[data-wutong-frame={key}]")

    expect(marketer.locator("tbody tr")).to_have_count(0)
    for name in ("Ada Lovelace", "Grace Hopper"):
        for _try in range(20):
            marketer.goto(f"{demo.web}/forms/{key}/submissions/")
            if marketer.get_by_role("link", name=name).count():
                break
        expect(marketer.get_by_role("row", name=name)).to_contain_text("138 **** 56")
    expect(marketer.get_by_role("row", name="Ada Lovelace")).to_contain_text("spring")
    assert barriers(marketer) == []


def build(page: Page, demo: RunningDemo) -> str:
    """A form with one more question, shown to those who come online; returns its key."""
    page.goto(f"{demo.web}/forms/new/")
    page.check("input[value=event]")
    page.fill("[name=name]", "春季峰会报名")
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/forms/event-*/")
    key = page.url.rstrip("/").rsplit("/", 1)[-1]

    page.locator("button[value=select]").click()
    page.fill("[name=label]", "行业")
    page.fill("[name=label_en]", "Industry")
    page.fill("[name=options]", "制造 | Manufacturing\n零售 | Retail")
    page.select_option("[name=shown_by]", "attendance")
    page.fill("[name=wanted]", "线上")
    page.locator("main form .btn-primary").click()
    page.locator("#q-choice button[value=up]").click()
    expect(page.locator(".questions li").nth(6)).to_have_attribute("id", "q-choice")
    preview = page.frame_locator("iframe[name=preview]")
    preview.get_by_label("线上").check()
    expect(preview.locator("[data-q=choice]")).to_be_visible()
    assert (overflow(page), barriers(page), untranslated(page)) == (0, [], [])

    page.get_by_role("button", name="发布").click()
    page.wait_for_url("**/share/")
    expect(page.locator("code", has_text=f"/c/f/{key}?embed=1")).to_be_visible()
    page.goto(f"{demo.web}/forms/{key}/submissions/")
    return key


def embed(browser: Browser, demo: RunningDemo, key: str) -> Page:
    """A page of the company's website with the form in a frame, beside its tracking script."""
    page = browser.new_context(bypass_csp=True, locale="en-GB").new_page()  # the demo's site allows itself no frames
    page.goto(f"{demo.site}/pricing")
    page.evaluate(
        "frame => document.getElementById('content').innerHTML = frame",
        f'<iframe src="{demo.edge}/c/f/{key}?embed=1" data-wutong-frame="{key}" title="Form" height="300"></iframe>',
    )
    expect(page.locator("iframe")).not_to_have_attribute("height", "300")
    url = page.frame_locator("iframe").locator("[name=_url]")
    expect(url).to_have_value(f"{demo.site}/pricing")
    return page


def fill_in(page: Page, name: str, phone: str, *, frame: str = "") -> None:
    """Make a mistake, mend it, send it."""
    form = page.frame_locator(frame).locator("body") if frame else page.locator("body")
    expect(form.locator("[data-q=choice]")).to_be_hidden()
    form.get_by_label("Online").check()
    form.locator("select").select_option(label="Retail")
    # As fast as people: what is sent within two seconds is suspected.
    form.locator("[name=name]").press_sequentially(name, delay=180)
    form.locator("[name=phone]").fill("12")
    form.get_by_role("button", name="Register").click()

    expect(form.get_by_text("7 to 15 digits")).to_be_visible()
    expect(form.locator("[name=name]")).to_have_value(name)
    form.locator("[name=phone]").fill(phone)
    form.locator("[name=company]").fill("Northwind")
    form.locator("[name=email]").fill("somebody@northwind.example")
    form.locator("[name=privacy]").check()
    if not frame:
        assert (overflow(page), barriers(page)) == (0, [])
    form.get_by_role("button", name="Register").click()
    expect(form.get_by_text("You are registered")).to_be_visible()
