"""Answers that visitors read: the form with what to mend, thanks, a sentence why not."""

from collections.abc import Mapping

from wutong.content.hosted import page
from wutong.content.hosted.page import Filled, Place
from wutong.content.hosted.sentences import Language, language_of, word
from wutong.edge.exchange import Answer, Headers, Request
from wutong.edge.sites import Form

HTML = b"text/html; charset=utf-8"
CARRIED = ("_token", "_id", "_url", "_ref", "_visitor", "_view")
"""What travels unseen with a form."""


def language_for(request: Request) -> Language:
    """The language that the address asks for, else the first of the browser's that we speak."""
    asked = request.query.get("lang", "")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    return language_of(request.header(b"accept-language"))


def place_of(request: Request, form: Form) -> Place:
    """Where the form is shown, as its address says; it is sent to the very same."""
    query = request.query
    language = language_for(request)
    is_embedded = query.get("embed") == "1"
    kept = [f"lang={language}"] * ("lang" in query) + ["embed=1"] * is_embedded
    return Place(
        key=form.key,
        site_key=form.site.key,
        action=f"/c/f/{form.key}{'?' if kept else ''}{'&'.join(kept)}",
        language=language,
        script="/c/form.js",
        is_embedded=is_embedded,
    )


def form_page(
    request: Request,
    form: Form,
    *,
    carried: Mapping[str, str],
    filled: Filled | None = None,
    status: int = 200,
    headers: Headers | None = None,
) -> Answer:
    """The form; ``carried`` beyond what we know is left out."""
    known = {name: carried.get(name, "") for name in CARRIED if name in carried or name in ("_visitor", "_view")}
    text = page.form_page(form.design, place_of(request, form), carried=known, filled=filled)
    return _html(text, status, {**_headers(form), **(headers or {})})


def thanks_page(request: Request, form: Form) -> Answer:
    return _html(page.thanks_page(form.design, place_of(request, form)), 200, _headers(form))


def notice_page(title: str, text: str, language: Language, *, status: int, headers: Headers | None = None) -> Answer:
    """A sentence on its own. It may be framed by anybody, so that whoever embeds a form in vain reads why."""
    policy = page.security_policy(frame_ancestors=["*"])
    given = {**_common(policy), **(headers or {})}
    return _html(page.notice_page(title, text, language=language), status, given)


def refusal_page(refusal: Answer, language: Language, *, origin: str) -> Answer:
    """A refused plain form in the visitor's words."""
    match refusal.status:
        case 403:
            return notice_page(
                word("foreign", language), word("foreign_why", language, origin=origin[:200]), language, status=403
            )
        case 404:
            return notice_page(word("closed", language), word("closed_why", language), language, status=404)
        case 413:
            return notice_page(word("too_large", language), "", language, status=413, headers=refusal.headers)
        case 429:
            return notice_page(word("slow_down", language), "", language, status=429, headers=refusal.headers)
        case _:
            return notice_page(word("later", language), "", language, status=refusal.status, headers=refusal.headers)


def _headers(form: Form) -> Headers:
    policy = page.security_policy(
        frame_ancestors=["'self'", *sorted(form.site.origins)], thanks_url=form.design.thanks_url
    )
    return _common(policy)


def _common(policy: str) -> Headers:
    return {
        b"content-security-policy": policy.encode("ascii"),
        b"x-content-type-options": b"nosniff",
        # Within our own origin the whole address, so that browsers name the origin of a plain POST; elsewhere nothing.
        b"referrer-policy": b"same-origin",
        b"cache-control": b"no-store",
    }


def _html(text: str, status: int, headers: Headers) -> Answer:
    return Answer(status, text.encode(errors="replace"), HTML, headers)
