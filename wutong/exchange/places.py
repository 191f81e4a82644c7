"""Where the rows of an import lie until it can be undone no longer, and where exports are written."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from wutong.config import config
from wutong.exchange.models import PeopleImport
from wutong.exchange.tables.prepared import Prepared, Reading, prepare, with_rows
from wutong.platform.files import path_of
from wutong.platform.refusal import Refusal


class FileGone(Refusal):
    """Removed after its time, or not in the backup."""

    code = "import_file_gone"
    message = _("The file of this import is not there any more. Upload it again.")


def rows_path(run: PeopleImport) -> Path:
    """The rows of an import in the one form of :mod:`wutong.exchange.tables.prepared`."""
    return folder() / f"{run.public_id}.csv"


def folder() -> Path:
    return config().data_dir / "files" / "exchange"


def reading_of(run: PeopleImport) -> Reading:
    """How the file of an import is read."""
    return Reading(
        is_workbook=run.is_workbook,
        encoding=run.encoding,
        delimiter=run.delimiter,
        sheet=run.sheet,
        sheets=tuple(run.sheets),
        heading=run.heading,
    )


def ensure_rows(run: PeopleImport) -> Path:
    """The rows of an import, made anew from the file where they are gone: after a restore, on another machine.

    What colleagues have put right stays so.
    """
    path = rows_path(run)
    if not path.exists():
        prepare_rows(run, reading_of(run))
        if corrected := {one.number: one.cells for one in run.corrected.all()}:
            with_rows(path, corrected)
    return path


def prepare_rows(run: PeopleImport, reading: Reading) -> Prepared:
    """Read the file of an import otherwise.

    Raises:
        FileGone, or a refusal of :mod:`wutong.exchange.tables.refusals`.
    """
    if run.file is None or not path_of(run.file.digest).exists():
        raise FileGone
    return prepare(path_of(run.file.digest), rows_path(run), reading)
