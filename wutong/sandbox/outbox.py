"""A mail server that delivers nothing: it keeps what the demo company sends, so that it can be read."""

from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Struct

KEPT = 500


class Mail(Struct, frozen=True, kw_only=True):
    """A mail as it arrived."""

    id: int
    at: datetime
    sender: str
    recipients: list[str]
    subject: str
    text: str


class Outbox:
    """The last ``KEPT`` mails, in memory and in a file of JSON lines that only its owner may read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._mails: deque[Mail] = deque(self._stored(), maxlen=KEPT)
        self._next_id = self._mails[-1].id + 1 if self._mails else 1
        self._write_all()

    def newest_first(self) -> list[Mail]:
        return list(reversed(self._mails))

    def find(self, mail_id: int) -> Mail | None:
        return next((mail for mail in self._mails if mail.id == mail_id), None)

    def take(self, content: bytes, *, sender: str, recipients: list[str], at: datetime) -> Mail:
        """Keep one mail; the oldest leaves when there are too many."""
        message = message_from_bytes(content, policy=policy.default)
        mail = Mail(
            id=self._next_id,
            at=at,
            sender=sender,
            recipients=recipients,
            subject=str(message.get("subject", "")),
            text=_text(message),
        )
        self._next_id += 1
        self._mails.append(mail)
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(mail) + b"\n")
        return mail

    def _stored(self) -> list[Mail]:
        if not self._file.exists():
            return []
        lines = self._file.read_bytes().splitlines()[-KEPT:]
        return [msgspec.json.decode(line, type=Mail) for line in lines]

    def _write_all(self) -> None:
        """Begin the file anew with what is kept, so that it does not grow for ever."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        self._file.write_bytes(b"".join(msgspec.json.encode(mail) + b"\n" for mail in self._mails))


class Sink:
    """What the SMTP server does with a mail."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.content or b""
        self._outbox.take(
            content if isinstance(content, bytes) else content.encode(),
            sender=envelope.mail_from or "",
            recipients=list(envelope.rcpt_tos),
            at=datetime.now(UTC),
        )
        return "250 Kept in the demo's outbox"


def smtp_protocol(outbox: Outbox) -> SMTP:
    """One connection of the mail server."""
    return SMTP(Sink(outbox), hostname="sandbox.example", enable_SMTPUTF8=True)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    return str(body.get_content()) if body is not None else ""
