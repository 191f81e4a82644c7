"""Normal forms of identifiers: what two spellings of the same thing have in common.

Source: ``algorithms.md`` 1.3.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from wutong.platform.chinese import visible

_EXTENSION = re.compile(r"(转|轉|ext\.?|分机)", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,20}", re.ASCII
)
"""What is an address beyond doubt, and its own normal form but for its case."""
_SPECIAL_ENDS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_ROLE_MAILBOXES = frozenset(
    [
        "abuse", "account", "accounts", "admin", "administrator", "billing", "bot", "business", "career", "careers",
        "contact", "customerservice", "enquiries", "enquiry", "feedback", "finance", "help", "hello", "hostmaster",
        "hr", "info", "inquiries", "inquiry", "invoice", "it", "jobs", "mail", "mailer-daemon", "marketing", "media",
        "news", "newsletter", "no-reply", "noreply", "office", "orders", "postmaster", "pr", "press", "purchase",
        "purchasing", "recruit", "reception", "register", "root", "sales", "security", "service", "spam", "support",
        "tech", "test", "team", "webmaster", "客服", "销售", "商务", "市场", "人事", "招聘",
    ]
)  # fmt: skip
_PLACEHOLDER_NATIONAL = re.compile(r"^(?:1?(\d)\1{7,}|\d*0123456789|1?12345678\d*|13800138000|13888888888)$")


class NotAnIdentifier(ValueError):
    """A text cannot be what it claims; the message says what it should look like."""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A telephone number: E.164, its extension, and whether it belongs to a person rather than to an office."""

    e164: str
    extension: str
    kind: str
    """As phonenumbers calls it: mobile, fixed_line, shared_cost …"""
    is_personal: bool


@lru_cache(maxsize=20_000)
def phone(text: str, *, region: str = "CN") -> Phone:
    """Read a telephone number as people type it.

    Raises:
        NotAnIdentifier: it is no valid number of ``region`` nor an international one.
    """
    if region == "CN" and len(text) == 11 and text.isascii() and _mobile().fullmatch(text):
        # Most of a list's numbers. What the library does beside applying this rule takes ten times as long.
        return Phone(e164=f"+86{text}", extension="", kind="mobile", is_personal=True)
    cleaned = visible(text)
    cleaned = _EXTENSION.sub(" ext ", cleaned)
    cleaned = re.sub(r"^00", "+", cleaned)
    cleaned = re.sub(r"^86-", "+86", cleaned)
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException as error:
        raise NotAnIdentifier("not a telephone number") from error
    if not phonenumbers.is_valid_number(number):
        raise NotAnIdentifier("not a valid telephone number")
    kind = phonenumbers.number_type(number)
    extension = number.extension or ""
    number.extension = None
    personal = kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=extension,
        kind=phonenumbers.PhoneNumberType.to_string(kind).lower(),
        is_personal=personal and not extension,
    )


@lru_cache(maxsize=20_000)
def email(text: str) -> str:
    """The form of an e-mail address for matching: domain in IDNA, everything in lower case.

    Raises:
        NotAnIdentifier: it is no e-mail address.
    """
    local, _, domain = text.partition("@")
    if _PLAIN_ADDRESS.fullmatch(text) and len(local) <= 64 and len(domain) <= 63 and not _is_special(domain):
        return text.lower()
    cleaned = visible(text)
    try:
        parts = validate_email(cleaned, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NotAnIdentifier("not an e-mail address") from error
    return f"{parts.local_part.lower()}@{parts.ascii_domain or parts.domain}".lower()


@cache
def _mobile() -> re.Pattern[str]:
    """The library's own rule for mobile numbers of mainland China."""
    known = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    return re.compile((known and known.mobile and known.mobile.national_number_pattern) or "(?!)")


def _is_special(domain: str) -> bool:
    """Whether a domain is, or may lie below, one that is reserved."""
    return domain.rpartition(".")[2].lower() in _SPECIAL_ENDS


def is_generic(kind: str, value: str) -> bool:
    """Whether a value belongs to nobody in particular, so that it must never link two people.

    Args:
        kind: an ``IdentifierKind``. This module knows no Django, so that ``wutong normalise`` needs no deployment.
    """
    if kind == "email":
        return value.split("@", 1)[0] in _ROLE_MAILBOXES
    if kind == "phone":
        national = re.sub(r"^\+86", "", value)
        return _PLACEHOLDER_NATIONAL.match(national) is not None
    return False
