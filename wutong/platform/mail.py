"""The mail port: mails of the system itself (links, warnings) through the one SMTP account of the settings."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage

from django.core.mail import EmailMessage as DjangoMail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.platform.audit import record
from wutong.platform.models import MailSettings, OutgoingMail, Staff
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import BrokenSecret, seal, unseal

SMTP_TIMEOUT = timedelta(seconds=15)
MOST_ATTEMPTS = 6
_EMPTY = b""
_SILENT = _("The server did not answer in time. Check host, port and firewall.")


class MailNotSetUp(Refusal):
    code = "mail_not_set_up"
    message = _("The system cannot send mail yet. Ask an administrator for a new link.")


class MailTrouble(Exception):
    """The server did not take a mail. ``says`` tells why in plain words; ``is_final`` that trying again is idle."""

    def __init__(self, says: str | Promise, *, answer: str = "", is_final: bool = False) -> None:
        super().__init__(says)
        self.says = says
        self.answer = answer
        self.is_final = is_final

    def __str__(self) -> str:
        return f"{self.says} {self.answer}".strip()


@dataclass(frozen=True, kw_only=True)
class SmtpAccount:
    """An SMTP account, complete and in the open; it lives only while a mail is sent."""

    host: str
    port: int
    security: str
    username: str
    password: str
    sender: str
    sender_name: str

    @classmethod
    def stored(cls) -> "SmtpAccount":
        """The account of the settings.

        Raises:
            MailTrouble: there is none, or its password does not fit the key file.
        """
        row = MailSettings.objects.first()
        if row is None:
            raise MailTrouble(_("No mail server is set up."))
        try:
            password = unseal(row.password_encrypted) if row.password_encrypted else ""
        except BrokenSecret as error:
            raise MailTrouble(_("The stored mail password cannot be read. Enter it again.")) from error
        return cls(
            host=row.host,
            port=row.port,
            security=row.security,
            username=row.username,
            password=password,
            sender=row.sender,
            sender_name=row.sender_name,
        )


def is_mail_set_up() -> bool:
    return MailSettings.objects.exists()


def send_later(recipient: str, subject: str, text: str, *, at: datetime) -> OutgoingMail:
    """Have a mail sent; row and job commit or vanish with the caller's transaction.

    Raises:
        MailNotSetUp: there is no mail server to send it by.
    """
    if not is_mail_set_up():
        raise MailNotSetUp
    with transaction.atomic():
        mail = OutgoingMail.objects.create(
            recipient=recipient, subject=subject, text_encrypted=seal(text), created_at=at
        )
        send_mail_later.defer(mail_id=mail.pk)
    return mail


def send_waiting_mail(*, mail_id: int, at: datetime) -> None:
    """Send one waiting mail and wipe its text. Sent, failed or removed mails are left alone: the job may run twice.

    Raises:
        MailTrouble: the server did not take it for now; the job tries again.
    """
    mail = OutgoingMail.objects.filter(pk=mail_id, state=OutgoingMail.State.WAITING).first()
    if mail is None:
        return
    mail.attempts += 1
    try:
        send_now(SmtpAccount.stored(), _written(mail))
    except MailTrouble as trouble:
        mail.error = str(trouble)[:300]
        if trouble.is_final or mail.attempts >= MOST_ATTEMPTS:
            _close(mail, OutgoingMail.State.FAILED)
        else:
            mail.save(update_fields=["attempts", "error"])
        raise
    mail.error, mail.sent_at = "", at
    _close(mail, OutgoingMail.State.SENT)


def send_now(account: SmtpAccount, message: EmailMessage) -> str:
    """Hand a message to the server and return its answer. Talks to the network: not inside a transaction.

    Raises:
        MailTrouble: with the reason in plain words and the server's own.
    """
    message["From"] = Address(account.sender_name, addr_spec=account.sender)
    try:
        with _connected(account) as smtp:
            if account.username:
                smtp.login(account.username, account.password)
            smtp.send_message(message)
            code, answer = smtp.noop()
    except smtplib.SMTPAuthenticationError as error:
        raise MailTrouble(_("The server refused user name or password."), answer=_answer(error)) from error
    except smtplib.SMTPSenderRefused as error:
        raise MailTrouble(_("The server does not let this sender send."), answer=_answer(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        (code, text) = next(iter(error.recipients.values()))
        raise MailTrouble(
            _("The server refused the recipient's address."), answer=_text(code, text), is_final=code >= 500
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailTrouble(
            _("The server does not offer this kind of encryption or sign-in."), answer=str(error)
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailTrouble(_("The server refused the mail."), answer=_answer(error)) from error
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):  # smtplib tells a silence as a closed connection
            raise MailTrouble(_SILENT) from error
        raise MailTrouble(
            _("The server closed the connection. Check port and encryption."), answer=str(error)
        ) from error
    except ssl.SSLError as error:
        raise MailTrouble(
            _("No encrypted connection came about. Check port and encryption."), answer=str(error)
        ) from error
    except TimeoutError as error:
        raise MailTrouble(_SILENT) from error
    except OSError as error:
        raise MailTrouble(_("The server cannot be reached. Check host and port."), answer=str(error)) from error
    return _text(code, answer)


def message_to(recipient: str, subject: str, text: str) -> EmailMessage:
    """A plain-text mail of the system, without its sender."""
    message = EmailMessage()
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


class OutboxBackend(BaseEmailBackend):
    """Lets what Django itself mails go the same way: through the outbox, by a job."""

    def send_messages(self, email_messages: Sequence[DjangoMail]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                send_later(recipient, str(message.subject), str(message.body), at=timezone.now())
        return len(email_messages)


def save_mail_settings(*, settings: MailSettings, password: str | None, by: Staff, at: datetime) -> None:
    """Store the account. ``password`` None keeps the one that is stored."""
    with transaction.atomic(durable=True):
        stored = MailSettings.objects.select_for_update().filter(pk=1).first()
        settings.pk = 1
        if password is not None:
            settings.password_encrypted = seal(password) if password else _EMPTY
        elif stored is not None:
            settings.password_encrypted = stored.password_encrypted
        settings.save()
        record("mail.settings_changed", actor=by, subject=settings, at=at, host=settings.host, sender=settings.sender)


def _written(mail: OutgoingMail) -> EmailMessage:
    try:
        message = message_to(mail.recipient, mail.subject, unseal(mail.text_encrypted))
    except BrokenSecret as error:
        raise MailTrouble(_("The stored text of the mail cannot be read."), is_final=True) from error
    message["Message-ID"] = f"<{mail.pk}.{int(mail.created_at.timestamp())}@wutong.invalid>"
    message["Date"] = mail.created_at
    return message


def _close(mail: OutgoingMail, state: OutgoingMail.State) -> None:
    mail.state, mail.text_encrypted = state, _EMPTY
    mail.save(update_fields=["state", "text_encrypted", "attempts", "error", "sent_at"])


def _connected(account: SmtpAccount) -> smtplib.SMTP:
    seconds = SMTP_TIMEOUT.total_seconds()
    if account.security == "tls":
        return smtplib.SMTP_SSL(account.host, account.port, timeout=seconds, context=ssl.create_default_context())
    smtp = smtplib.SMTP(account.host, account.port, timeout=seconds)
    if account.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
    return smtp


def _answer(error: smtplib.SMTPResponseException) -> str:
    return _text(error.smtp_code, error.smtp_error)


def _text(code: int, answer: bytes | str) -> str:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(words.split())}"[:200]


@app.task(
    name="platform.send_mail",
    queue="urgent",
    retry=RetryStrategy(max_attempts=MOST_ATTEMPTS - 1, exponential_wait=5, retry_exceptions=[MailTrouble]),
)
def send_mail_later(mail_id: int) -> None:
    send_waiting_mail(mail_id=mail_id, at=timezone.now())
