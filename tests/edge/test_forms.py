import json
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from uuid_utils.compat import uuid7

from tests.edge.conftest import FORM, ORIGIN, SITE, Database, send
from wutong.edge.parts import Parts
from wutong.edge.rates import Rate
from wutong.events.arrivals import FormPost

pytestmark = pytest.mark.django_db

PATH = f"/c/f/{FORM}"
GOOD = {"name": "李雷", "email": "li@example.com", "phone": "+86 138-0013-8000", "size": "1-50"}


def filled_in(**given: object) -> dict[str, object]:
    consent = {"privacy": True, "version": "v2"}
    return {"site": SITE, "id": str(uuid7()), "visitor": "v" * 26, "answers": GOOD, "consent": consent, **given}


async def plain(edge: httpx.AsyncClient, fields: dict[str, str], **headers: str) -> httpx.Response:
    kind = "application/x-www-form-urlencoded"
    return await send(edge, urlencode(fields).encode(), path=PATH, content_type=kind, **headers)


async def test_a_form_from_the_script_is_stored(edge: httpx.AsyncClient, database: Database) -> None:
    sent = filled_in()
    answer = await send(edge, sent, path=PATH)

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (202, ORIGIN)
    (post,) = database.arrivals()
    assert isinstance(post, FormPost)
    assert (str(post.id), post.form, post.answers) == (sent["id"], FORM, GOOD)
    assert (post.consent_given, post.consent_version, post.visitor) == (True, "v2", "v" * 26)


async def test_a_form_without_script_is_stored_and_thanked(edge: httpx.AsyncClient, database: Database) -> None:
    own = str(uuid7())
    answer = await plain(edge, {**GOOD, "_id": own, "privacy": "yes"}, referer=f"{ORIGIN}/contact?mail=a@b.cn")

    assert (answer.status_code, "提交成功" in answer.text) == (200, True)
    (post,) = database.arrivals()
    assert isinstance(post, FormPost)
    assert (post.id, post.consent_given, post.consent_version) == (UUID(own), True, "v1")
    assert (post.url, post.visitor, post.answers) == (f"{ORIGIN}/contact", None, GOOD)


async def test_the_sender_is_led_to_the_forms_own_thanks(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    database.run("UPDATE content_form SET thanks_url = 'https://www.example.com/thanks' WHERE key = %s", [FORM])
    await parts.sites.read()
    answer = await plain(edge, GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://www.example.com/thanks")


@pytest.mark.parametrize(
    ("answers", "field", "zh", "en"),
    [
        ({"name": " "}, "name", "请填写此项。", "Please fill this in."),
        ({"email": "li@example"}, "email", "请填写完整的邮箱地址", "Write the whole address"),
        ({"phone": "12"}, "phone", "7 到 15 位", "7 to 15 digits"),
        ({"size": "many"}, "size", "请从列表中选择", "Choose one"),
        ({"name": "x" * 41}, "name", "40", "40"),
        ({"name": "a\x00"}, "name", "无法保存", "cannot be stored"),
        ({"name": "\ud800a"}, "name", "无法保存", "cannot be stored"),
    ],
)
async def test_each_field_says_what_is_wrong(
    edge: httpx.AsyncClient, database: Database, answers: dict[str, str], field: str, zh: str, en: str
) -> None:
    for language, sentence in (("zh-CN,zh;q=0.9", zh), ("en-GB", en)):
        sent = filled_in(answers={**GOOD, **answers})
        answer = await send(edge, sent, path=PATH, accept_language=language)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert sentence in answer.json()["fields"][field]
    assert database.arrivals() == []


async def test_the_page_of_errors_keeps_what_was_typed_and_runs_nothing(edge: httpx.AsyncClient) -> None:
    attack = '"><script>alert(1)</script>'
    answer = await plain(edge, {"name": attack, "email": attack, "size": attack, "_id": attack, "_x": attack})

    assert (answer.status_code, "<script>" in answer.text) == (400, False)
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.text.count('role="alert"') == 1 + 2
    assert 'name="phone"' in answer.text


async def test_a_machine_that_fills_in_everything_is_thanked_and_suspected(
    edge: httpx.AsyncClient, database: Database, parts: Parts
) -> None:
    answer = await send(edge, filled_in(answers={**GOOD, "website": "http://spam"}), path=PATH)

    assert answer.status_code == 202
    (post,) = database.arrivals()
    assert isinstance(post, FormPost)
    assert post.suspicions == ["honeypot"]
    await parts.drops.stop()
    assert database.drops() == {"suspected_spam": 1}


async def test_answers_nobody_asked_for_are_left_out(edge: httpx.AsyncClient, database: Database) -> None:
    await send(edge, filled_in(answers={**GOOD, "admin": "1"}), path=PATH)
    (post,) = database.arrivals()
    assert isinstance(post, FormPost)
    assert "admin" not in post.answers


async def test_refusals_of_forms(edge: httpx.AsyncClient) -> None:
    assert (await send(edge, filled_in(), path="/c/f/nobody")).status_code == 404
    assert (await send(edge, filled_in(), path=PATH, origin="https://evil.example")).status_code == 403
    assert (await send(edge, filled_in(site="other"), path=PATH)).json()["error"] == "wrong_site"
    assert (await send(edge, b"x" * 70_000, path=PATH)).status_code == 413
    assert (await send(edge, json.dumps({"answers": [1]}).encode(), path=PATH)).status_code == 400
    assert (await edge.put(PATH)).status_code == 405


async def test_too_many_forms_of_one_address_are_told_in_words(edge: httpx.AsyncClient, parts: Parts) -> None:
    parts.forms_rate = Rate(per_second=0.01, burst=1)
    await plain(edge, GOOD)
    answer = await plain(edge, GOOD)
    assert (answer.status_code, "提交过于频繁" in answer.text) == (429, True)
    assert "retry-after" in answer.headers


async def test_nothing_typed_is_lost_when_nothing_can_be_stored(edge: httpx.AsyncClient, parts: Parts) -> None:
    parts.inbox._events_max = 0
    answer = await plain(edge, GOOD)
    assert (answer.status_code, "李雷" in answer.text) == (503, True)


async def test_a_page_with_a_strict_referrer_policy_may_send_a_plain_form(edge: httpx.AsyncClient) -> None:
    assert (await plain(edge, GOOD, origin="null")).status_code == 200
    assert (await send(edge, filled_in(), path=PATH, origin="null")).status_code == 403
