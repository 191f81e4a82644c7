"""The figures of leads as files for spreadsheets: raw, as UTF-8 with a byte order mark. Each leaves an audit entry."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.analytics.leads.question import PARTS, LeadQuestion
from wutong.analytics.leads.report import Cell, Line, lead_report
from wutong.analytics.leads.tables import TABLES, Column, Value, rows_of
from wutong.platform.audit import record
from wutong.platform.audit_trail import neutral
from wutong.platform.models import Staff

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the machine's own encoding


def export_funnel(question: LeadQuestion, *, by: Staff, at: datetime) -> str:
    """The funnel, one row a part and step."""
    report = lead_report(question)
    head = [
        str(PARTS[question.by].name), _("Step"), _("Leads"), pgettext("denominator", "Of"), _("Rate"), _("Rate from"),
        _("Rate to"), _("Median seconds"), _("80% within seconds"),
    ]  # fmt: skip
    rows = [_funnel_cells(line, cell) for line in [*report.lines, report.total] for cell in line.cells]
    return _file(question, "funnel", [head, *rows], by=by, at=at)


def export_table(name: str, question: LeadQuestion, *, by: Staff, at: datetime) -> str:
    """One of the tables, one row a part; a rate is its numerator, its denominator and their quotient."""
    table = TABLES[name]
    rows = [
        [
            row.name,
            *(text for column, value in zip(table.columns, row.values, strict=True) for text in _texts(column, value)),
        ]
        for row in rows_of(table, question)
    ]
    head = [str(table.part), *(text for column in table.columns for text in _heads(column))]
    return _file(question, name, [head, *rows], by=by, at=at)


def _file(question: LeadQuestion, table: str, rows: Sequence[Sequence[str]], *, by: Staff, at: datetime) -> str:
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    csv.writer(text).writerows([neutral(value) for value in row] for row in rows)
    period = question.period
    record(
        "analytics.leads_exported",
        actor=by,
        at=at,
        table=table,
        rows=len(rows) - 1,
        first=f"{period.first}",
        last=f"{period.last}",
    )
    return text.getvalue()


def _funnel_cells(line: Line, cell: Cell) -> list[str]:
    rate = cell.rate
    low, high = (rate and rate.interval) or (None, None)
    return [
        line.name,
        str(cell.name),
        str(cell.n),
        "" if rate is None else str(rate.of),
        "" if rate is None or rate.share is None else f"{rate.share:.6f}",
        "" if low is None else f"{low:.6f}",
        "" if high is None else f"{high:.6f}",
        "" if cell.median is None else f"{cell.median.total_seconds():.0f}",
        "" if cell.p80 is None else f"{cell.p80.total_seconds():.0f}",
    ]


def _heads(column: Column) -> list[str]:
    if column.median:
        return [_("%(time)s, median in seconds") % {"time": column.head}]
    if column.of:
        words = {"rate": column.head}
        return [_("%(rate)s: of these") % words, _("%(rate)s: out of") % words, column.head]
    return [column.head]


def _texts(column: Column, value: Value) -> list[str]:
    if column.median:
        return ["" if value.time is None else f"{value.time.total_seconds():.0f}"]
    if value.rate is not None:
        share = value.rate.share
        return [str(value.rate.n), str(value.rate.of), "" if share is None else f"{share:.6f}"]
    return [str(value.n)]
