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

_MARK = "\ufeff"


def errors_file(run: PeopleImport) -> Iterator[str]:
    """The file in pieces: CSV in UTF-8 with its mark, as Excel opens it."""
    columns = [column_name(run.columns, place) for place in range(len(run.columns))]
    line, page = pgettext("errors file", "Row"), pgettext("errors file", "Imported")
    yield _MARK + _line([*columns, pgettext("errors file", "Reason"), pgettext("errors file", "Advice"), page, line])
    yes, no = _("yes"), _("no")
    for fault in run.faults.order_by("number").iterator(chunk_size=1_000):
        told = [told_of(Problem(place, code), fault.cells, run.columns) for place, code in fault.problems]
        cells = [*fault.cells, *[""] * (len(columns) - len(fault.cells))]
        reasons = " / ".join(f"{one.column}: {one.reason}" if one.column else one.reason for one in told)
        advice = " / ".join(dict.fromkeys(one.advice for one in told))
        yield _line([*cells, reasons, advice, yes if fault.is_imported else no, str(fault.number)])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([neutral(cell) for cell in cells])
    return text.getvalue()
