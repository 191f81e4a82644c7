"""The life of a lead: a visitor's form, the SDR, sales, a won deal, and the manager's figures."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Screen, settle, sign_in
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo
from tests.e2e.test_walk import fill_in, read_and_agree, somebody, sound

SCREENS = (Screen("zh", "desktop", "light"), Screen("en", "phone", "dark"))
EVENTS = {
    "zh": ("提交表单", "首次联系", "转给销售", "新建商机", "商机关闭", "合同开始"),
    "en": (
        "Submitted a form",
        "First contact",
        "Handed over to sales",
        "Opened an opportunity",
        "Closed an opportunity",
        "Contract began",
    ),
}


def open_lead(page: Page, demo: RunningDemo, name: str, *, view: str) -> None:
    page.goto(f"{demo.web}/inbox/?view={view}")
    page.locator(".lead-row", has_text=name).locator("a").first.click()
    expect(page.locator("#work")).to_contain_text(name)


def won_by(page: Page, demo: RunningDemo) -> int:
    """How many leads the manager's page counts as won, of those captured in the last thirty days."""
    page.goto(f"{demo.web}/insight/leads/?period=30d")
    figure = page.locator("#leads-funnel .funnel-row").last.locator(".funnel-n")
    expect(figure).to_be_visible()
    return int((figure.text_content() or "").replace(",", ""))


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_lead_goes_from_the_website_to_won_and_into_the_figures(
    screen: Screen, demo: RunningDemo, new_context: NewContext
) -> None:
    visitor = somebody(screen)
    manager = sign_in(new_context(screen), demo, "wang.ning", screen)
    won_before = won_by(manager, demo)
    guest = new_context(screen).new_page()
    read_and_agree(guest, demo, screen)
    fill_in(guest, visitor).click()
    expect(guest.locator("[data-wutong-thanks]")).to_be_visible()

    sdr = sign_in(new_context(screen), demo, "lin.xiao", screen)
    open_lead(sdr, demo, visitor.name, view="all")
    work = sdr.locator("#work")
    work.locator("[data-save]").click()
    expect(sdr.locator("#toasts")).not_to_be_empty()
    settle(sdr)
    work.locator("#hand-over > summary").click()
    form = work.locator("#hand-over form")
    for name, told in {"need": "质量追溯", "pain": "客诉查不到批次", "budget": "30 万"}.items():
        form.locator(f"[name={name}]").fill(told)
    seller = form.locator("[name=to] option", has_text="许文博").get_attribute("value")
    form.locator("[name=to]").select_option(seller)
    form.locator("button[type=submit]").click()
    expect(work).to_contain_text("许文博")
    sound(sdr, screen)

    sales = sign_in(new_context(screen), demo, "xu.wenbo", screen)
    open_lead(sales, demo, visitor.name, view="accept")
    desk = sales.locator("#work")
    expect(desk).to_contain_text("客诉查不到批次")
    desk.locator("[data-key=y]").click()
    bant = desk.locator("form.is-bant")
    for name in ("budget", "authority", "need", "timing"):
        bant.locator(f"[name={name}]").fill("已确认")
    bant.locator("[formaction$='/qualify/']").click()
    deal = sales.locator("#from-lead form")
    deal.locator("[name=amount]").fill("260000")
    deal.locator("button[type=submit]").click()
    sales.locator("a[href^='/opportunities/']", has_text=visitor.company).first.click()
    expect(sales.locator("#deal")).to_be_visible()
    sound(sales, screen)
    closing = sales.locator("#deal form[action$='/close/']").first
    sales.locator("#deal details.confirm", has=closing).locator("summary").click()
    closing.locator("[name=reason]").select_option("product")
    closing.locator("button[type=submit]").click()
    expect(sales.locator("#deal a[href^='/contracts/']").first).to_be_visible()
    sound(sales, screen)

    manager.goto(f"{demo.web}/people/?q={visitor.name}")
    manager.locator("main a[href^='/people/']", has_text=visitor.name).first.click()
    timeline = manager.locator("main")
    for happened in EVENTS[screen.language]:
        expect(timeline).to_contain_text(happened)
    assert won_by(manager, demo) == won_before + 1
    manager.locator("#leads-funnel .funnel-row").last.locator(".funnel-n").click()
    expect(manager.locator("#behind-table")).to_contain_text(visitor.name)
    sound(manager, screen)
