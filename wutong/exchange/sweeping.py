"""Files that tell of somebody who is erased: those that imports came from, and those that lists were exported to.

What was imported is undone by its rows in the database, never by its file; so a file goes as a whole once its import
has ended. Before that its rows are needed: there the original goes, and of the prepared rows those about them are
emptied.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db.models import Q

from wutong.exchange.models import Export, PeopleImport
from wutong.exchange.places import ensure_rows, rows_path
from wutong.exchange.tables.prepared import with_rows, without_rows
from wutong.exchange.tables.workbook import rows_of_workbook, sheets_of
from wutong.people.holdings import Whom
from wutong.people.telling import addresses_of, names_of, told_by
from wutong.platform.files import XLSX, forget, path_of
from wutong.platform.models import StoredFile
from wutong.platform.refusal import Refusal

_S = PeopleImport.State
_TO_COME = (_S.DRAFT, _S.WAITING, _S.RUNNING)


def sweep_imports(whom: Whom) -> int:
    """Take somebody out of the files of imports; returns how many files told of them."""
    tells = told_by(addresses_of(whom))
    found = 0
    for run in PeopleImport.objects.filter(Q(file__isnull=False) | Q(state__in=_TO_COME)).select_related("file"):
        try:
            path = ensure_rows(run)
        except Refusal:
            continue  # the file is not there any more
        if run.state in _TO_COME:
            about_them = [one for one in run.corrected.all() if tells(one.before) or tells(one.cells)]
            if about_them:
                with_rows(path, {one.number: [""] * len(one.cells) for one in about_them})
                run.corrected.filter(pk__in=[one.pk for one in about_them]).delete()
            is_about_them = without_rows(path, tells) > 0 or bool(about_them)
        else:
            is_about_them = any(tells(cells) for cells in _lines(path))
            if is_about_them:
                rows_path(run).unlink(missing_ok=True)
        if is_about_them:
            found += 1
            if run.file is not None:
                forget(run.file)
    return found


def sweep_exports(whom: Whom) -> int:
    """Remove exported files in which somebody stands, by an address or, where these are masked, by a name.

    What the list was searched for stays with an export; it goes where it told of them.
    """
    tells = told_by([*addresses_of(whom), *names_of(whom)])
    found = 0
    # A file that is being written may hold them, whatever it holds by now: it is begun anew (exports.write_export).
    Export.objects.filter(state=Export.State.RUNNING).update(state=Export.State.WAITING)
    for export in Export.objects.filter(file__isnull=False).select_related("file"):
        if export.file is not None and any(tells(cells) for cells in _lines_of(export.file)):
            forget(export.file)
            found += 1
    searched = Export.objects.exclude(conditions="").values_list("pk", "conditions")
    telling = Export.objects.filter(pk__in=[pk for pk, said in searched if tells([said])])
    telling.exclude(state=Export.State.DONE).update(state=Export.State.FAILED)  # without them it would hold everybody
    return found + telling.update(conditions="")


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def _lines_of(stored: StoredFile) -> Iterator[list[str]]:
    path = path_of(stored.digest)
    if not path.exists():
        return
    if stored.content_type != XLSX:
        yield from _lines(path)
        return
    for sheet in sheets_of(path):
        for _number, cells in rows_of_workbook(path, sheet=sheet):
            yield cells
