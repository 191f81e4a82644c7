"""Lists written to files: what a colleague may see, masked as it is on the page, told to the audit trail."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.exchange.export_lists import LISTS, List
from wutong.exchange.models import Export
from wutong.exchange.places import folder
from wutong.exchange.writing import Cell, Row, write_csv, write_xlsx
from wutong.people.custom_fields import readable_by
from wutong.people.custom_values import in_words, values_of_accounts, values_of_people
from wutong.people.models import AccountFact, CustomField, FieldValue
from wutong.platform.audit import record
from wutong.platform.files import XLSX, keep
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.platform.reveals import count_exported, left_to_export
from wutong.platform.watermark import file_name, watermark

MOST_ROWS = 100_000
AT_ONCE = 1_000
"""So many rows are written while the colleague waits; more, in the background."""
_BATCH = 500
_LONGEST = 500
"""So many characters of conditions are kept with an export."""
_ESCAPED = str.maketrans({"%": "%25", "&": "%26", "+": "%2B", "#": "%23"})


class NoSuchList(Refusal):
    code = "no_such_list"
    message = gettext_lazy("There is no such list to export, or you may not see it.")


class NothingToExport(Refusal):
    code = "nothing_to_export"
    message = gettext_lazy("The list is empty with these conditions. Change them and export again.")


class TooManyConditions(Refusal):
    """Cut off, they would let out more than the page shows."""

    code = "too_many_conditions"
    message = gettext_lazy("The conditions of this list are too long to be kept with an export. Remove one.")


def begin_export(
    *, what: str, conditions: str, kind: Export.Format, by: Staff, at: datetime, in_full: bool = False
) -> Export:
    """Export a list by the conditions of its page's address.

    Args:
        in_full: telephone numbers, addresses and credit codes are not masked, as far as ``by`` may export them so.

    Raises:
        NoSuchList, NothingToExport, TooManyConditions: see there.
        EnoughExported: with it ``by`` would have exported more rows in full than a day allows.
    """
    one = LISTS.get(what)
    if one is None or not may(by, one.right):
        raise NoSuchList
    kept = _plain(conditions)
    if len(kept) > _LONGEST:
        raise TooManyConditions
    in_full = in_full and one.has_masked and may(by, "lists.export_in_full")
    # In full all rows are counted, or one more than is left of the day: what is counted is what may be written.
    most = min(MOST_ROWS, left_to_export(staff=by, at=at) + 1) if in_full else 0
    some = one.found(by, dict(parse_qsl(kept)))[: max(AT_ONCE + 1, most)].count()
    if not some:
        raise NothingToExport
    if in_full:
        _count(by, rows=min(some, MOST_ROWS), at=at)
    with transaction.atomic(durable=True):
        export = Export.objects.create(
            by=by,
            at=at,
            what=what,
            conditions=kept,
            format=kind,
            language=translation.get_language() or "zh-hans",
            is_in_full=in_full,
            rows=min(some, MOST_ROWS) if in_full else 0,
        )
        record(
            "exchange.list_exported",
            actor=by,
            subject=export,
            at=at,
            list=what,
            format=kind.value,
            in_full=export.is_in_full,
            rows=export.rows if in_full else None,
            mark=export.mark,
        )
        if some > AT_ONCE:
            write_export_later.defer(export_id=export.pk)
    if some <= AT_ONCE:
        try:
            write_export(export.pk, now=lambda: at)
        finally:
            _give_up(Export.objects.filter(pk=export.pk), at=at)  # no job comes back to it
        export.refresh_from_db()
    return export


def give_up_forgotten(*, at: datetime) -> None:
    """Say of exports that no job has finished in a day that they have failed."""
    _give_up(Export.objects.filter(at__lt=at - timedelta(days=1)), at=at)


def _give_up(exports: QuerySet[Export], *, at: datetime) -> None:
    unfinished = exports.filter(state__in=[Export.State.WAITING, Export.State.RUNNING])
    unfinished.update(state=Export.State.FAILED, finished_at=at)


def _count(by: Staff, *, rows: int, at: datetime) -> None:
    with transaction.atomic(durable=True):
        refusal = count_exported(staff=by, at=at, rows=rows)
    if refusal is not None:
        raise refusal


def write_export(export_id: int, *, now: Callable[[], datetime]) -> None:
    """Write the file of an export, with the rights that its colleague has now. Safe to call again."""
    waiting = Export.objects.select_related("by").exclude(state=Export.State.FAILED)
    export = waiting.filter(pk=export_id, file=None).first()
    if export is None:
        return
    one = LISTS.get(export.what)
    if one is None or not may(export.by, one.right) or not may(export.by, "lists.export"):
        Export.objects.filter(pk=export_id).update(state=Export.State.FAILED, finished_at=now())
        return
    Export.objects.filter(pk=export_id).update(state=Export.State.RUNNING)
    in_full = export.is_in_full and may(export.by, "lists.export_in_full")
    count = [0]
    with translation.override(export.language):
        written = _file_for(export)
        try:
            own = readable_by(export.by, one.about) if one.about else []
            most = export.rows if export.is_in_full else MOST_ROWS
            rows = _counted(_rows_of(one, export, in_full, own, most=most), count, most=most)
            mark = watermark(by=export.by, at=export.at, number=export.mark)
            write = write_xlsx if export.format == Export.Format.XLSX else write_csv
            write(written, title=str(one.name), columns=one.headings(own), rows=rows, mark=mark)
            name = file_name(str(one.name), export.format, by=export.by, at=export.at)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    with transaction.atomic():
        kind = XLSX if export.format == Export.Format.XLSX else "text/csv"
        export.file = keep(written=written, name=name, content_type=kind, by=export.by, at=now())
        export.rows, export.is_cut = min(count[0], most), count[0] > most
        export.state, export.finished_at, export.is_in_full = Export.State.DONE, now(), in_full
        export.save(update_fields=["file", "rows", "is_cut", "state", "finished_at", "is_in_full"])


def files_out_of_reach(staff: Staff) -> QuerySet[Export, Any]:
    """Files of exports, by key, that ``staff`` would not get any more: their rights were others when they asked."""
    theirs = Export.objects.filter(by=staff, file__isnull=False)
    if may(staff, "lists.export"):
        lost = Q(what__in=[code for code, one in LISTS.items() if not may(staff, one.right)])
        theirs = theirs.filter(lost if may(staff, "lists.export_in_full") else lost | Q(is_in_full=True))
    return theirs.values("file")


def _plain(conditions: str) -> str:
    """Conditions without what an address escapes needlessly: a Chinese character would take nine."""
    pairs = parse_qsl(conditions.replace("%00", "").replace("\x00", ""))
    return "&".join(f"{name.translate(_ESCAPED)}={value.translate(_ESCAPED)}" for name, value in pairs)


def _file_for(export: Export) -> Path:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder(), prefix="export-", suffix=f".{export.format}", delete=False) as file:
        return Path(file.name)


def _rows_of(one: List, export: Export, in_full: bool, own: Sequence[CustomField], *, most: int) -> Iterator[Row]:
    """The rows, one more than a file takes if there are more. By key, so that a long list is read in short pieces."""
    found = one.found(export.by, dict(parse_qsl(export.conditions))).order_by("pk")
    last, left = 0, most + 1
    while left > 0 and (batch := list(found.filter(pk__gt=last)[: min(_BATCH, left)])):
        rows = one.rows(batch, export.by, in_full)
        yield from (row + more for row, more in zip(rows, _own_cells(one, batch, own), strict=True)) if own else rows
        last, left = batch[-1].pk, left - len(batch)


def _own_cells(one: List, batch: Sequence[Any], own: Sequence[CustomField]) -> list[Row]:
    """What is in the company's own fields of each, in the order of ``own``."""
    keys = [row.pk for row in batch]
    said: Mapping[int, Mapping[str, FieldValue | AccountFact]] = (
        values_of_people(keys, own) if one.about == CustomField.About.PERSON else values_of_accounts(keys, own)
    )
    return [
        [_own_cell(field, said[key][field.code].value) if field.code in said[key] else "" for field in own]
        for key in keys
    ]


def _own_cell(field: CustomField, value: str) -> Cell:
    return Decimal(value) if field.is_counted and value else in_words(field, value)


def _counted(rows: Iterator[Row], count: list[int], *, most: int) -> Iterator[Row]:
    for row in rows:
        count[0] += 1
        if count[0] <= most:
            yield row


@app.task(name="exchange.write_export", queue="imports", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def write_export_later(export_id: int) -> None:
    """Write the file of a long export."""
    write_export(export_id, now=lambda: datetime.now(UTC))
