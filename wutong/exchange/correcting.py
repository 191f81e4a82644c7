"""Rows that colleagues put right before an import begins: remembered with it, and used by the check and the run."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from django.db import transaction

from wutong.exchange.models import CorrectedRow, PeopleImport
from wutong.exchange.places import ensure_rows
from wutong.exchange.starting import LOOKED_AT, lock_draft
from wutong.exchange.tables.prepared import kept, read_prepared, with_rows
from wutong.platform.audit import record
from wutong.platform.models import Staff


def correct_rows(*, run: PeopleImport, given: Mapping[int, Mapping[int, str]], by: Staff, at: datetime) -> int:
    """Let cells of the first rows be what a colleague has typed; the file itself stays as it was uploaded.

    Args:
        given: cells by the number of their row in the file and the place of their column.

    Returns:
        how many rows have changed.

    Raises:
        AlreadyStarted: the import runs already, or has run.
        FileGone: see there.
    """
    with transaction.atomic(durable=True):
        lock_draft(run)
        path = ensure_rows(run)
        first = {number: cells for number, cells in islice(read_prepared(path), LOOKED_AT) if number in given}
        changed = {number: _with(cells, given[number]) for number, cells in first.items()}
        changed = {number: cells for number, cells in changed.items() if cells != first[number]}
        if not changed:
            return 0
        earlier = dict(run.corrected.filter(number__in=changed).values_list("number", "before"))
        CorrectedRow.objects.bulk_create(
            [
                CorrectedRow(run=run, number=number, before=earlier.get(number, first[number]), cells=cells)
                for number, cells in changed.items()
            ],
            update_conflicts=True,
            unique_fields=["run", "number"],
            update_fields=["cells"],
        )
        record("exchange.rows_corrected", actor=by, subject=run, at=at, rows=len(changed))
        with_rows(path, changed)
    return len(changed)


def _with(cells: list[str], typed: Mapping[int, str]) -> list[str]:
    return [kept(typed[place]) if place in typed else cell for place, cell in enumerate(cells)]
