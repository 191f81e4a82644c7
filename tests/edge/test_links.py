from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import httpx
import pytest

from tests.edge.conftest import ORIGIN, SITE, Database
from wutong.edge import script
from wutong.edge.parts import Parts
from wutong.events.arrivals import Hit
from wutong.events.scrub import scrubbed
from wutong.platform.secrets import sign

pytestmark = pytest.mark.django_db

TARGET = "https://www.example.com/guide?utm_source=mail"


def token(database: Database, *, url: str = TARGET, at: datetime | None = None, **given: object) -> str:
    ((site_id,),) = database.run("SELECT id FROM events_site WHERE key = %s", [SITE])
    payload = {"url": url, "site": site_id, **given}
    return sign("redirect", payload, at=at or datetime.now(UTC), valid_for=timedelta(days=30))


async def test_a_signed_link_leads_on_and_remembers_the_click(edge: httpx.AsyncClient, database: Database) -> None:
    answer = await edge.get(f"/c/r/{token(database, campaign='秋季')}")

    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    (click,) = database.arrivals()
    assert isinstance(click, Hit)
    assert (click.name, click.props) == ("link_clicked", {"href": TARGET, "kind": "redirect"})
    assert click.url == f"{TARGET}&utm_campaign=%E7%A7%8B%E5%AD%A3"


async def test_looking_ahead_is_no_click(edge: httpx.AsyncClient, database: Database) -> None:
    path = f"/c/r/{token(database)}"
    assert (await edge.head(path)).status_code == 302
    assert (await edge.get(path, headers={"purpose": "prefetch"})).status_code == 302
    assert database.arrivals() == []


async def test_a_reader_is_led_on_even_when_nothing_can_be_stored(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    parts.inbox._events_max = 0
    assert (await edge.get(f"/c/r/{token(database)}")).status_code == 302


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "https://a b", "data:text/html,x", "ftp://x/"]
)
async def test_only_web_addresses_are_followed(edge: httpx.AsyncClient, database: Database, url: str) -> None:
    assert (await edge.get(f"/c/r/{token(database, url=url)}")).status_code == 404


async def test_links_that_are_not_ours_or_too_old_are_refused(edge: httpx.AsyncClient, database: Database) -> None:
    good = token(database)
    assert (await edge.get(f"/c/r/{good[:-2]}xx")).status_code == 404
    assert (
        await edge.get(f"/c/r/{sign('other', {'url': TARGET, 'site': 1}, at=datetime.now(UTC))}")
    ).status_code == 404
    old = token(database, at=datetime.now(UTC) - timedelta(days=31))
    assert (await edge.get(f"/c/r/{old}")).status_code == 410


async def test_an_image_tells_a_view(edge: httpx.AsyncClient, database: Database) -> None:
    query = {"s": SITE, "u": f"{ORIGIN}/a?email=a@b.cn", "t": "A"}
    answer = await edge.get("/c/p.gif", params=query, headers={"referer": f"{ORIGIN}/"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert "no-store" in answer.headers["cache-control"]
    (view,) = database.arrivals()
    assert isinstance(view, Hit)
    assert (view.name, view.url, view.props) == ("page_viewed", f"{ORIGIN}/a", {"title": "A", "path": "/a"})


async def test_an_image_on_a_foreign_page_tells_nothing(edge: httpx.AsyncClient, database: Database) -> None:
    answer = await edge.get("/c/p.gif", params={"s": SITE}, headers={"referer": "https://evil.example/"})
    assert (answer.status_code, database.arrivals()) == (200, [])


async def test_an_image_that_could_not_be_stored_says_so(edge: httpx.AsyncClient, parts: Parts) -> None:
    parts.inbox._events_max = 0
    assert (await edge.get("/c/p.gif", params={"s": SITE, "u": ORIGIN})).status_code == 503


async def test_the_script_is_served_small_and_kept(
    edge: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "wt.js"
    built.write_text("let a=1;" * 50)
    monkeypatch.setattr(script, "BUILT", built)

    plain = await edge.get("/c/wt.js", headers={"accept-encoding": "identity"})
    assert (plain.text, plain.headers["cache-control"]) == ("let a=1;" * 50, "public, max-age=3600")
    assert (await edge.get("/c/wt.js", headers={"if-none-match": plain.headers["etag"]})).status_code == 304
    small = await edge.get("/c/wt.js", headers={"accept-encoding": "br"})
    assert small.headers["content-encoding"] == "br"
    assert small.text == plain.text
    assert len(brotli.compress(built.read_bytes())) == int(small.headers["content-length"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.cn", "https://a.cn"),
        ("https://a.cn/x#top", "https://a.cn/x"),
        ("https://a.cn/x?gclid=" + "a" * 90, "https://a.cn/x?gclid=" + "a" * 90),
        ("https://a.cn/?x=%2B86%20138%200013%208000", "https://a.cn/"),
        ("https://a.cn/?code=1&session_id=2&x=1", "https://a.cn/?x=1"),
        ("https://u:p@a.cn/", "https://a.cn/"),
        ("https://a.cn/?r=" + "z" * 40, "https://a.cn/"),
        ("https://a.cn/?q=mes&bd_vid=1", "https://a.cn/?q=mes&bd_vid=1"),
        ("mailto:li@example.com", ""),
        ("http://[::1", "http://[::1"),
        ("", ""),
    ],
)
def test_what_is_kept_of_an_address(given: str, kept: str) -> None:
    assert scrubbed(given).rstrip("/") == kept.rstrip("/")


def test_a_long_address_keeps_its_campaign() -> None:
    long = "https://a.cn/?" + "&".join(f"p{n}=some%20words%20here" for n in range(200)) + "&utm_source=baidu"
    assert len(scrubbed(long)) <= 2_000
    assert scrubbed(long).endswith("&utm_source=baidu")
