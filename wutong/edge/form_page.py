"""The small pages of a form that works without script: what to mend, and thanks. They load nothing else."""

from collections.abc import Mapping
from html import escape

from wutong.edge.exchange import Answer, Headers
from wutong.edge.form_words import Language, word
from wutong.edge.sites import Field, Form

HEADERS: Headers = {
    b"content-security-policy": b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
}
_STYLE = """
:root{color-scheme:light dark;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
body{margin:0 auto;padding:2rem 1rem;max-width:34rem}label{display:block;font-weight:600;margin-top:1rem}
input:not([type=checkbox]),select,textarea{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;
 border:1px solid #808ca3;border-radius:.5rem}
[aria-invalid]{border-color:#c62828!important}[role=alert]{color:light-dark(#b3261e,#ffb4ab);margin:.25rem 0 0}
button{margin-top:1.5rem;padding:.7rem 1.5rem;font:inherit;border:0;border-radius:.5rem;
 background:#0f62fe;color:#fff;min-height:44px}
.agree label{display:inline;font-weight:400}
"""
_TYPES = {"email": "email", "phone": "tel", "tel": "tel"}


def errors_page(
    form: Form,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    language: Language,
    notice: str = "",
    status: int = 400,
    headers: Headers | None = None,
) -> Answer:
    """The form again with what was typed, and beside each field what is wrong with it."""
    shown = "".join(_field(field, typed.get(field.name, ""), errors.get(field.name), language) for field in form.fields)
    names = {field.name for field in form.fields}
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in typed.items()
        if name not in names and name.startswith("_")
    )
    agreed = " checked" if typed.get("privacy") else ""
    body = (
        (f'<p role="alert">{escape(notice)}</p>' if notice else "")
        + f'<form method="post" action="/c/f/{escape(form.key)}">{kept}{shown}'
        + f'<p class="agree"><input type="checkbox" id="privacy" name="privacy" value="1"{agreed}> '
        + f'<label for="privacy">{escape(word("privacy", language, text=form.consent_text))}</label></p>'
        + f"<button>{escape(word('send', language))}</button></form>"
    )
    return _page(word("title_errors", language), body, language, status=status, headers=headers)


def thanks_page(language: Language) -> Answer:
    return _page(word("title_thanks", language), f"<p>{escape(word('thanks', language))}</p>", language, status=200)


def notice_page(notice: str, language: Language, *, status: int, headers: Headers) -> Answer:
    return _page(notice, "", language, status=status, headers=headers)


def _field(field: Field, value: str, error: str | None, language: Language) -> str:
    anchor = f"f-{escape(field.name)}"
    name = f'id="{anchor}" name="{escape(field.name)}"'
    if field.kind == "hidden":
        return f'<input type="hidden" name="{escape(field.name)}" value="{escape(value)}">'
    if error:
        name += f' aria-invalid="true" aria-describedby="{anchor}-error"'
    if field.required:
        name += " required"
    if field.kind == "textarea":
        control = f'<textarea {name} rows="4" maxlength="{field.max}">\n{escape(value)}</textarea>'
    elif field.kind == "select":
        options = "".join(
            f'<option value="{escape(option)}"{" selected" if option == value else ""}>{escape(option)}</option>'
            for option in field.options
        )
        control = f'<select {name}><option value="">{escape(word("choose", language))}</option>{options}</select>'
    else:
        kind = _TYPES.get(field.kind, "text")
        control = f'<input type="{kind}" {name} value="{escape(value)}" maxlength="{field.max}">'
    message = f'<p role="alert" id="{anchor}-error">{escape(error)}</p>' if error else ""
    return f'<label for="{anchor}">{escape(field.label or field.name)}</label>{control}{message}'


def _page(title: str, body: str, language: Language, *, status: int, headers: Headers | None = None) -> Answer:
    tag = "zh-Hans" if language == "zh" else "en"
    text = (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return Answer(status, text.encode(), b"text/html; charset=utf-8", {**HEADERS, **(headers or {})})
