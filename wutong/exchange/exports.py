"""Lists written to files: what a colleague may see, masked as it is on the page, told to the audit trail."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from wutong.exchange.lists import LISTS, Layout, layout_of
from wutong.exchange.models import Export
from wutong.exchange.places import folder
from wutong.exchange.writing import Row, write_csv, write_xlsx
from wutong.people import lane
from wutong.people.custom_filters import SIGN
from wutong.people.models import CustomField
from wutong.platform.audit import record
from wutong.platform.files import XLSX, keep
from wutong.platform.models import Staff
from wutong.platform.permissions import may
from wutong.platform.refusal import Refusal
from wutong.platform.reveals import count_exported, left_to_export
from wutong.platform.watermark import file_name, watermark

MOST_ROWS = 500_000
AT_ONCE = 1_000
"""So many rows are written while the colleague waits; more, in the background."""
_KEYS, _BATCH = 50_000, 500
_TIMES = 5
"""So many times a file is begun anew because somebody was erased while it was written."""
_LONGEST = 500
"""So many characters of conditions are kept with an export."""
MOST_COLUMNS = 120
_ESCAPED = str.maketrans({"%": "%25", "&": "%26", "+": "%2B", "#": "%23"})


class NoSuchList(Refusal):
    code = "no_such_list"
    message = gettext_lazy("There is no such list to export, or you may not see it.")


class NothingToExport(Refusal):
    code = "nothing_to_export"
    message = gettext_lazy("The list is empty with these conditions. Change them and export again.")


class SomebodyWasErased(Exception):
    """While a file was written, and again each time that it was begun anew."""


class TooManyConditions(Refusal):
    """Cut off, they would let out more than the page shows."""

    code = "too_many_conditions"
    message = gettext_lazy("The conditions of this list are too long to be kept with an export. Remove one.")


def begin_export(
    *,
    what: str,
    conditions: str,
    kind: Export.Format,
    by: Staff,
    at: datetime,
    in_full: bool = False,
    columns: Sequence[str] = (),
    has_tags: bool = False,
) -> Export:
    """Export a list by the conditions of its page's address.

    Args:
        columns: those chosen on the page, by its codes; none of them: all there are.
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
    layout = layout_of(one, reader=by, chosen=columns, has_tags=has_tags)
    in_full = in_full and layout.has_masked and may(by, "lists.export_in_full")
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
            columns=list(columns)[:MOST_COLUMNS],
            has_tags=layout.has_tags,
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
            columns=export.columns,
            tags=export.has_tags,
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
    """Write the file of an export, with the rights that its colleague has now. Safe to call again.

    Raises:
        SomebodyWasErased: each time that it was written.
    """
    for _time in range(_TIMES):
        export = _begun(export_id, now=now)
        if export is None or _is_written(export, now=now):
            return
    raise SomebodyWasErased


def _begun(export_id: int, *, now: Callable[[], datetime]) -> Export | None:
    """The export, if there is a file to write, from now on as one that is being written."""
    with transaction.atomic():
        # Whoever is being erased is gone before it is read, and whoever erases after this finds it: see sweep_exports.
        lane.share()
        waiting = Export.objects.select_related("by__team").exclude(state=Export.State.FAILED)
        export = waiting.filter(pk=export_id, file=None).first()
        if export is None:
            return None
        one = LISTS.get(export.what)
        if one is None or not may(export.by, one.right) or not may(export.by, "lists.export"):
            Export.objects.filter(pk=export_id).update(state=Export.State.FAILED, finished_at=now())
            return None
        Export.objects.filter(pk=export_id).update(state=Export.State.RUNNING)
        return export


def _is_written(export: Export, *, now: Callable[[], datetime]) -> bool:
    """Write the file and keep it; False when somebody was erased meanwhile, who may stand in it."""
    one = LISTS[export.what]
    in_full = export.is_in_full and may(export.by, "lists.export_in_full")
    count, sight = [0], sight_of(export.by)
    with translation.override(export.language):
        written = _file_for(export)
        try:
            layout = layout_of(one, reader=export.by, chosen=export.columns, has_tags=export.has_tags)
            most = export.rows if export.is_in_full else MOST_ROWS
            rows = _counted(_rows_of(layout, export, in_full, most=most), count, most=most)
            mark = watermark(by=export.by, at=export.at, number=export.mark)
            write = write_xlsx if export.format == Export.Format.XLSX else write_csv
            write(written, title=str(one.name), columns=layout.headings(), rows=rows, mark=mark)
            name = file_name(str(one.name), export.format, by=export.by, at=export.at)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    finished_at = now()
    with transaction.atomic():
        lane.share()
        if Export.objects.select_for_update().get(pk=export.pk).state != Export.State.RUNNING:
            written.unlink()
            return False
        kind = XLSX if export.format == Export.Format.XLSX else "text/csv"
        export.file = keep(written=written, name=name, content_type=kind, by=export.by, at=finished_at)
        export.rows, export.is_cut = min(count[0], most), count[0] > most
        export.state, export.finished_at, export.is_in_full = Export.State.DONE, finished_at, in_full
        export.sight, export.columns = sight, layout.codes  # all that it holds: see files_out_of_reach
        export.save(update_fields=["file", "rows", "is_cut", "state", "finished_at", "is_in_full", "sight", "columns"])
    return True


def files_out_of_reach(staff: Staff) -> QuerySet[Export, Any]:
    """Files of exports, by key, that ``staff`` would not get any more, or not so: what they might do, or how far they
    saw, was another when they were written; or a field of the company's own in them is not for them any more.
    """
    theirs = Export.objects.filter(by=staff, file__isnull=False)
    if may(staff, "lists.export"):
        lost = ~Q(sight__in=[sight_of(staff), ""])  # none is known of those written before this was kept
        lost |= Q(what__in=[code for code, one in LISTS.items() if not may(staff, one.right)])
        lost |= _of_closed_fields(staff)
        theirs = theirs.filter(lost if may(staff, "lists.export_in_full") else lost | Q(is_in_full=True))
    return theirs.values("file")


def _of_closed_fields(staff: Staff) -> Q:
    """Exports with a column of a field that ``staff`` may not see, or narrowed by one."""
    closed = CustomField.objects.exclude(readers__contains=[staff.role]).values_list("about", "code")
    found = Q()
    for about, code in closed:
        shown_in = [what for what, one in LISTS.items() if about in (one.about, one.narrowed_by)]
        names = Q(columns__contains=[SIGN + code]) | Q(conditions__contains=SIGN + code)
        found |= names & Q(what__in=shown_in)
    return found


def sight_of(staff: Staff) -> str:
    """What decides how far a colleague sees, as one mark: with another one a file may hold what is out of sight now.

    What single records change (a company given away, a deal taken over) is the day's work and does not count.
    """
    team = staff.team.path if staff.team is not None else ""
    scopes = ",".join(str(scope.pk) for scope in staff.own_scopes())
    return hashlib.sha256(f"{staff.role}|{staff.data_scope}|{team}|{scopes}".encode()).hexdigest()


def _plain(conditions: str) -> str:
    """Conditions without what an address escapes needlessly: a Chinese character would take nine."""
    pairs = parse_qsl(conditions.replace("%00", "").replace("\x00", ""))
    return "&".join(f"{name.translate(_ESCAPED)}={value.translate(_ESCAPED)}" for name, value in pairs)


def _file_for(export: Export) -> Path:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder(), prefix="export-", suffix=f".{export.format}", delete=False) as file:
        return Path(file.name)


def _rows_of(layout: Layout, export: Export, in_full: bool, *, most: int) -> Iterator[Row]:
    """The rows, one more than a file takes if there are more.

    By key and in pieces, so that a long list fills no memory: who is to be seen is worked out for tens of thousands at
    once, what stands in a row for a few.
    """
    found = layout.one.found(export.by, dict(parse_qsl(export.conditions))).order_by("pk").values_list("pk", flat=True)
    last, left = 0, most + 1
    while left > 0 and (keys := list(found.filter(pk__gt=last)[: min(_KEYS, left)])):
        for first in range(0, len(keys), _BATCH):
            batch = list(layout.one.loaded(keys[first : first + _BATCH]).order_by("pk"))
            yield from layout.rows(batch, export.by, in_full=in_full)
        last, left = keys[-1], left - len(keys)


def _counted(rows: Iterator[Row], count: list[int], *, most: int) -> Iterator[Row]:
    for row in rows:
        count[0] += 1
        if count[0] <= most:
            yield row


@app.task(name="exchange.write_export", queue="imports", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def write_export_later(export_id: int) -> None:
    """Write the file of a long export."""
    write_export(export_id, now=lambda: datetime.now(UTC))
