"""The errors file of an import: its rows as they stood in the file, each with the reason and what to do."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.exchange.checking import told_of
from wutong.exchange.columns import column_name
from wutong.exchange.models import PeopleImport
from wutong.exchange.rows import Problem
from wutong.platform.audit_trail import neutral
from wutong.platform.watermark import COLUMN, Watermark

_SIGNATURE = "\ufeff"


def errors_file(run: PeopleImport, mark: Watermark) -> Iterator[str]:
    """The file in pieces, as Excel opens it: CSV in UTF-8 with its signature; each row ends with the file's mark."""
    columns = [column_name(run.columns, place) for place in range(len(run.columns))]
    line, page = pgettext("errors file", "Row"), pgettext("errors file", "Imported")
    reason, advice = pgettext("errors file", "Reason"), pgettext("errors file", "Advice")
    yield _SIGNATURE + _line([*columns, reason, advice, page, line, str(COLUMN)])
    yes, no = _("yes"), _("no")
    for fault in run.faults.order_by("number").iterator(chunk_size=1_000):
        told = [told_of(Problem(place, code), fault.cells, run.columns) for place, code in fault.problems]
        cells = [*fault.cells, *[""] * (len(columns) - len(fault.cells))]
        reasons = " / ".join(
            _("%(column)s: %(reason)s") % {"column": one.column, "reason": one.reason} if one.column else one.reason
            for one in told
        )
        advice = " / ".join(dict.fromkeys(one.advice for one in told))
        yield _line([*cells, reasons, advice, yes if fault.is_imported else no, str(fault.number), str(mark)])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([neutral(cell) for cell in cells])
    return text.getvalue()
