"""What the picture of a chart says, in the reader's words: it carries its own title, period, scope and source."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wutong.analytics.leads.question import LeadQuestion
from wutong.analytics.leads.report import Line
from wutong.analytics.leads.tables import Row, Table, Value
from wutong.platform.format import day, instant, number, percent

MOST_BARS = 20


def funnel_picture(total: Line, *, sentence: str, question: LeadQuestion) -> dict[str, Any]:
    """The funnel, one bar a step."""
    bars = [
        {
            "name": str(cell.name),
            "share": percent(cell.rate.share) if cell.rate else "",
            "n": number(cell.n),
            "width": cell.width,
        }
        for cell in total.cells
    ]
    return _picture(sentence, bars, file="leads", question=question)


def table_picture(table: Table, rows: Sequence[Row], *, question: LeadQuestion) -> dict[str, Any]:
    """One column of a table, one bar a part, all together first where that is a rate."""
    column = table.columns[table.pictured]
    shown = [row for row in rows if column.of or row.key is not None][:MOST_BARS]
    values = [row.values[table.pictured] for row in shown]
    most = max((value.n or 0 for value in values), default=0)
    bars = [{"name": row.name} | _bar(value, most=most) for row, value in zip(shown, values, strict=True)]
    title = _("%(table)s: %(figure)s") % {"table": table.title, "figure": column.head}
    return _picture(title, bars, file=f"leads-by-{table.split}", question=question)


def _bar(value: Value, *, most: int) -> dict[str, Any]:
    if value.rate is not None:
        share = value.rate.share
        of = f"{number(value.rate.n)}/{number(value.rate.of)}"
        return {"share": percent(share), "n": of, "width": round(100 * (share or 0), 2)}
    n = value.n or 0
    return {"share": "", "n": number(n), "width": round(100 * n / most, 2) if most else 0.0}


def _picture(title: str, bars: list[dict[str, Any]], *, file: str, question: LeadQuestion) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    words = {
        "first": day(question.period.first, language=language),
        "last": day(question.period.last, language=language),
        "name": question.viewer.full_name,
        "scope": question.viewer.get_data_scope_display(),
        "at": instant(question.as_of, zone=timezone.get_current_timezone(), language=language),
    }
    return {
        "title": title,
        "note": _("%(first)s – %(last)s · in the sight of %(name)s (%(scope)s)") % words,
        "source": _("Source: Wutong, counted %(at)s") % words,
        "file": f"{file}-{question.period.first}-{question.period.last}.png",
        "bars": bars,
    }
