"""What an import or an export leaves on disk is personal data: it goes when it is of no use any more."""

from datetime import datetime, timedelta

from django.db import transaction

from wutong.exchange.exports import give_up_forgotten
from wutong.exchange.models import AccountByImport, CorrectedRow, Export, FaultyRow, ImportedRow, PeopleImport
from wutong.exchange.places import rows_path
from wutong.exchange.running import UNDO_WITHIN
from wutong.platform.files import forget

DRAFTS_KEPT_FOR = timedelta(days=7)
FILES_OF_EXPORTS_KEPT_FOR = timedelta(days=7)
_S = PeopleImport.State


def tidy(*, at: datetime) -> None:
    """Remove drafts and files of exports after a week; of imports, files and rows after the last day of undoing."""
    give_up_forgotten(at=at)
    for run in PeopleImport.objects.filter(state=_S.DRAFT, created_at__lt=at - DRAFTS_KEPT_FOR).select_related("file"):
        _remove(run, with_itself=True)
    ended = PeopleImport.objects.filter(finished_at__lt=at - UNDO_WITHIN, file__isnull=False)
    for run in ended.exclude(state=_S.UNDOING).select_related("file"):
        _remove(run, with_itself=False)
    for export in Export.objects.filter(at__lt=at - FILES_OF_EXPORTS_KEPT_FOR, file__isnull=False).select_related(
        "file"
    ):
        with transaction.atomic():
            if export.file is not None:
                forget(export.file)


def _remove(run: PeopleImport, *, with_itself: bool) -> None:
    rows_path(run).unlink(missing_ok=True)
    with transaction.atomic():
        for rows in (ImportedRow.objects, FaultyRow.objects, CorrectedRow.objects, AccountByImport.objects):
            rows.filter(run=run)._raw_delete(using="default")
        stored = run.file
        if with_itself:
            run.delete()
        if stored is not None:
            forget(stored)
