"""The page of a form: its questions, what to mend, thanks. It works without a script and loads one small one."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path

from wutong.content.hosted.answers import PATTERNS
from wutong.content.hosted.design import CONSENT, HONEYPOT, SEPARATOR, Design, Question
from wutong.content.hosted.sentences import Language, word

_TYPES = {"email": "email", "phone": "tel"}
_AUTOCOMPLETE = {
    "name": "name",
    "title": "organization-title",
    "city": "address-level2",
    "phone": "tel",
    "email": "email",
    "company": "organization",
}


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What somebody has typed so far, what is wrong with it, and a sentence above all."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a form is shown: whom it is sent to, in which language, within another page or alone.

    ``script`` is the address of ``form.js``. A preview looks and moves alike, but sends nothing.
    """

    key: str
    site_key: str = ""
    action: str
    language: Language
    script: str = ""
    is_embedded: bool = False
    is_preview: bool = False


def form_page(design: Design, place: Place, *, carried: Mapping[str, str], filled: Filled | None = None) -> str:
    """The form, with what was typed and what is wrong with it.

    Args:
        carried: what travels along unseen, such as the token: names begin with ``_``.
    """
    filled = filled or Filled()
    language = place.language
    hidden = "".join(_hidden(name, value) for name, value in carried.items())
    questions = "".join(
        _question(one, filled, language, suggests=bool(design.company_names)) for one in design.questions
    )
    count = len(filled.errors)
    notice = filled.notice or (word("mend", language, n=count) if count else "")
    button = design.wording.said("button", language) or word("send_first", language)
    body = (
        f'<form method="post" action="{escape(place.action)}" novalidate data-form="{escape(place.key)}"'
        f' data-site="{escape(place.site_key)}" data-sending="{escape(word("sending", language))}">'
        f"{_heading(design, language)}"
        + (f'<p class="note" role="alert">{escape(notice)}</p>' if notice else "")
        + hidden
        + questions
        + _trap(language)
        + _consent(design, filled, language)
        + f'<button type="{"button" if place.is_preview else "submit"}">{escape(button)}</button></form>'
    )
    return _document(design.wording.said("title", language), body, place)


def thanks_page(design: Design, place: Place) -> str:
    """Thanks at once, with the way on where there is one: within another page it opens outside of the frame."""
    language = place.language
    said = design.wording.said("thanks", language) or word("thanks", language)
    on = design.thanks_url
    way = (
        f'<a class="go" href="{escape(on)}" target="_top">{escape(word("go_on", language))}</a>' if _is_web(on) else ""
    )
    title = word("title_thanks", language)
    body = f'<div class="done"><h1 tabindex="-1">{escape(title)}</h1><p class="intro">{_linked(said)}</p>{way}</div>'
    return _document(title, body, place)


def notice_page(title: str, text: str, *, language: Language) -> str:
    """A sentence on a page of its own."""
    body = f'<div class="note"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>'
    return _document(title, body, Place(key="", action="", language=language))


def security_policy(*, frame_ancestors: Iterable[str], thanks_url: str = "") -> str:
    """The Content-Security-Policy of these pages. Browsers check ``form-action`` on the redirect to the thanks too."""
    origin = "/".join(thanks_url.split("/", 3)[:3])
    forms = f"'self' {origin}" if _is_web(origin) and _is_plain(origin) else "'self'"
    ancestors = " ".join(one for one in frame_ancestors if _is_plain(one)) or "'none'"
    return (
        f"default-src 'none'; script-src 'self'; style-src '{_style_hash()}'; img-src data:; connect-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors {ancestors}"
    )


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _is_plain(source: str) -> bool:
    """Whether a text can stand in a policy without ending it."""
    return not any(character in source for character in "; ,\t\r\n") and source.isascii()


def _heading(design: Design, language: Language) -> str:
    title = design.wording.said("title", language)
    intro = design.wording.said("intro", language)
    return (f"<h1>{escape(title)}</h1>" if title else "") + (f'<p class="intro">{escape(intro)}</p>' if intro else "")


def _question(question: Question, filled: Filled, language: Language, *, suggests: bool) -> str:
    value = filled.typed.get(question.name, "")
    if question.kind == "hidden":
        return _hidden(question.name, question.value or value)
    error = filled.errors.get(question.name)
    anchor = f"f-{escape(question.name)}"
    help_text = question.said("help", language)
    described = " ".join([f"{anchor}-help"] * bool(help_text) + [f"{anchor}-error"] * bool(error))
    about = f' aria-describedby="{described}"' if described else ""
    if error:
        about += ' aria-invalid="true"'
    if question.required and question.shown_if is None:
        about += " required"
    label = escape(question.said("label", language) or question.name)
    optional = "" if question.required else f" <small>{escape(word('optional', language))}</small>"
    below = (f'<p class="help" id="{anchor}-help">{escape(help_text)}</p>' if help_text else "") + _error(anchor, error)
    when = ""
    if question.shown_if is not None:
        condition = question.shown_if
        rule = {"question": condition.question, "test": condition.test, "value": condition.value}
        when = f' data-if="{escape(json.dumps(rule))}"'
    name = escape(question.name)
    marks = f' data-q="{name}" data-kind="{question.kind}"{" data-required" if question.required else ""}{when}'
    if question.kind == "consent":
        box = f'<input type="checkbox" id="{anchor}" name="{name}" value="yes"{about}{" checked" if value else ""}>'
        return f'<div class="q"{marks}><label class="pick">{box}<span>{label}</span></label>{below}</div>'
    if question.kind in ("radio", "checkboxes"):
        picks = _picks(question, value, about, language)
        return f'<fieldset class="q"{marks}><legend>{label}{optional}</legend>{picks}{below}</fieldset>'
    control = _control(question, value, f'id="{anchor}" name="{name}"{about}', language)
    if suggests and question.kind == "company":
        control = f'{control[:-1]} list="{anchor}-list"><datalist id="{anchor}-list"></datalist>'
    return f'<div class="q"{marks}><label for="{anchor}">{label}{optional}</label>{control}{below}</div>'


def _control(question: Question, value: str, given: str, language: Language) -> str:
    hint = question.said("placeholder", language)
    if hint:
        given += f' placeholder="{escape(hint)}"'
    if question.kind == "textarea":
        return f'<textarea {given} rows="4" maxlength="{question.max}">\n{escape(value)}</textarea>'
    if question.kind == "select":
        options = "".join(
            f'<option value="{escape(one)}"{" selected" if one == value else ""}>'
            f"{escape(question.option_said(one, language))}</option>"
            for one in question.options
        )
        return f'<select {given}><option value="">{escape(word("choose", language))}</option>{options}</select>'
    kind = _TYPES.get(question.kind, "text")
    autocomplete = _AUTOCOMPLETE.get(question.kind) or _AUTOCOMPLETE.get(question.name)
    if autocomplete:
        given += f' autocomplete="{autocomplete}"'
    if question.kind in _TYPES:
        given += f' inputmode="{kind}"'
    if question.pattern == "web_address":
        given += ' inputmode="url"'
    elif question.pattern in ("digits", "postcode"):
        given += ' inputmode="numeric"'
    if question.pattern in PATTERNS:
        given += f' data-pattern="{question.pattern}"'
    return f'<input type="{kind}" {given} value="{escape(value)}" maxlength="{question.max}">'


def _picks(question: Question, value: str, about: str, language: Language) -> str:
    kind = "radio" if question.kind == "radio" else "checkbox"
    ticked = {value} if kind == "radio" else set(value.split(SEPARATOR))
    about = about.replace(" required", "") if kind == "checkbox" else about
    return "".join(
        f'<label class="pick"><input type="{kind}" name="{escape(question.name)}" value="{escape(option)}"{about}'
        f"{' checked' if option in ticked else ''}>"
        f"<span>{escape(question.option_said(option, language))}</span></label>"
        for option in question.options
    )


def _consent(design: Design, filled: Filled, language: Language) -> str:
    text = design.consent_said(language)
    if not text:
        return ""
    error = filled.errors.get(CONSENT)
    about = ' aria-invalid="true" aria-describedby="f-privacy-error"' if error else ""
    about += " required" if design.is_consent_required else ""
    ticked = " checked" if filled.typed.get(CONSENT) else ""
    url = design.wording.privacy_url
    more = (
        f' <a href="{escape(url)}" target="_blank" rel="noopener">{escape(word("privacy_notice", language))}</a>'
        if _is_web(url)
        else ""
    )
    box = f'<input type="checkbox" id="f-privacy" name="{CONSENT}" value="yes"{about}{ticked}>'
    return (
        f'<div class="q agree"><label class="pick">{box}'
        f"<span>{escape(word('privacy', language, text=text))}{more}</span></label>{_error('f-privacy', error)}</div>"
    )


def _trap(language: Language) -> str:
    return (
        f'<div class="hp" aria-hidden="true"><label>{escape(word("honeypot", language))}'
        f'<input name="{HONEYPOT}" tabindex="-1" autocomplete="off"></label></div>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def _error(anchor: str, error: str | None) -> str:
    return f'<p class="bad" role="alert" id="{anchor}-error">{escape(error)}</p>' if error else ""


def _linked(text: str) -> str:
    """The text, with web addresses in it as links: the white paper that was promised."""
    pieces = []
    for piece in text.split(" "):
        if _is_web(piece):
            pieces.append(f'<a href="{escape(piece)}" target="_top">{escape(piece)}</a>')
        else:
            pieces.append(escape(piece))
    return " ".join(pieces)


def _document(title: str, body: str, place: Place) -> str:
    tag = "zh-Hans" if place.language == "zh" else "en"
    script = f'<script type="module" src="{escape(place.script)}"></script>' if place.script else ""
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_style()}</style>{script}</head>'
        f"<body{' class=in' if place.is_embedded else ''}><main>{body}</main></body></html>"
    )


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text().replace("\n", "")


@cache
def _style_hash() -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}"
