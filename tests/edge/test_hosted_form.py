"""The form's own page: drawn for a visitor, sent back with its token, refused with a reason."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.edge.conftest import FORM, ORIGIN, Database, send
from tests.edge.test_forms import GOOD, PATH, filled_in, plain
from wutong.edge import form_tokens
from wutong.edge.form_tokens import Ticket
from wutong.edge.parts import Parts
from wutong.edge.rates import Rate
from wutong.events.arrivals import FormPost

pytestmark = pytest.mark.django_db


def ticket(*, minutes_ago: float = 1, form: str = FORM) -> Ticket:
    """As of a page that was drawn a while ago."""
    return form_tokens.fresh(form, at=datetime.now(UTC) - timedelta(minutes=minutes_ago))


def carried(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def posts(database: Database) -> list[FormPost]:
    return [arrival for arrival in database.arrivals() if isinstance(arrival, FormPost)]


@pytest.fixture
async def strict(database: Database, parts: Parts) -> None:
    """A form of today: no markup of others, consent required."""
    database.run(
        "UPDATE content_form SET takes_own_markup = false, is_consent_required = true, version = 3,"
        " wording = %s WHERE key = %s",
        [json.dumps({"title": "预约演示", "title_en": "Book a demo", "thanks_en": "See https://e.cn/p.pdf"}), FORM],
    )
    await parts.sites.read()


async def test_the_page_is_small_works_without_script_and_knows_where_it_was_opened_from(
    edge: httpx.AsyncClient, strict: None
) -> None:
    answer = await edge.get(
        f"{PATH}?utm_source=baidu&utm_medium=cpc&utm_campaign=q4&mail=a@b.cn",
        headers={"accept-language": "en-GB", "referer": "https://www.baidu.com/"},
    )

    assert answer.status_code == 200
    assert len(answer.content) < 30 * 1024
    assert '<html lang="en">' in answer.text
    assert "Book a demo" in answer.text
    assert 'type="email"' in answer.text
    assert 'inputmode="tel"' in answer.text
    assert "style=" not in answer.text
    assert carried(answer.text, "_url").endswith(f"{PATH}?utm_source=baidu&utm_medium=cpc&utm_campaign=q4")
    assert carried(answer.text, "_ref") == "https://www.baidu.com/"
    assert f"frame-ancestors 'self' {ORIGIN}" in answer.headers["content-security-policy"]
    assert len((await edge.get("/c/form.js")).content) < 10 * 1024


async def test_a_page_that_was_sent_is_one_submission_however_often(
    edge: httpx.AsyncClient, database: Database, strict: None
) -> None:
    page = await edge.get(f"{PATH}?lang=zh&utm_campaign=q4")
    own = ticket()
    typed = {**GOOD, "_token": own.token, "_url": carried(page.text, "_url"), "privacy": "yes"}

    first = await plain(edge, typed, origin="")
    again = await plain(edge, typed, origin="")

    assert (first.status_code, again.status_code, "提交成功" in first.text) == (200, 200, True)
    stored = posts(database)
    assert {post.id for post in stored} == {own.submission}
    assert (stored[0].form_version, stored[0].suspicions, "utm_campaign=q4" in stored[0].url) == (3, [], True)


@pytest.mark.parametrize(
    "token",
    [
        ticket(minutes_ago=150).token,
        ticket(form="another").token,
        ticket().token[:-3] + "AAA",
        "",
    ],
    ids=["expired", "another form's", "altered", "none"],
)
async def test_without_a_good_token_nothing_typed_is_lost_and_the_next_try_goes_through(
    edge: httpx.AsyncClient, database: Database, strict: None, token: str
) -> None:
    refused = await plain(edge, {**GOOD, "_token": token, "privacy": "yes"}, origin="")

    assert (refused.status_code, "李雷" in refused.text, "已为您刷新" in refused.text) == (409, True, True)
    assert posts(database) == []
    fresh = carried(refused.text, "_token")
    sent = await plain(edge, {**GOOD, "_token": fresh, "privacy": "yes"}, origin="")
    assert (sent.status_code, len(posts(database))) == (200, 1)

    told = await send(edge, filled_in(token=token or None), path=PATH)
    assert (told.status_code, told.json()["error"]) == (409, "token_expired")
    assert form_tokens.read(told.json()["token"], form=FORM, at=datetime.now(UTC)) is not None


async def test_an_expired_page_that_had_been_sent_stays_the_same_submission() -> None:
    old = ticket(minutes_ago=150)
    assert old.renewed(at=datetime.now(UTC)).submission == old.submission


@pytest.mark.parametrize(
    ("given", "minutes_ago", "reason"),
    [
        ({}, 0.01, "too_quick"),
        ({"website": "https://spam.example"}, 1, "honeypot"),
        ({"name": "见 http://spam.example"}, 1, "links"),
        ({"name": "<a href='x'>x</a>"}, 1, "links"),
    ],
)
async def test_what_looks_like_spam_is_thanked_and_kept_as_suspected(
    edge: httpx.AsyncClient, database: Database, strict: None, given: dict[str, str], minutes_ago: float, reason: str
) -> None:
    token = ticket(minutes_ago=minutes_ago).token
    answer = await plain(edge, {**GOOD, **given, "_token": token, "privacy": "yes"}, origin="")

    assert answer.status_code == 200
    assert [post.suspicions for post in posts(database)] == [[reason]]


async def test_a_required_consent_is_asked_for(edge: httpx.AsyncClient, strict: None) -> None:
    answer = await plain(edge, {**GOOD, "_token": ticket().token}, origin="", accept_language="en")
    assert (answer.status_code, "Please tick this to agree" in answer.text) == (400, True)


async def test_a_foreign_website_reads_why_it_may_not(edge: httpx.AsyncClient, strict: None) -> None:
    framed = {"sec-fetch-dest": "iframe", "referer": "https://evil.example/page"}
    refused = await edge.get(f"{PATH}?embed=1", headers=framed)
    assert (refused.status_code, "https://evil.example" in refused.text) == (403, True)
    assert (await edge.get(f"{PATH}?embed=1", headers={**framed, "referer": f"{ORIGIN}/"})).status_code == 200

    posted = await plain(edge, {**GOOD, "_token": ticket().token}, origin="https://evil.example")
    assert (posted.status_code, "https://evil.example" in posted.text) == (403, True)


async def test_a_closed_form_says_so(edge: httpx.AsyncClient, database: Database, parts: Parts) -> None:
    database.run("UPDATE content_form SET is_active = false WHERE key = %s", [FORM])
    await parts.sites.read()
    answer = await edge.get(PATH)
    assert (answer.status_code, "已停止收集" in answer.text) == (404, True)


async def test_thanks_stay_within_the_frame_and_lead_on_outside_of_it(
    edge: httpx.AsyncClient, database: Database, parts: Parts, strict: None
) -> None:
    database.run("UPDATE content_form SET thanks_url = 'https://www.example.com/t?a=1&b=2' WHERE key = %s", [FORM])
    await parts.sites.read()
    typed = {**GOOD, "_token": ticket().token, "privacy": "yes"}
    framed = await edge.post(f"{PATH}?embed=1", data=typed)
    assert (framed.status_code, 'target="_top"' in framed.text) == (200, True)
    assert (await edge.post(PATH, data={**typed, "_token": ticket().token})).headers["location"].endswith("a=1&b=2")
    page = await edge.get(PATH)
    assert "form-action 'self' https://www.example.com;" in page.headers["content-security-policy"]


async def test_names_of_companies_come_from_the_forms_own_list(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    names = ["苏州衡一智造", "衡一科技", "北辰"] + [f"恒信{number}" for number in range(20)]
    database.run("UPDATE content_form SET company_names = %s WHERE key = %s", [names, FORM])
    await parts.sites.read()

    async def suggested(typed: str) -> list[str]:
        answer = await edge.get(f"{PATH}/companies", params={"q": typed})
        return list(answer.json()["names"])

    assert await suggested("衡一") == ["衡一科技", "苏州衡一智造"]
    assert (await suggested("衡"), len(await suggested("恒信"))) == ([], 8)


async def test_a_flood_from_one_address_is_limited_and_others_are_served(
    edge: httpx.AsyncClient, parts: Parts, database: Database
) -> None:
    parts.forms_rate = Rate(per_second=5 / 60, burst=20)
    answers = [await plain(edge, {**GOOD, "_token": ticket().token}) for _number in range(200)]
    limited = [answer for answer in answers if answer.status_code == 429]

    assert len(limited) == 180
    assert int(limited[0].headers["retry-after"]) >= 1
    assert len(posts(database)) == 20
    assert (await edge.get(PATH)).status_code == 200
    parts.forms_rate.take("192.0.2.7")  # somebody else


async def test_one_form_that_many_addresses_flood_is_limited(edge: httpx.AsyncClient, parts: Parts) -> None:
    parts.one_form_rate = Rate(per_second=0.01, burst=1)
    await plain(edge, GOOD)
    assert (await plain(edge, GOOD)).status_code == 429


async def test_junk_does_not_close_a_form_for_those_who_fill_it_in(
    edge: httpx.AsyncClient, parts: Parts, database: Database, strict: None
) -> None:
    parts.one_form_rate = Rate(per_second=0.01, burst=1)
    junk = [
        await plain(edge, {**GOOD, "_token": "made up"}, origin=""),
        await plain(edge, {**GOOD, "_token": ticket().token}, origin="https://evil.example"),
        await plain(edge, {"_token": ticket().token}, origin=""),
    ]
    assert [answer.status_code for answer in junk] == [409, 403, 400]

    sent = await plain(edge, {**GOOD, "_token": ticket().token, "privacy": "yes"}, origin="")
    assert (sent.status_code, len(posts(database))) == (200, 1)


async def test_a_large_upload_is_refused_before_it_is_read(edge: httpx.AsyncClient) -> None:
    async def never() -> object:
        raise AssertionError("read")
        yield b""

    headers = {"content-length": str(50 * 2**20), "content-type": "multipart/form-data; boundary=x", "origin": ORIGIN}
    answer = await edge.post(PATH, content=never(), headers=headers)  # type: ignore[arg-type]  # httpx streams an iterator
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
