from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from uuid_utils.compat import uuid4, uuid7

from tests.edge.conftest import ORIGIN, SERVER_KEY, SITE, Database, hit, letter, send, until
from wutong.edge.drops import Drop
from wutong.edge.parts import Parts
from wutong.edge.rates import Rate
from wutong.events.arrivals import Hit
from wutong.events.clocks import Receipt
from wutong.events.hot import new_id

pytestmark = pytest.mark.django_db


async def test_an_acknowledged_hit_is_in_the_inbox(edge: httpx.AsyncClient, database: Database) -> None:
    sent = hit(view=str(uuid7()))
    answer = await send(edge, letter(sent, visitor="v" * 26))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "dropped": []})
    (arrived,) = database.arrivals()
    assert isinstance(arrived, Hit)
    assert (arrived.id, arrived.name, arrived.visitor) == (UUID(sent["id"]), "page_viewed", "v" * 26)
    assert (arrived.source, arrived.assurance, arrived.sender_key) == ("web", "browser", None)
    assert arrived.props == {"title": "Pricing", "path": "/pricing"}


async def test_a_bad_hit_costs_its_neighbours_nothing(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    bad = [
        hit("no_such_event"),
        hit(props={"title": "\x00"}),
        hit(props={"title": "\ud800 half"}),
        hit(props={"width": 10**30}),
        hit(props={"width": 1}, id=""),
        hit(props={"title": [[[[[[[["deep"]]]]]]]]}),
        hit(props={"title": "x" * 301}),
        hit(at="yesterday"),
        hit(at="1999-01-01T00:00:00Z"),
        hit(url="https://x/" + "y" * 9000),
        "not a hit",
    ]
    answer = await send(edge, letter(hit(), *bad, hit()))  # type: ignore[arg-type]  # bad on purpose

    reasons = [drop["reason"] for drop in answer.json()["dropped"]]
    assert answer.status_code == 202
    assert answer.json()["accepted"] == len(database.arrivals()) == 2
    assert reasons == [
        "unknown_event", "bad_text", "bad_text", "bad_number", "bad_id", "too_deep", "bad_props", "bad_time",
        "clock_skew", "too_long", "malformed",
    ]  # fmt: skip
    await parts.drops.stop()
    assert database.drops()[Drop.BAD_TEXT] == 2


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"{", 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b'{"hits": []}', 400, "malformed"),
        (b'{"site": "wt-edge-test"}', 400, "malformed"),
        (b'{"site": "wt-edge-test", "hits": 7}', 400, "malformed"),
        (b'{"site": "wt-edge-test", "visitor": "me@example.com", "hits": []}', 400, "malformed"),
        (b'{"site": "wt-edge-test", "sent_at": "now", "hits": []}', 400, "malformed"),
        (b'{"site": "nobody", "hits": []}', 404, "unknown_site"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"site": "wt-edge-test", "hits": [' + b"{}," * 500 + b"{}]}", 413, "too_many_hits"),
        (b" " * 300_000, 413, "too_large"),
    ],
)
async def test_a_bad_request_is_told_why(edge: httpx.AsyncClient, body: bytes, status: int, error: str) -> None:
    answer = await send(edge, body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_other_content_types_are_refused(edge: httpx.AsyncClient) -> None:
    assert (await send(edge, letter(), content_type="application/xml")).status_code == 415


async def test_only_pages_of_the_site_may_send(edge: httpx.AsyncClient, database: Database) -> None:
    refused = await send(edge, letter(hit()), origin="https://evil.example")
    taken = await send(edge, letter(hit()))

    assert (refused.status_code, refused.json()["error"]) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in refused.headers
    assert taken.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in taken.headers
    assert len(database.arrivals()) == 1


async def test_senders_without_a_page_are_taken_and_counted(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    assert (await send(edge, letter(hit()), origin="")).status_code == 202
    await parts.drops.stop()
    assert database.drops() == {"no_origin": 1}


async def test_a_preflight_is_answered_for_pages_of_sites_only(edge: httpx.AsyncClient) -> None:
    ours = await edge.options("/c/e", headers={"origin": ORIGIN, "access-control-request-method": "POST"})
    theirs = await edge.options("/c/e", headers={"origin": "https://evil.example"})

    assert (ours.status_code, ours.headers["access-control-max-age"]) == (204, "7200")
    assert theirs.status_code == 403


async def test_one_address_cannot_flood(edge: httpx.AsyncClient, parts: Parts) -> None:
    parts.hits_rate = Rate(per_second=0.5, burst=2)
    answers = [await send(edge, letter(hit())) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "2"


async def test_odd_ids_go_to_the_ledger(edge: httpx.AsyncClient, database: Database) -> None:
    ids = [
        str(uuid4()),
        "order 4711",
        str(new_id(datetime(1999, 1, 1, tzinfo=UTC))),
        "0192f3a4-1234-7abc-8def-0123456789zz",
    ]
    await send(edge, letter(*(hit(id=own) for own in ids)))

    arrived = database.arrivals()
    assert [arrival.sender_key for arrival in arrived] == ids
    assert {arrival.id.version for arrival in arrived} == {7}


async def test_a_wrong_clock_is_corrected(edge: httpx.AsyncClient, database: Database) -> None:
    now = datetime.now(UTC)
    behind = timedelta(days=400)
    sent = hit(at=(now - behind - timedelta(seconds=30)).isoformat())
    await send(edge, letter(sent, sent_at=(now - behind).isoformat()))

    (arrived,) = database.arrivals()
    assert abs(arrived.occurred_at - (now - timedelta(seconds=30))) < timedelta(seconds=5)


async def test_a_time_that_cannot_be_counts_as_receipt(edge: httpx.AsyncClient, database: Database) -> None:
    now = datetime.now(UTC)
    await send(
        edge, letter(hit(at=(now + timedelta(days=2)).isoformat()), hit(at=(now - timedelta(days=9)).isoformat()))
    )

    assert all(arrival.occurred_at == arrival.received_at for arrival in database.arrivals())


@pytest.mark.parametrize("days", [-7 + 1e-3, 0, 1e-3])
def test_ids_of_these_days_are_taken(days: float) -> None:
    at = datetime.now(UTC)
    told = str(new_id(at + timedelta(days=days)))
    assert Receipt(at, sent_at=None).event_id(told) == (UUID(told), None)


@pytest.mark.parametrize("ahead", [timedelta(minutes=5, seconds=30), timedelta(days=-7, seconds=30)])
def test_a_retry_that_crosses_the_edge_of_these_days_keeps_its_id(ahead: timedelta) -> None:
    """A browser's clock is some minutes fast, or it was without a network for a week, and no answer reached it."""
    at = datetime.now(UTC)
    told = str(new_id(at + ahead))
    first = Receipt(at, sent_at=None).event_id(told)
    again = Receipt(at + timedelta(minutes=1), sent_at=None).event_id(told)
    assert {first, again} == {(UUID(told), None), (UUID(told), told)}


async def test_addresses_are_scrubbed(edge: httpx.AsyncClient, database: Database) -> None:
    url = f"{ORIGIN}/u/li@example.com/x?utm_source=baidu&email=li%40example.com&tel=13800138000&token=abc&a=1#frag"
    clicked = hit("link_clicked", props={"href": f"{ORIGIN}/f.pdf?mail=a@b.cn", "kind": "download"}, ref="javascript:1")
    await send(edge, letter(hit(url=url), clicked))

    viewed, click = database.arrivals()
    assert viewed.url == f"{ORIGIN}/u/-/x?utm_source=baidu&a=1"
    assert isinstance(click, Hit)
    assert (click.props["href"], click.ref) == (f"{ORIGIN}/f.pdf", "")


async def test_crawlers_and_prefetches_are_marked(edge: httpx.AsyncClient, database: Database) -> None:
    bot = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
    await send(edge, letter(hit()), user_agent=bot)
    await send(edge, letter(hit()), sec_purpose="prefetch;prerender")
    await send(edge, letter(hit()), user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36")

    assert [arrival.is_machine for arrival in database.arrivals()] == [True, True, False]


async def test_the_public_door_believes_no_identifier(edge: httpx.AsyncClient, database: Database) -> None:
    await send(edge, letter(hit(identifiers=["email:boss@example.com"], assurance="verified")))

    (arrived,) = database.arrivals()
    assert isinstance(arrived, Hit)
    assert (arrived.identifiers, arrived.assurance) == ([], "browser")


async def test_a_server_with_the_key_says_who_acted(edge: httpx.AsyncClient, database: Database) -> None:
    sent = letter(hit(identifiers=["email:li@example.com", "openid@wx1:o-1"]))
    answer = await send(edge, sent, path="/c/identify", authorization=f"Bearer {SERVER_KEY}", origin="")

    assert answer.status_code == 202
    (arrived,) = database.arrivals()
    assert isinstance(arrived, Hit)
    assert arrived.identifiers == ["email:li@example.com", "openid@wx1:o-1"]
    assert (arrived.source, arrived.assurance) == ("server", "verified")


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Basic YTpi", f"Token {SERVER_KEY}"])
async def test_without_the_key_a_server_is_refused(edge: httpx.AsyncClient, database: Database, key: str) -> None:
    answer = await send(edge, letter(hit()), path="/c/identify", authorization=key)
    assert (answer.status_code, database.arrivals()) == (401, [])


async def test_a_new_site_works_at_once(edge: httpx.AsyncClient, database: Database, parts: Parts) -> None:
    database.run(
        "INSERT INTO events_site (key, name, origins, is_active, scope_id, team_id)"
        " SELECT 'wt-edge-new', 'New', origins, true, scope_id, team_id FROM events_site WHERE key = %s",
        [SITE],
    )
    try:

        async def is_known() -> bool:
            return (await send(edge, letter(hit(), site="wt-edge-new"))).status_code == 202

        await until(is_known, seconds=3)
    finally:
        database.run("DELETE FROM events_site WHERE key = 'wt-edge-new'")


async def test_a_full_inbox_is_refused_with_a_time_to_come_back(
    edge: httpx.AsyncClient, parts: Parts, database: Database
) -> None:
    parts.inbox._events_max = 0
    answer = await send(edge, letter(hit()))

    assert (answer.status_code, answer.json()["error"]) == (503, "inbox_full")
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert database.arrivals() == []


async def test_a_lost_database_is_told_and_its_return_noticed(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    assert (await send(edge, letter(hit()))).status_code == 202
    name = database.url.rpartition("/")[2]
    elsewhere = Database(database.url.replace(f"/{name}", "/postgres"))
    elsewhere.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        elsewhere.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'wutong edge%%' AND datname = %s",
            [name],
        )
        refused = await send(edge, letter(hit()))
        assert (refused.status_code, refused.json()["error"]) == (503, "database_away")
        assert "retry-after" in refused.headers
    finally:
        elsewhere.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    async def is_taken() -> bool:
        return (await send(edge, letter(hit()))).status_code == 202

    await until(is_taken)
    assert len(database.arrivals()) == 2


async def test_a_restarted_database_is_not_noticed(edge: httpx.AsyncClient, database: Database) -> None:
    await send(edge, letter(hit()))
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wutong edge inbox'")

    assert (await send(edge, letter(hit()))).status_code == 202
    assert len(database.arrivals()) == 2


async def test_many_requests_share_few_commits(edge: httpx.AsyncClient, database: Database) -> None:
    import asyncio

    answers = await asyncio.gather(*(send(edge, letter(hit(), hit())) for _ in range(60)))

    assert {answer.status_code for answer in answers} == {202}
    assert len(database.arrivals()) == 120
    ((blocks, most),) = database.run("SELECT count(*), max(count) FROM platform_inboxblock")
    assert blocks < 60
    assert most <= 500
