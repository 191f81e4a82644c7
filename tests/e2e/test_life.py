"""The life of a lead: a form on the demo site, the SDR, sales, a won deal, and the manager's figures of it all."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import Screen, settle, sign_in
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo
from tests.e2e.small_png import SIGNATURE
from tests.e2e.test_walk import Visitor, fill_in, new_row, read_and_agree, somebody, sound

SCREENS = (Screen("zh", "desktop", "light"), Screen("en", "phone", "dark"))
SDR, SELLER = "林晓", "许文博"
NEED, PAIN = "质量追溯", "客诉查不到批次"
COUNT = re.compile(r"^\s*[\d,]+\s*$")
ACCEPTED = {"zh": "许文博 接收了 %s", "en": "许文博 has accepted %s"}
TOLD = {
    "zh": [
        "合同开始",
        "商机关闭",
        "线索阶段：赢单 · 许文博",
        "新建商机",
        "线索阶段：商机 · 许文博",
        "线索阶段：SQL · 许文博",
        "线索阶段：SAL · 许文博",
        "转给 许文博 · 林晓",
        "线索阶段：MQL · 系统",
        "首次联系：电话，已联系上 · 林晓",
        "分配给 林晓",
        "线索阶段：新线索 · 系统",
        "提交表单",
        "开始填写表单",
        "浏览“预约演示”",
        "浏览“价格”",
        "同意使用 Cookie",
    ],
    "en": [
        "Contract began",
        "Closed an opportunity",
        "Lead stage: Won · 许文博",
        "Opened an opportunity",
        "Lead stage: Opportunity · 许文博",
        "Lead stage: SQL · 许文博",
        "Lead stage: SAL · 许文博",
        "Handed over to 许文博 · 林晓",
        "Lead stage: MQL · The system",
        "First contact: Call, Reached · 林晓",
        "Given to 林晓",
        "Lead stage: New · The system",
        "Submitted a form",
        "Started a form",
        "Viewed “Book a demo”",
        "Viewed “Pricing”",
        "Accepted cookies",
    ],
}
"""Every entry of the timeline. What happens at one instant stands in no certain order."""
LEFT_AT_ONCE = re.compile("衡一 MES|Hengyi MES")
"""The page on which the visitor agrees and goes on within the same instant: its view may be told or not."""
FIGURES = ", ".join(
    (
        "#leads-funnel .funnel-row a.funnel-n",
        *(f"a[href*='figure={name}']:not([href*=split])" for name in ("received", "contacted", "sent", "accepted")),
        "a[href*='figure=followed_up']:not([href*=split])",
    )
)


@pytest.fixture
def quiet_demo(demo: RunningDemo, new_context: NewContext) -> RunningDemo:
    """A demo whose scripted colleagues rest, so that each figure moves by what the test does alone."""
    page = new_context(SCREENS[0]).new_page()
    page.goto(f"{demo.site}/_control")
    rest = page.locator("button[name=resting][value=yes]")
    if rest.count():
        rest.click()
    expect(page.locator("button[name=resting][value=no]")).to_be_visible()
    return demo


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_lead_goes_from_the_website_to_won_and_into_every_figure(
    screen: Screen, quiet_demo: RunningDemo, new_context: NewContext
) -> None:
    demo, visitor = quiet_demo, somebody(screen)
    manager = sign_in(new_context(screen), demo, "wang.ning", screen)
    before = figures(manager, demo)

    sdr = sign_in(new_context(screen), demo, "lin.xiao", screen)
    sdr.goto(f"{demo.web}/inbox/?view=waiting")
    expect(sdr.locator("#live-dot")).to_have_attribute("data-state", "on")
    guest = new_context(screen).new_page()
    read_and_agree(guest, demo, screen)
    fill_in(guest, visitor).click()
    expect(guest.locator("[data-wutong-thanks]")).to_be_visible()
    contact_and_hand_over(sdr, visitor, screen)
    sales = sign_in(new_context(screen), demo, "xu.wenbo", screen)
    sales.goto(f"{demo.web}/inbox/?view=accept")
    accept_and_qualify(sales, visitor, screen)
    win(sales, visitor, screen)

    assert figures(manager, demo) == {name: n + 1 for name, n in before.items()}
    with manager.expect_download() as saved:
        manager.locator("#leads-funnel [data-island=funnel-picture] button").click()
    assert saved.value.path().read_bytes().startswith(SIGNATURE)
    for figure in (address for address in before if address.startswith("/")):
        manager.goto(demo.web + figure)
        expect(manager.locator("#behind-table")).to_contain_text(visitor.name)
    sound(manager, screen)
    manager.locator("#behind-table a", has_text=visitor.name).first.click()
    titles = [title for title in told(manager) if not LEFT_AT_ONCE.search(title)]
    assert sorted(titles) == sorted(TOLD[screen.language])
    sound(manager, screen)
    sdr.goto(f"{demo.web}/notifications/?tab=system")
    expect(sdr.locator("main")).to_contain_text(ACCEPTED[screen.language] % visitor.name)


def contact_and_hand_over(page: Page, visitor: Visitor, screen: Screen) -> None:
    work = opened(page, visitor)
    work.locator("[data-save]").click()
    settle(page)
    work.locator("#hand-over > summary").click()
    form = work.locator("#hand-over form")
    for name, text in {"need": NEED, "pain": PAIN, "budget": "30 万"}.items():
        form.locator(f"[name={name}]").fill(text)
    seller = form.locator("[name=to] option", has_text=SELLER).get_attribute("value")
    form.locator("[name=to]").select_option(seller)
    form.locator("button[type=submit]").click()
    settle(page)
    expect(work.locator(".stage-mql")).to_be_visible()
    expect(work).to_contain_text(SELLER)
    sound(page, screen)


def accept_and_qualify(page: Page, visitor: Visitor, screen: Screen) -> None:
    work = opened(page, visitor)
    expect(work).to_contain_text(PAIN)
    work.locator("[data-key=y]").click()
    expect(work.locator(".stage-sal")).to_be_visible()
    settle(page)
    bant = work.locator("form.is-bant")
    for name in ("budget", "authority", "need", "timing"):
        bant.locator(f"[name={name}]").fill("已确认")
    bant.locator("[formaction$='/qualify/']").click()
    expect(work.locator(".stage-sql")).to_be_visible()
    sound(page, screen)


def win(page: Page, visitor: Visitor, screen: Screen) -> None:
    opening = page.locator("#from-lead form")
    opening.locator("[name=amount]").fill("260000")
    opening.locator("button[type=submit]").click()
    page.locator("#work a[href^='/opportunities/']").first.click()
    deal = page.locator("#deal")
    expect(deal).to_contain_text(visitor.name)
    sound(page, screen)
    closing = deal.locator("details.confirm", has=page.locator("[name=to][value=won]"))
    closing.locator("summary").click()
    closing.locator("[name=reason]").select_option("product")
    closing.locator("button[type=submit]").click()
    settle(page)
    page.locator("a.btn[href^='/contracts/']").click()
    expect(page.locator("#contract")).to_contain_text(visitor.name)
    expect(page.locator("#contract .figures")).to_contain_text("26" if screen.language == "zh" else "260")
    sound(page, screen)


def opened(page: Page, visitor: Visitor) -> Locator:
    """The work area of the visitor's lead."""
    new_row(page, visitor.name).locator("a").first.click()
    work = page.locator("#work")
    expect(work.locator("#work-title")).to_have_text(visitor.name)
    settle(page)
    return work


def told(page: Page) -> list[str]:
    """The titles of the timeline, without what stands beside them for machines and ears."""
    expect(page.locator(".timeline-title").first).to_be_visible()
    titles: list[str] = page.locator(".timeline-title").evaluate_all(
        """titles => titles.map((title) => {
            const copy = title.cloneNode(true);
            copy.querySelectorAll(".only-heard, .badge").forEach((part) => part.remove());
            return copy.textContent.replace(/\\s+/g, " ").trim();
        })"""
    )
    return titles


def figures(page: Page, demo: RunningDemo) -> dict[str, int]:
    """Whatever the manager reads that one more lead, answered, accepted and won, adds one to."""
    page.goto(f"{demo.web}/insight/leads/?period=half")
    for panel in ("funnel", "speed", "acceptance", "workload"):
        expect(page.locator(f"#leads-{panel} :is(.funnel-row, tbody tr)").first).to_be_visible()
    counts = page.locator(FIGURES).filter(has_text=COUNT).all()
    found = {link.get_attribute("href") or "": _number(link.inner_text()) for link in counts}
    sellers = page.locator("#leads-acceptance tr", has_text=SELLER).inner_text()
    n, of = re.findall(r"([\d,]+)/([\d,]+)", sellers)[0]
    return found | {"seller's accepted": _number(n), "seller's answered": _number(of)}


def _number(text: str) -> int:
    return int(text.replace(",", ""))
