"""Reading the audit trail: by person, act, object and time, page by page, and as a file."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wutong.platform.audit import record
from wutong.platform.audit_labels import ACTIONS, SUBJECTS
from wutong.platform.models import AuditEntry, Staff
from wutong.platform.watermark import COLUMN, watermark

PAGE = 50
MOST_EXPORTED = 100_000
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the machine's own encoding
_FORMULA_STARTS = tuple(
    "=+-@\t\r\n＝＋－＠"
)  # the wide ones, too: spreadsheets in Chinese and Japanese read them alike


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Which entries are meant. None and empty text mean any."""

    actor: UUID | None = None
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Entries, newest first, and the cursors of the pages before and after."""

    entries: list[AuditEntry]
    newer: str | None
    older: str | None


def matching(conditions: Conditions) -> QuerySet[AuditEntry]:
    """All entries that fit, in no order."""
    found = AuditEntry.objects.select_related("actor", "api_key")
    if conditions.actor:
        found = found.filter(actor__public_id=conditions.actor)
    for name in ("action", "subject_kind", "subject_id"):
        if value := getattr(conditions, name):
            found = found.filter(**{name: value})
    if conditions.since:
        found = found.filter(at__gte=conditions.since)
    if conditions.until:
        found = found.filter(at__lt=conditions.until)
    return found


def page_of(found: QuerySet[AuditEntry], *, after: str = "", before: str = "") -> Page:
    """One page by keyset (time, id): as quick on page ten thousand as on page one."""
    if key := _key(before):
        newer = found.filter(Q(at__gt=key[0]) | Q(at=key[0], pk__gt=key[1])).order_by("at", "pk")
        rows = list(newer[: PAGE + 1])
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        key = _key(after)
        older = found.filter(Q(at__lt=key[0]) | Q(at=key[0], pk__lt=key[1])) if key else found
        rows = list(older.order_by("-at", "-pk")[: PAGE + 1])
        has_newer, has_older = key is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    return Page(
        entries=rows,
        newer=_cursor(rows[0]) if rows and has_newer else None,
        older=_cursor(rows[-1]) if rows and has_older else None,
    )


def label_of(action: str) -> str | Promise:
    return ACTIONS.get(action, action)


def subject_of(entry: AuditEntry) -> str:
    """The object of an act in words: its kind, and what it was called then."""
    if not entry.subject_kind:
        return ""
    kind = str(SUBJECTS.get(entry.subject_kind, entry.subject_kind))
    return f"{kind} {entry.subject_label or entry.subject_id}"


def export_csv(conditions: Conditions, *, zone: tzinfo, by: Staff, at: datetime) -> str:
    """The entries as a file for a spreadsheet, newest first. The export is an entry itself."""
    entries = matching(conditions).order_by("-at", "-pk")[:MOST_EXPORTED]
    rows = [_row(entry, zone) for entry in entries.iterator(chunk_size=2_000)]
    mark = watermark(by=by, at=at)
    record("audit.exported", actor=by, at=at, rows=len(rows), mark=mark.number)
    head = [_("Time"), _("Who"), _("Act"), _("Object"), _("Details"), _("Address"), _("Request"), str(COLUMN)]
    return _csv([head, *([*row, str(mark)] for row in rows)])


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV Injection."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _row(entry: AuditEntry, zone: tzinfo) -> list[str]:
    return [
        entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        f"{entry.actor.full_name} <{entry.actor.email}>" if entry.actor else str(entry.api_key or ""),
        str(label_of(entry.action)),
        subject_of(entry),
        json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
        entry.address or "",
        entry.request_id,
    ]


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cursor(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}~{entry.pk}"


def _key(cursor: str) -> tuple[datetime, int] | None:
    """What a cursor says; a mangled one is none."""
    at_text, _tilde, pk_text = cursor.replace(" ", "+").partition("~")
    try:
        at, pk = datetime.fromisoformat(at_text), int(pk_text)
    except ValueError:
        return None
    return (at, pk) if at.tzinfo is not None and 0 < pk < 2**63 else None
