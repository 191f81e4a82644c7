"""Mail: the outbox, its job, and a real SMTP server on a socket."""

import asyncio
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core.mail import send_mail
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.platform.cast import NINE, PASSWORD, signed_in
from wutong.platform.mail import MailNotSetUp, MailTrouble, send_later, send_waiting_mail
from wutong.platform.models import AuditEntry, MailSettings, OutgoingMail, Staff
from wutong.platform.passwords import ask_for_reset, send_reset_link
from wutong.platform.secrets import seal

pytestmark = pytest.mark.django_db


class Sink:
    """Takes every mail except those it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.answer = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: ARG002, N802  # aiosmtpd's
        if address.startswith("unknown@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: ARG002, N802  # aiosmtpd's
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    loop = asyncio.new_event_loop()
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=_free_port(),
        loop=loop,
        auth_require_tls=False,
        authenticator=lambda *given: AuthResult(
            success=(given[-1].login, given[-1].password) == (b"wutong", b"right"), handled=False
        ),
    )
    controller.start()
    MailSettings.objects.create(host="127.0.0.1", port=controller.port, security="none", sender="crm@example.com")
    yield sink
    controller.stop()
    loop.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def text_of(envelope: Any) -> str:
    import email
    import email.policy

    return email.message_from_bytes(envelope.content, policy=email.policy.default).get_content()


def test_a_mail_waits_with_its_job_and_its_text_sealed(company, sink: Sink) -> None:
    mail = send_later("mei@example.com", "Hello", "a secret link", at=NINE)
    assert ProcrastinateJob.objects.get().args == {"mail_id": mail.pk}
    assert b"secret" not in bytes(OutgoingMail.objects.get().text_encrypted)


def test_a_sent_mail_arrives_and_its_text_is_wiped(company, sink: Sink) -> None:
    mail = send_later("mei@example.com", "问候", "你好,周思远", at=NINE)

    send_waiting_mail(mail_id=mail.pk, at=NINE)

    [envelope] = sink.mails
    assert envelope.rcpt_tos == ["mei@example.com"]
    assert text_of(envelope).strip() == "你好,周思远"
    mail.refresh_from_db()
    assert (mail.state, bytes(mail.text_encrypted), mail.sent_at) == ("sent", b"", NINE)


def test_a_job_that_runs_twice_sends_once(company, sink: Sink) -> None:
    mail = send_later("mei@example.com", "Hello", "text", at=NINE)
    for _run in range(2):
        send_waiting_mail(mail_id=mail.pk, at=NINE)
    assert len(sink.mails) == 1


def test_a_mail_that_the_server_cannot_take_now_waits(company, sink: Sink) -> None:
    sink.answer = "451 later"
    mail = send_later("mei@example.com", "Hello", "text", at=NINE)
    with pytest.raises(MailTrouble):
        send_waiting_mail(mail_id=mail.pk, at=NINE)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "451 later" in mail.error

    sink.answer = "250 taken"
    send_waiting_mail(mail_id=mail.pk, at=NINE)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("sent", "")


def test_after_the_last_attempt_the_text_is_wiped_too(company, sink: Sink) -> None:
    sink.answer = "451 later"
    mail = send_later("mei@example.com", "Hello", "text", at=NINE)
    for _attempt in range(6):
        with pytest.raises(MailTrouble):
            send_waiting_mail(mail_id=mail.pk, at=NINE)
    mail.refresh_from_db()
    assert (mail.state, bytes(mail.text_encrypted)) == ("failed", b"")


def test_an_address_that_does_not_exist_fails_at_once(company, sink: Sink) -> None:
    mail = send_later("unknown@example.com", "Hello", "text", at=NINE)
    with pytest.raises(MailTrouble):
        send_waiting_mail(mail_id=mail.pk, at=NINE)
    mail.refresh_from_db()
    assert mail.state == "failed"


def test_a_line_break_in_a_subject_adds_no_header(company, sink: Sink) -> None:
    mail = send_later("mei@example.com", "Hello\r\nBcc: all@example.com", "text", at=NINE)
    send_waiting_mail(mail_id=mail.pk, at=NINE)
    [envelope] = sink.mails
    assert envelope.rcpt_tos == ["mei@example.com"]
    assert b"\nBcc:" not in envelope.content


def test_the_stored_password_signs_in(company, sink: Sink) -> None:
    MailSettings.objects.update(username="wutong", password_encrypted=seal("right"))
    mail = send_later("mei@example.com", "Hello", "text", at=NINE)
    send_waiting_mail(mail_id=mail.pk, at=NINE)
    assert len(sink.mails) == 1


def test_without_a_mail_server_nothing_is_promised(company) -> None:
    with pytest.raises(MailNotSetUp):
        send_later("mei@example.com", "Hello", "text", at=NINE)


def test_what_django_mails_goes_through_the_outbox(company, sink: Sink, settings) -> None:
    settings.EMAIL_BACKEND = "wutong.platform.mail.OutboxBackend"
    send_mail("Hello", "text", None, ["mei@example.com", "lin@example.com"])
    assert OutgoingMail.objects.count() == 2


# The settings page


def page_form(sink_port: int, **given: str) -> dict[str, str]:
    return {
        "host": "127.0.0.1",
        "port": str(sink_port),
        "security": "none",
        "username": "",
        "sender": "crm@example.com",
        **given,
    }


def test_the_page_keeps_the_password_unless_a_new_one_is_typed(ada: Staff, sink: Sink) -> None:
    port, client = MailSettings.objects.get().port, signed_in(ada)
    client.post("/system/mail/", page_form(port, username="wutong", password="s3same-0pen"))
    first = bytes(MailSettings.objects.get().password_encrypted)

    client.post("/system/mail/", page_form(port, username="wutong", password=""))

    assert bytes(MailSettings.objects.get().password_encrypted) == first
    assert b"s3same-0pen" not in first
    assert "s3same-0pen" not in client.get("/system/mail/").content.decode()
    assert AuditEntry.objects.filter(action="mail.settings_changed").count() == 2


def test_the_test_mail_shows_what_the_server_said(ada: Staff, sink: Sink) -> None:
    client = signed_in(ada)
    sent = client.post("/system/mail/test/", {"recipient": "ada@example.com"}, follow=True)
    assert "The server has taken the mail for ada@example.com: 250" in sent.content.decode()
    assert len(sink.mails) == 1

    sink.answer = "554 <b>spam</b>"
    refused = client.post("/system/mail/test/", {"recipient": "ada@example.com"})
    assert refused.status_code == 409
    assert "554 &lt;b&gt;spam&lt;/b&gt;" in refused.content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": "wutong", "password_encrypted": seal("wrong")}, "refused user name or password"),
        ({"security": "starttls"}, "kind of encryption"),
        ({"security": "tls"}, "No encrypted connection"),
        ({"port": 1}, "cannot be reached"),
        ({"password_encrypted": b"of another key", "username": "x"}, "cannot be read"),
    ],
)
def test_the_test_mail_says_in_plain_words_what_is_wrong(ada: Staff, sink: Sink, change: dict, says: str) -> None:
    MailSettings.objects.update(**change)
    page = signed_in(ada).post("/system/mail/test/", {"recipient": "ada@example.com"})
    assert page.status_code == 409
    assert says in page.content.decode()


# Forgotten passwords


def link_in(sink: Sink) -> str:
    return re.search(r"/password/reset/\S+", text_of(sink.mails[-1])).group()


def send_all() -> None:
    for mail in OutgoingMail.objects.filter(state="waiting"):
        send_waiting_mail(mail_id=mail.pk, at=NINE)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(mei: Staff, sink: Sink) -> None:
    pages = [
        Client().post("/password/forgotten/", {"email": address}).content.decode().replace(address, "ADDRESS")
        for address in ("mei@example.com", "nobody@example.com")
    ]
    assert re.sub(r'value="\w{64}"', "", pages[0]) == re.sub(r'value="\w{64}"', "", pages[1])
    assert ProcrastinateJob.objects.filter(task_name="platform.send_reset_link").count() == 2


def test_a_reset_link_works_once(mei: Staff, sink: Sink) -> None:
    elsewhere = signed_in(mei)
    send_reset_link(email="MEI@example.com", at=NINE)
    send_all()
    link = link_in(sink)

    assert Client().get(link).status_code == 200
    assert Client().post(link, {"password": "another-long-passphrase"}).status_code == 302

    assert Client().get(link).status_code == 409
    assert elsewhere.get("/me/").status_code == 302
    again = Client().post("/sign-in/", {"email": mei.email, "password": "another-long-passphrase"})
    assert again.status_code == 302


def test_a_reset_unlocks_who_tried_too_often(mei: Staff, sink: Sink) -> None:
    client = Client()
    for _try in range(10):
        client.post("/sign-in/", {"email": mei.email, "password": "wrong-wrong-wrong"})
    send_reset_link(email=mei.email, at=NINE)
    send_all()
    Client().post(link_in(sink), {"password": "another-long-passphrase"})

    assert client.post("/sign-in/", {"email": mei.email, "password": "another-long-passphrase"}).status_code == 302


def test_a_reset_link_ends_after_two_hours(mei: Staff, sink: Sink, monkeypatch) -> None:
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    send_reset_link(email=mei.email, at=NINE)
    send_all()
    link, now = link_in(sink), PasswordResetTokenGenerator()._now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: now + timedelta(hours=2, minutes=1))
    assert Client().get(link).status_code == 409


@pytest.mark.parametrize("link", ["/password/reset/MQ/x-y/", "/password/reset/!!/x/", "/password/reset/_w/x/"])
def test_a_made_up_link_is_used_up(company, link: str) -> None:
    assert Client().get(link).status_code == 409


def test_unknown_and_deactivated_get_no_mail(mei: Staff, sink: Sink) -> None:
    Staff.objects.filter(pk=mei.pk).update(is_active=False)
    send_reset_link(email="mei@example.com", at=NINE)
    send_reset_link(email="nobody@example.com", at=NINE)
    assert not OutgoingMail.objects.exists()


def test_asking_again_and_again_makes_one_job(mei: Staff, sink: Sink) -> None:
    for _time in range(5):
        assert Client().post("/password/forgotten/", {"email": mei.email}).status_code == 200
    assert ProcrastinateJob.objects.count() == 1


def test_a_fourth_link_for_one_address_within_an_hour_is_not_sent_and_looks_as_if_it_were(
    mei: Staff, lin: Staff, sink: Sink
) -> None:
    def asks(email: str, *, client: str, at: datetime = NINE) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")  # the job that waits would stand for a second
        ask_for_reset(email=email, client=client, at=at)
        return ProcrastinateJob.objects.exists()

    assert [asks(mei.email, client=f"192.0.2.{n}") for n in range(4)] == [True, True, True, False]
    assert asks(lin.email, client="192.0.2.4")
    assert asks(mei.email, client="192.0.2.5", at=NINE + timedelta(hours=1))


def test_one_client_asks_for_ten_links_an_hour_and_hears_the_same_as_before(company, sink: Sink) -> None:
    answers = {
        Client()
        .post("/password/forgotten/", {"email": f"n{n:02}@example.com"})
        .content.decode()
        .replace(f"n{n:02}@", "@")
        for n in range(12)
    }
    assert len({re.sub(r'(?:value|nonce)="[^"]{16,}"', "", answer) for answer in answers}) == 1
    assert ProcrastinateJob.objects.count() == 10

    Client(REMOTE_ADDR="192.0.2.7").post("/password/forgotten/", {"email": "else@example.com"})
    assert ProcrastinateJob.objects.count() == 11


def test_without_mail_the_page_names_whom_to_ask(ada: Staff) -> None:
    page = Client().get("/password/forgotten/").content.decode()
    assert "Ada" in page
    assert Client().post("/password/forgotten/", {"email": "ada@example.com"}).status_code == 409


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(mei: Staff) -> None:
    here, elsewhere = signed_in(mei), signed_in(mei)
    form = {"present": PASSWORD, "password": "another-long-passphrase"}

    assert here.post("/me/password/", form | {"present": "wrong"}).status_code == 409
    assert here.post("/me/password/", form | {"password": "short"}).status_code == 422
    assert here.post("/me/password/", form).status_code == 302

    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
