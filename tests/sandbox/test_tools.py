"""The pages for the person trying it, and the mail sink behind one of them."""

import asyncio
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from wutong.sandbox.asgi import Request
from wutong.sandbox.office import Office
from wutong.sandbox.outbox import KEPT, Outbox, smtp_protocol
from wutong.sandbox.site import Site
from wutong.sandbox.tools import Tools, linked
from wutong.sandbox.visitors import Visitors, visits

NINE = datetime(2026, 11, 21, 1, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.jsonl")


@pytest.fixture
def tools(outbox: Outbox) -> Tools:
    edge = "http://127.0.0.1:9001"
    visitors = Visitors(
        site_key="wtdemo", site_origin="http://127.0.0.1:9002", edge_origin=edge, plan=visits(1), rate_per_minute=20
    )
    site = Site(key="wtdemo", edge_origin=edge, web_origin="http://127.0.0.1:9000")
    return Tools(site=site, outbox=outbox, visitors=visitors, office=Office())


def mail(subject: str, text: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "wutong@hengyi.example", "lin.xiao@hengyi.example"
    message.set_content(text)
    return bytes(message)


def take(outbox: Outbox, subject: str, text: str = "") -> int:
    taken = outbox.take(mail(subject, text), sender="a@hengyi.example", recipients=["b@hengyi.example"], at=NINE)
    return taken.id


def shown(tools: Tools, path: str) -> str:
    answer = tools.answer(Request("GET", path))
    assert answer is not None
    return answer.body.decode()


def test_a_mail_is_shown_as_text_with_its_links_to_follow(tools: Tools, outbox: Outbox) -> None:
    number = take(outbox, "重设密码 <b>", "打开 http://127.0.0.1:9000/reset/x/?a=1&b=2\n<script>alert(1)</script>")

    page = shown(tools, f"/outbox/{number}")

    assert "重设密码 &lt;b&gt;" in page
    assert '<a href="http://127.0.0.1:9000/reset/x/?a=1&amp;b=2" rel="noreferrer">' in page
    assert "<script>alert" not in page


def test_the_newest_mail_stands_first(tools: Tools, outbox: Outbox) -> None:
    take(outbox, "one")
    take(outbox, "two")

    page = shown(tools, "/outbox")

    assert page.index("two") < page.index("one")


def test_an_empty_outbox_says_how_to_get_a_mail(tools: Tools) -> None:
    assert "忘记密码" in shown(tools, "/outbox")


def test_mails_outlive_a_restart_and_the_oldest_leave(tmp_path: Path) -> None:
    first = Outbox(tmp_path / "outbox.jsonl")
    for number in range(KEPT + 2):
        take(first, str(number))

    second = Outbox(tmp_path / "outbox.jsonl")

    assert [one.subject for one in second.newest_first()] == [str(number) for number in range(KEPT + 1, 1, -1)]
    assert (tmp_path / "outbox.jsonl").stat().st_mode & 0o777 == 0o600


async def test_the_mail_server_keeps_what_it_is_sent(outbox: Outbox) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: smtp_protocol(outbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("wutong@hengyi.example", ["lin.xiao@hengyi.example"], mail("你好", "第一行"))

    await asyncio.to_thread(send)
    server.close()

    (kept,) = outbox.newest_first()
    assert (kept.subject, kept.recipients, kept.text.strip()) == ("你好", ["lin.xiao@hengyi.example"], "第一行")


def test_the_rate_and_the_pause_are_set_from_the_page(tools: Tools) -> None:
    tools.answer(Request("POST", "/_control", body=b"rate=60"))
    assert tools.visitors.rate_per_minute == 60

    tools.answer(Request("POST", "/_control", body=b"rate=60&paused=yes"))
    assert tools.visitors.is_paused


def test_another_site_cannot_press_the_buttons(tools: Tools) -> None:
    request = Request("POST", "/_control", headers={"sec-fetch-site": "cross-site"}, body=b"paused=yes")

    answer = tools.answer(request)

    assert answer is not None
    assert answer.status == 403
    assert not tools.visitors.is_paused


def test_the_sources_page_offers_links_with_campaigns(tools: Tools) -> None:
    page = shown(tools, "/en/_sources")

    assert "utm_source=baidu&amp;utm_medium=cpc" in page
    assert "Typed address" in page


def test_a_full_stop_after_an_address_is_no_part_of_it() -> None:
    assert (
        linked("见 https://a.example/x。")
        == '见 <a href="https://a.example/x" rel="noreferrer">https://a.example/x</a>。'
    )


def test_the_colleagues_can_be_sent_to_rest(tools: Tools) -> None:
    tools.answer(Request("POST", "/en/_control", body=b"resting=yes"))

    assert tools.office.is_paused
    assert "Let them work" in shown(tools, "/en/_control")
