"""The pictures of the user guide: few, small, in both languages, under names that stay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.browsing import Screen, follow, fresh_context, sign_in, wait_for_parts
from tests.e2e.running import ROOT, RunningDemo
from tests.e2e.small_png import smaller

FOLDER = ROOT / "docs" / "user-guide" / "pictures"
SIZES: Mapping[str, tuple[int, int]] = {"desktop": (1280, 800), "phone": (390, 844)}
LARGEST_BYTES = 120 * 1024
_ONE = r"[0-9a-f]{8}-[0-9a-f-]{27}"
_LEAD = rf"^/inbox/.*lead={_ONE}"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is to be seen: whose page, how one gets there by links, what is opened on it, what stands at the top."""

    name: str
    who: str
    start: str
    links: tuple[str, ...] = ()
    opened: str = ""
    """A ``details`` that is unfolded."""
    top: str = ""
    """What is scrolled to."""
    device: str = "desktop"


PICTURES = (
    Picture(name="sdr-inbox", who="lin.xiao", start="/inbox/", links=(_LEAD,)),
    Picture(
        name="sdr-hand-over",
        who="lin.xiao",
        start="/inbox/?view=mine",
        links=(_LEAD,),
        opened="#hand-over",
        top="#hand-over",
    ),
    Picture(name="person", who="lin.xiao", start="/people/", links=(rf"^/people/{_ONE}/$",)),
    Picture(name="sales-home", who="xu.wenbo", start="/"),
    Picture(name="sales-accept", who="xu.wenbo", start="/inbox/?view=accept", links=(_LEAD,)),
    Picture(name="sales-board", who="xu.wenbo", start="/opportunities/"),
    Picture(name="sales-opportunity", who="xu.wenbo", start="/opportunities/", links=(rf"^/opportunities/{_ONE}/$",)),
    Picture(name="manager-leads", who="wang.ning", start="/insight/leads/"),
    Picture(name="marketer-form", who="su.qing", start="/forms/demo-request/"),
    Picture(name="marketer-scoring", who="su.qing", start="/settings/scoring/"),
    Picture(name="phone-inbox", who="lin.xiao", start="/inbox/", device="phone"),
)


def draw_guide(browser: Browser, demo: RunningDemo, *, folder: Path = FOLDER) -> Iterator[str]:
    """Draw every picture anew; yields what is not as it should be."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("zh", "en"):
        for device, (width, height) in SIZES.items():
            screen = Screen(language, device, "light")  # type: ignore[arg-type]  # mypy takes the tuples' words for str
            for who in dict.fromkeys(picture.who for picture in PICTURES if picture.device == device):
                context = fresh_context(browser, screen)
                page = sign_in(context, demo, who, screen)
                page.set_viewport_size({"width": width, "height": height})
                for picture in PICTURES:
                    if (picture.who, picture.device) == (who, device):
                        yield from _draw(page, demo, picture, folder / f"{picture.name}.{language}.png")
                context.close()


def _draw(page: Page, demo: RunningDemo, picture: Picture, file: Path) -> Iterator[str]:
    address = follow(page, demo, picture.start, *picture.links)
    if address is None:
        yield f"{file.name}: nothing to open at {picture.start}"
        return
    answer = page.goto(address)
    if answer is None or not answer.ok:
        yield f"{file.name}: {address} does not answer"
        return
    wait_for_parts(page)
    if picture.opened:
        page.locator(picture.opened).evaluate("element => { element.open = true; }")
    if picture.top:
        page.locator(picture.top).evaluate("element => element.scrollIntoView({ block: 'start' })")
    drawn = smaller(page.screenshot(animations="disabled"))
    file.write_bytes(drawn)
    if len(drawn) > LARGEST_BYTES:
        yield f"{file.name}: {len(drawn) // 1024} KiB, more than {LARGEST_BYTES // 1024}"
