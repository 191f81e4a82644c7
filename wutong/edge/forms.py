"""``/c/f/<form key>``: a filled-in form, from our script as JSON or from a plain HTML form."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from wutong.edge.drops import Drop
from wutong.edge.exchange import Answer, Request, refused, told
from wutong.edge.form_page import errors_page, notice_page, thanks_page
from wutong.edge.form_words import Language, language_of, word
from wutong.edge.machines import is_machine
from wutong.edge.parts import Parts
from wutong.edge.sites import Field, Form
from wutong.edge.wire import Address, BadEnvelope, SenderId, VisitorId
from wutong.events.arrivals import FormPost
from wutong.events.clocks import AbsurdTime, Receipt, now
from wutong.events.scrub import scrubbed
from wutong.platform.loose_json import NotAnObject, flaw, loosely_decoded

BODY_MAX = 64 * 1024
ANSWER_MAX = 5_000
HONEYPOT = "website"
"""A field that people do not see; whoever fills it in is a machine."""

_DOOR = "form"
_MAIL = re.compile(r"[^\s@,;<>()\"]{1,64}@[^\s@,;<>()\"]+\.[^\s@.,;<>()\"\d]{2,}")
_NOT_DIGITS = re.compile(r"[\s().+-]|转|ext\.?", re.IGNORECASE)


class Consent(Struct, frozen=True, kw_only=True):
    """Whether the visitor agreed, and to which words."""

    privacy: bool = False
    version: Annotated[str, Meta(max_length=40)] = ""


class Submission(Struct, frozen=True, kw_only=True):
    """A form as our script tells it; a plain one is brought into the same shape."""

    site: str | None = None
    id: SenderId | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None
    visitor: VisitorId | None = None
    view: UUID | None = None
    url: Address | None = None
    ref: Address | None = None
    answers: Annotated[dict[str, str], Meta(max_length=100)] = {}
    consent: Consent = Consent()


async def submit(request: Request, parts: Parts) -> Answer:
    """Take a form: 202 or a redirect once it is on disk, 400 with a sentence for each field that needs mending."""
    language = language_of(request.header(b"accept-language"))
    is_plain = request.kind == b"application/x-www-form-urlencoded"
    try:
        return await _submit(request, parts, language, is_plain=is_plain)
    except Answer as refusal:
        if is_plain and refusal.status in (429, 503):
            notice = word("slow_down" if refusal.status == 429 else "later", language)
            raise notice_page(notice, language, status=refusal.status, headers=refusal.headers) from None
        raise


async def _submit(request: Request, parts: Parts, language: Language, *, is_plain: bool) -> Answer:
    parts.limit(request, parts.forms_rate, door=_DOOR)
    form = await _form(request, parts)
    _check_origin(request, parts, form, is_plain=is_plain)
    submission, typed = await _read(request, parts, is_plain=is_plain)
    if submission.site is not None and submission.site != form.site.key:
        raise parts.refusal(_DOOR, Drop.UNKNOWN_SITE, refused(400, "wrong_site", "This form belongs to another site."))
    if submission.answers.get(HONEYPOT) and not any(field.name == HONEYPOT for field in form.fields):
        return parts.refusal(_DOOR, Drop.BOT, _thanks(form, language, is_plain=is_plain))
    answers, errors = checked(form, submission.answers, language)
    if errors:
        parts.drops.count(_DOOR, Drop.BAD_ANSWERS)
        if is_plain:
            return errors_page(form, typed=typed, errors=errors, language=language)
        return told(400, {"error": "bad_answers", "fields": errors})
    post = _post(form, submission, answers, parts, is_from_machine=is_machine(request.headers))
    try:
        await parts.inbox.append([post])
    except Answer as unavailable:
        if not is_plain:
            raise
        return _try_later(form, typed, language, unavailable)
    return _thanks(form, language, is_plain=is_plain)


def _try_later(form: Form, typed: Mapping[str, str], language: Language, unavailable: Answer) -> Answer:
    """The page with everything typed kept, so that sending again is one press."""
    return errors_page(
        form,
        typed=typed,
        errors={},
        language=language,
        notice=word("later", language),
        status=unavailable.status,
        headers=unavailable.headers,
    )


async def _form(request: Request, parts: Parts) -> Form:
    try:
        return await parts.sites.form(request.path.removeprefix("/c/f/"))
    except Answer as unknown:
        if unknown.status == 404:
            parts.drops.count(_DOOR, Drop.UNKNOWN_SITE)
        raise


def _check_origin(request: Request, parts: Parts, form: Form, *, is_plain: bool) -> None:
    """As for hits; but a page with a strict referrer policy sends a plain form as from origin "null"."""
    if is_plain and request.headers.get(b"origin") == b"null":
        parts.drops.count(_DOOR, Drop.NO_ORIGIN)
    else:
        parts.check_origin(request, form.site, door=_DOOR)


async def _read(request: Request, parts: Parts, *, is_plain: bool) -> tuple[Submission, dict[str, str]]:
    """The submission, and for a plain form everything that was typed, to show it again."""
    if not is_plain and request.kind not in (b"application/json", b"text/plain"):
        detail = "Send application/json or application/x-www-form-urlencoded."
        raise parts.refusal(_DOOR, Drop.BAD_REQUEST, refused(415, "wrong_content_type", detail))
    try:
        body = await request.body(limit=BODY_MAX)
    except Answer as too_large:
        raise parts.refusal(_DOOR, Drop.TOO_LARGE, too_large) from None
    try:
        return _from_fields(request, body) if is_plain else (_from_json(body), {})
    except (BadEnvelope, NotAnObject, msgspec.ValidationError) as error:
        raise parts.refusal(_DOOR, Drop.BAD_REQUEST, refused(400, "malformed", str(error))) from error


def _from_json(body: bytes) -> Submission:
    content = loosely_decoded(body)
    known = {name: content[name] for name in Submission.__struct_fields__ if name in content}
    if flaw({name: value for name, value in known.items() if name != "answers"}, depth_max=2) is not None:
        raise BadEnvelope("Expected plain values.")
    return msgspec.convert(known, Submission)


def _from_fields(request: Request, body: bytes) -> tuple[Submission, dict[str, str]]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="surrogateescape", max_num_fields=200
        )
    except ValueError as error:
        raise BadEnvelope("Expected a filled-in form.") from error
    typed: dict[str, str] = {}
    for name, value in pairs:
        typed[name] = f"{typed[name]}, {value}" if name in typed else value
    privacy = typed.get("privacy", "")
    known = {
        "id": typed.get("_id") or None,
        "visitor": typed.get("_visitor") or None,
        "view": typed.get("_view") or None,
        "url": typed.get("_url") or request.header(b"referer")[:8_000] or None,
        "answers": {name: value for name, value in typed.items() if name != "privacy" and not name.startswith("_")},
        "consent": {"privacy": privacy.lower() not in ("", "0", "false", "off", "no")},
    }
    if flaw({name: value for name, value in known.items() if name != "answers"}, depth_max=2) is not None:
        raise BadEnvelope("Expected plain values.")
    return msgspec.convert(known, Submission), typed


def checked(form: Form, answers: Mapping[str, str], language: Language) -> tuple[dict[str, str], dict[str, str]]:
    """The answers to the form's own questions, and for each that needs mending a sentence. Other names are left out."""
    kept: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        value = answers.get(field.name, "").strip()
        error = _error(field, value, language)
        if error is not None:
            errors[field.name] = error
        elif value:
            kept[field.name] = value
    return kept, errors


def _error(field: Field, value: str, language: Language) -> str | None:
    if not value:
        return word("required", language) if field.required else None
    longest = min(field.max, ANSWER_MAX)
    if len(value) > longest:
        return word("too_long", language, max=longest)
    if flaw(value, depth_max=0) is not None:
        return word("bad_text", language)
    if field.kind == "email" and not _MAIL.fullmatch(value):
        return word("email", language)
    if field.kind in ("phone", "tel") and not _is_phone(value):
        return word("phone", language)
    if field.kind == "select" and value not in field.options:
        return word("select", language)
    return None


def _is_phone(value: str) -> bool:
    digits = _NOT_DIGITS.sub("", value)
    return digits.isdecimal() and 7 <= len(digits) <= 15


def _post(
    form: Form, submission: Submission, answers: dict[str, str], parts: Parts, *, is_from_machine: bool
) -> FormPost:
    receipt = Receipt(now(), sent_at=None)
    try:
        occurred_at, is_clamped = receipt.occurred(submission.at)
    except AbsurdTime:  # somebody filled in a form: it counts, whatever the clock says
        occurred_at, is_clamped = receipt.at, True
    if is_clamped:
        parts.drops.count(_DOOR, Drop.CLAMPED)
    event_id, sender_key = receipt.event_id(submission.id or "")
    return FormPost(
        id=event_id,
        site_id=form.site.id,
        source="web",
        occurred_at=occurred_at,
        received_at=receipt.at,
        visitor=submission.visitor,
        view=submission.view,
        url=scrubbed(submission.url) if submission.url else "",
        ref=scrubbed(submission.ref) if submission.ref else "",
        sender_key=sender_key or None,
        is_machine=is_from_machine,
        form=form.key,
        answers=answers,
        consent_given=submission.consent.privacy,
        consent_version=submission.consent.version or form.consent_version,
    )


def _thanks(form: Form, language: Language, *, is_plain: bool) -> Answer:
    if not is_plain:
        return told(202, {"accepted": 1})
    if form.thanks_url.startswith(("https://", "http://")):
        return Answer(
            303, headers={b"location": form.thanks_url.encode("ascii", "ignore"), b"cache-control": b"no-store"}
        )
    return thanks_page(language)
