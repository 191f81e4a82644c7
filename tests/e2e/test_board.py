"""The board of deals by keyboard, by mouse and by its list of stages, with two tabs open."""

import os
import subprocess
import sys
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import Complaints, Screen, sign_in
from tests.e2e.conftest import NewContext
from tests.e2e.running import ROOT, RunningDemo

NAME = "走过看板"
MAKE_A_DEAL = f"""
import django
django.setup()
from datetime import UTC, datetime
from tests.cast import make_account
from tests.sales.cast import deal_of, sql_of
from wutong.platform.models import Staff
manager, now = Staff.objects.filter(role="manager", is_active=True).order_by("pk").first(), datetime.now(UTC)
deal_of(manager, lead=sql_of(manager, at=now), at=now, account=make_account("看板步行机械有限公司"), name="{NAME}")
print(manager.email.split("@")[0])
"""


@dataclass
class Board:
    page: Page

    @property
    def card(self) -> Locator:
        return self.page.locator(".deal-card")

    @property
    def handle(self) -> Locator:
        return self.card.locator("[data-lift]")

    def stands_in(self, stage: str, *, n: int = 1) -> None:
        """The card is in the column of ``stage``, whose head counts ``n``."""
        expect(self.page.locator(f".board-cards[data-stage={stage}] .deal-card")).to_have_count(1)
        expect(self.page.locator(f"#head-{stage} .muted")).to_have_text(str(n))


def make_a_deal(demo: RunningDemo) -> str:
    """A deal of the demo's manager; returns the manager's login."""
    env = os.environ | {"WUTONG_DATA_DIR": str(demo.data_dir), "DJANGO_SETTINGS_MODULE": "wutong.settings"}
    env.pop("DATABASE_URL", None)
    made = subprocess.run(
        [sys.executable, "-c", MAKE_A_DEAL], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return made.stdout.split()[-1]


def test_a_card_is_moved_by_keyboard_mouse_and_list_and_comes_back_when_refused(
    demo: RunningDemo, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected += ["status of 409", "status of 422"]
    screen = Screen("en", "desktop", "light")
    page = sign_in(new_context(screen), demo, make_a_deal(demo), screen)
    address = f"{demo.web}/opportunities/?q={NAME}"
    page.goto(address)
    other = Board(page.context.new_page())
    other.page.goto(address)
    board = Board(page)
    board.stands_in("discover")

    board.handle.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    board.stands_in("confirm")
    expect(page.locator("#head-discover .muted")).to_have_text("0")
    expect(board.handle).to_be_focused()

    for key in ("Space", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    board.stands_in("confirm")

    start, goal = board.card.bounding_box(), page.locator(".board-cards[data-stage=negotiate]").bounding_box()
    assert start is not None
    assert goal is not None
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + 40, goal["y"] + 40, steps=12)
    page.mouse.up()
    board.stands_in("negotiate")

    board.handle.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".board-cards[data-stage=won] .deal-card [name=reason]")).to_be_focused()
    board.card.get_by_role("link", name="Cancel").click()
    board.stands_in("negotiate")

    other.stands_in("discover")  # as it was drawn, and is no more
    other.handle.click()
    other.card.get_by_role("button", name="Propose").click()
    expect(other.card.get_by_role("alert")).to_contain_text("has changed this opportunity")
    other.stands_in("negotiate")
