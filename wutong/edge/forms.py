"""``/c/f/<form key>``: a filled-in form, from our script as JSON or from a plain HTML form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from wutong.content.hosted.answers import judged, told_by_page
from wutong.content.hosted.design import HONEYPOT
from wutong.content.hosted.page import Filled
from wutong.content.hosted.sentences import Language, word
from wutong.edge import form_tokens
from wutong.edge.drops import Drop
from wutong.edge.exchange import JSON, Answer, Headers, Request, refused, told
from wutong.edge.form_pages import form_page, language_for, place_of, refusal_page, thanks_page
from wutong.edge.form_tokens import Ticket
from wutong.edge.machines import is_machine
from wutong.edge.parts import Parts
from wutong.edge.sites import Form
from wutong.edge.suspicions import suspicions
from wutong.edge.wire import Address, BadEnvelope, SenderId, VisitorId
from wutong.events.arrivals import FormPost
from wutong.events.clocks import AbsurdTime, Receipt, now
from wutong.events.scrub import scrubbed
from wutong.platform.loose_json import NotAnObject, flaw, loosely_decoded

BODY_MAX = 64 * 1024

_DOOR = "form"


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
    token: Annotated[str, Meta(max_length=400)] | None = None
    answers: Annotated[dict[str, str], Meta(max_length=100)] = {}
    consent: Consent = Consent()


async def submit(request: Request, parts: Parts) -> Answer:
    """Take a form: 202, thanks or a redirect once it is on disk; 400 with a sentence for each field that needs mending;
    409 with a fresh token when the page was open for too long.
    """
    language = language_for(request)
    is_plain = request.kind == b"application/x-www-form-urlencoded"
    try:
        return await _submit(request, parts, language, is_plain=is_plain)
    except Answer as refusal:
        if is_plain and refusal.status in (403, 404, 413, 429, 503) and refusal.kind == JSON:
            raise refusal_page(refusal, language, origin=request.header(b"origin")) from None
        raise


async def _submit(request: Request, parts: Parts, language: Language, *, is_plain: bool) -> Answer:
    parts.limit(request, parts.forms_rate, door=_DOOR)
    form = await _form(request, parts)
    _check_origin(request, parts, form, is_plain=is_plain)
    submission, typed = await _read(request, parts, is_plain=is_plain)
    if submission.site is not None and submission.site != form.site.key:
        raise parts.refusal(_DOOR, Drop.UNKNOWN_SITE, refused(400, "wrong_site", "This form belongs to another site."))
    at = now()
    ticket = form_tokens.read(submission.token or "", form=form.key, at=at)
    if (ticket is None and (submission.token or not form.takes_own_markup)) or (ticket and ticket.has_expired(at=at)):
        parts.drops.count(_DOOR, Drop.BAD_TOKEN)
        return _with_fresh_token(request, form, ticket, typed, language, is_plain=is_plain)
    found = judged(
        form.design,
        submission.answers | told_by_page(form.design.questions, submission.answers, url=submission.url or ""),
        language=language,
        has_consented=submission.consent.privacy,
    )
    if found.errors:
        parts.drops.count(_DOOR, Drop.BAD_ANSWERS)
        if is_plain:
            return _again(request, form, typed, Filled(typed=typed, errors=found.errors), status=400)
        return told(400, {"error": "bad_answers", "fields": found.errors})
    trap = submission.answers.get(HONEYPOT, "")
    reasons = suspicions(form.design, found.answers, trap=trap, ticket=ticket, at=at)
    if reasons:
        parts.drops.count(_DOOR, Drop.SUSPECTED)
    if ticket is not None:
        submission = msgspec.structs.replace(submission, id=str(ticket.submission))
    post = _post(
        form, submission, found.answers, parts, suspicions=reasons, is_from_machine=is_machine(request.headers)
    )
    # Only what would be stored is counted: else junk from many addresses could close the form for everybody.
    _limit_form(form, parts)
    try:
        await parts.inbox.append([post])
    except Answer as unavailable:
        if not is_plain:
            raise
        filled = Filled(typed=typed, notice=word("later", language))
        return _again(request, form, typed, filled, status=unavailable.status, headers=unavailable.headers)
    return _thanks(request, form, is_plain=is_plain)


def _with_fresh_token(
    request: Request, form: Form, old: Ticket | None, typed: dict[str, str], language: Language, *, is_plain: bool
) -> Answer:
    """Everything typed, and a token with which sending again is one press."""
    at = now()
    ticket = old.renewed(at=at) if old else form_tokens.fresh(form.key, at=at)
    if is_plain:
        filled = Filled(typed=typed, notice=word("expired", language))
        return _again(request, form, typed | {"_token": ticket.token}, filled, status=409)
    detail = "The form needs a token that is not older than two hours. Send it again with this one."
    return told(409, {"error": "token_expired", "detail": detail, "token": ticket.token})


def _again(
    request: Request,
    form: Form,
    typed: Mapping[str, str],
    filled: Filled,
    *,
    status: int,
    headers: Headers | None = None,
) -> Answer:
    """The page with everything typed kept."""
    return form_page(request, form, carried=typed, filled=filled, status=status, headers=headers)


def _limit_form(form: Form, parts: Parts) -> None:
    """One form that many addresses flood must not fill the inbox of all."""
    try:
        parts.one_form_rate.take(form.key)
    except Answer:
        parts.drops.count(_DOOR, Drop.TOO_MANY)
        raise


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
    try:
        request.refuse_larger(BODY_MAX)
    except Answer as too_large:
        raise parts.refusal(_DOOR, Drop.TOO_LARGE, too_large) from None
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
        "ref": typed.get("_ref") or None,
        "token": typed.get("_token") or None,
        "answers": {name: value for name, value in typed.items() if name != "privacy" and not name.startswith("_")},
        "consent": {"privacy": privacy.lower() not in ("", "0", "false", "off", "no")},
    }
    if flaw({name: value for name, value in known.items() if name != "answers"}, depth_max=2) is not None:
        raise BadEnvelope("Expected plain values.")
    return msgspec.convert(known, Submission), typed


def _post(
    form: Form,
    submission: Submission,
    answers: dict[str, str],
    parts: Parts,
    *,
    suspicions: list[str],
    is_from_machine: bool,
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
        form_version=form.version,
        answers=answers,
        consent_given=submission.consent.privacy,
        consent_version=submission.consent.version or form.consent_version,
        suspicions=suspicions,
    )


def _thanks(request: Request, form: Form, *, is_plain: bool) -> Answer:
    if not is_plain:
        return told(202, {"accepted": 1})
    url = form.design.thanks_url
    if url.startswith(("https://", "http://")) and not place_of(request, form).is_embedded:
        return Answer(303, headers={b"location": url.encode("ascii", "ignore"), b"cache-control": b"no-store"})
    return thanks_page(request, form)
