"""Every page that the menu offers, looked at from four screens."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.browsing import PAIRWISE, Complaints, Screen, barriers, overflow, settle, sign_in, untranslated
from tests.e2e.conftest import NewContext
from tests.e2e.running import RunningDemo

BESIDE_THE_MENU = {
    "lin.xiao": ("/me/", "/notifications/", "/inbox/?view=all", "/people/?q=周"),
    "he.lixin": ("/_components",),
    "wang.ning": (
        *("/accounts/collisions/", "/me/security/", "/me/security/second-factor/", "/imports/new/", "/exports/"),
        *("/privacy/requests/new/", "/privacy/erasures/"),
    ),
}
LOOKS = [(who, screen) for who in ("lin.xiao", "he.lixin") for screen in PAIRWISE]
"""What others see is a part of what these two see together, but for the day's page and what stands beside the menu."""


@pytest.mark.parametrize(("who", "screen"), LOOKS, ids=str)
def test_every_page_in_the_menu_is_sound(who: str, screen: Screen, demo: RunningDemo, new_context: NewContext) -> None:
    page = sign_in(new_context(screen), demo, who, screen)
    page.goto(f"{demo.web}/")
    paths = menu(page)
    assert len(paths) > 1

    assert unsound([*paths, *BESIDE_THE_MENU[who]], page, demo, screen) == []


@pytest.mark.parametrize(("who", "screen"), [("wang.ning", PAIRWISE[0]), ("su.qing", PAIRWISE[1])], ids=str)
def test_the_day_s_page_of_each_and_what_stands_beside_the_menu_is_sound(
    who: str, screen: Screen, demo: RunningDemo, new_context: NewContext
) -> None:
    page = sign_in(new_context(screen), demo, who, screen)

    assert unsound(["/", *BESIDE_THE_MENU.get(who, ())], page, demo, screen) == []


@pytest.mark.parametrize("path", ["/sign-in/", "/password/forgotten/", "/nothing-here/"])
def test_pages_before_sign_in_are_sound(
    path: str, demo: RunningDemo, new_context: NewContext, complaints: Complaints
) -> None:
    complaints.expected.append("404 (Not Found)")
    for screen in PAIRWISE:
        page = new_context(screen).new_page()
        page.goto(demo.web + path)

        assert flaws(page, screen) == [], screen


def unsound(paths: list[str], page: Page, demo: RunningDemo, screen: Screen) -> list[str]:
    """What is wrong with these pages at a glance."""
    wrong: list[str] = []
    for path in paths:
        answer = page.goto(demo.web + path)
        status = answer.status if answer else 0
        wrong += [f"{path}: {flaw}" for flaw in flaws(page, screen)] + ([f"{path}: {status}"] if status != 200 else [])
    return wrong


def menu(page: Page) -> list[str]:
    """The addresses that the left navigation offers."""
    links: list[str] = page.locator("#nav a[href^='/'], nav a[href^='/']").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    return sorted({urlsplit(link).path for link in links})


def flaws(page: Page, screen: Screen) -> list[str]:
    """What is wrong with a page at a glance."""
    settle(page)
    wide = overflow(page)
    found = [f"{wide} px wider than the window"] if wide > 0 else []
    found += barriers(page, with_colours=screen.language == "zh")
    if screen.language == "zh" and not page.url.endswith("/_components"):  # its samples are in English
        found += [f"untranslated: {line}" for line in untranslated(page)]
    return found
