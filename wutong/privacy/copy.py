"""The copy of everything that is held about a person: one ZIP, for programs (JSON) and for reading (HTML)."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import msgspec
from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wutong.lifecycle.person_files import contents_of
from wutong.people.erasing import whom
from wutong.people.holdings import Holding, Whom, copied, holdings
from wutong.people.models import Person
from wutong.platform.audit import record
from wutong.platform.models import Organisation, Staff
from wutong.platform.watermark import COLUMN, watermark

_READABLE_ROWS = 500
"""A page of more rows nobody reads; all of them are in the file for programs."""
_STYLE = "body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse}"
_STYLE += "td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"


def write_copy(*, person: Person, into: IO[bytes], by: Staff, at: datetime) -> int:
    """Write the copy, in the reader's language; who took it is recorded. Returns how many rows it holds.

    Colleagues, teams and our own keys are left out: they are no information about the person. Their files lie beside,
    as they were put in; both tables and the archive bear the mark of the copy, by whose number the audit trail tells
    who took it.
    """
    mark = watermark(by=by, at=at)
    told = mark.for_outsiders
    with transaction.atomic(durable=True):
        record("privacy.copy_made", actor=by, subject=person, at=at, mark=mark.number)
    them = whom(person)
    shown = [one for one in holdings()[::-1] if one.is_copied]
    total = 0
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = told.encode()
        with archive.open("data.json", "w") as file:
            for piece, n in _json(shown, them, mark=told, at=at):
                file.write(piece)
                total += n
        with archive.open("data.html", "w") as file:
            for text in _html(shown, them, mark=told, at=at):
                file.write(text.encode())
        for number, (name, path) in enumerate(contents_of(them), start=1):
            archive.write(path, f"files/{number}-{name}")
    return total


def _json(shown: list[Holding], them: Whom, *, mark: str, at: datetime) -> Iterator[tuple[bytes, int]]:
    """The file for programs, piece by piece: a long history is never in memory as a whole."""
    yield b'{"made_at":' + msgspec.json.encode(at) + b',"mark":' + msgspec.json.encode(mark) + b',"parts":[', 0
    for place, holding in enumerate(shown):
        head = {"table": holding.table, "title": str(holding.title)}
        yield (b"," if place else b"") + msgspec.json.encode(head)[:-1] + b',"rows":[', 0
        for number, row in enumerate(copied(holding, them)):
            yield (b"," if number else b"") + msgspec.json.encode(row), 1
        yield b"]}", 0
    yield b"]}\n", 0


def _html(shown: list[Holding], them: Whom, *, mark: str, at: datetime) -> Iterator[str]:
    company = Organisation.objects.values_list("name", flat=True).first() or ""
    title = _("What %(company)s holds about you") % {"company": company}
    yield format_html(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><style>{}</style><h1>{}</h1><p>{}</p>',
        get_language() or "zh-hans",
        title,
        _STYLE,
        title,
        f"{at:%Y-%m-%d %H:%M} UTC",
    )
    for holding in shown:
        rows: list[dict[str, Any]] = []
        has_more = False
        for row in copied(holding, them):
            if len(rows) == _READABLE_ROWS:
                has_more = True
                break
            rows.append(row)
        if rows:
            yield format_html("<h2>{}</h2>", holding.title)
            yield _table(rows)
        if has_more:
            yield format_html("<p>{}</p>", _("There is more; all of it is in data.json."))
    yield format_html("<p><small>{}: {}</small></p></html>\n", COLUMN, mark)


def _table(rows: list[dict[str, Any]]) -> str:
    names = [name for name in rows[0] if any(row[name] not in (None, "", [], {}) for row in rows)]
    head = format_html_join("", "<th>{}</th>", ((name.replace("_", " "),) for name in names))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((_text(row[name]),) for name in names)),) for row in rows),
    )
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case dict() | list():
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)
