"""The manager's report about leads: page, panels, the leads behind a figure, the file."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.analytics.leads import behind as behind_figures
from wutong.analytics.leads.counted import COUNTED
from wutong.analytics.leads.files import export_funnel, export_table
from wutong.analytics.leads.forms import NOTHING, BehindForm, ExportForm, LeadsForm
from wutong.analytics.leads.names import part_names
from wutong.analytics.leads.pictures import funnel_picture, table_picture
from wutong.analytics.leads.question import PARTS, STEPS, LeadQuestion
from wutong.analytics.leads.report import MEANINGS, Line, lead_report
from wutong.analytics.leads.tables import TABLES, Row, rows_of
from wutong.platform.answers import csv_download, is_htmx
from wutong.platform.organisation import our_zone
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.watermark import file_name


@require_safe
@requires("funnel.read")
def leads(request: StaffRequest) -> HttpResponse:
    """The page at once; its panels follow by themselves, or all come with it where there is no script."""
    form = LeadsForm(request.GET, **_here(request))
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "is_valid": form.is_valid()}
    if not form.is_valid():
        return render(request, "analytics/leads/leads.html", context, status=422)
    if "whole" in request.GET:
        context["panels"] = [_drawn(request, panel, form.question()) for panel in PANELS]
    return render(request, "analytics/leads/leads.html", context | {"names": list(PANELS)})


@require_safe
@requires("funnel.read")
def panel(request: StaffRequest, name: str) -> HttpResponse:
    """One part of the page."""
    if name not in PANELS:
        raise Http404
    form = LeadsForm(request.GET, **_here(request))
    if not form.is_valid():
        context = {"form": form, "query": request.GET.urlencode(), "is_valid": False}
        return render(request, "analytics/leads/leads.html", context, status=422)
    drawn = _drawn(request, name, form.question())
    if is_htmx(request):
        return render(request, drawn["template"], {"panel": drawn})
    context = {"form": form, "query": request.GET.urlencode(), "is_valid": True, "panels": [drawn]}
    return render(request, "analytics/leads/leads.html", context)


@require_safe
@requires("people.read")
def behind(request: StaffRequest) -> HttpResponse:
    """The leads that a figure counts, as far as the reader sees: figures of the report, and of the day's page."""
    form = BehindForm(request.GET, **_here(request))
    if not form.is_valid():
        raise Http404
    question, given, after = form.question(), form.cleaned_data, request.GET.get("after", "")
    if given["step"]:
        part = part_names(question.by, [question.part])[question.part] if question.part is not None else ""
        figure = {"name": STEPS[given["step"] - 1].label, "meaning": MEANINGS[question.method], "of": part}
        found = behind_figures.of_step(question, step=given["step"], after=after)
    else:
        counted, split, key = COUNTED[given["figure"]], given["split"], given["key"]
        part = part_names(split, [key])[key] if split else ""
        figure = {"name": counted.name, "meaning": counted.meaning, "of": part}
        found = behind_figures.of_figure(question, figure=given["figure"], split=split, key=key, after=after)
    return render(
        request, "analytics/leads/behind.html", figure | {"question": question, "found": found, **_back(request)}
    )


@require_POST
@requires("funnel.read")
def export(request: StaffRequest) -> HttpResponse:
    """The funnel or a table as a file. A POST, since it leaves an entry in the audit trail."""
    form = ExportForm(request.POST, **_here(request))
    if not form.is_valid():
        context = {"form": form, "query": request.POST.urlencode(), "is_valid": False}
        return render(request, "analytics/leads/leads.html", context, status=422)
    question, table = form.question(), form.cleaned_data["table"] or "funnel"
    if table == "funnel":
        text = export_funnel(question, by=request.user, at=timezone.now())
    else:
        text = export_table(table, question, by=request.user, at=timezone.now())
    return csv_download(text, name=file_name(f"leads-{table}", "csv", by=request.user, at=timezone.now()))


Links = Callable[..., str]


def _funnel(question: LeadQuestion, link: Links) -> dict[str, Any]:
    report = lead_report(question)

    def drawn(line: Line) -> dict[str, Any]:
        of = {} if line.part is None else {"part": line.part or NOTHING}
        cells = [
            {
                "cell": cell,
                "href": link(step=cell.step, **of),
                "of_href": link(step=cell.step - 1, **of),
                "earlier_href": link(step=cell.step, earlier="on", **of),
                "earlier_of_href": link(step=cell.step - 1, earlier="on", **of),
            }
            for cell in line.cells
        ]
        return {"line": line, "cells": cells}

    return {
        "report": report,
        "split": PARTS[question.by].name,
        "total": drawn(report.total),
        "lines": [drawn(line) for line in report.lines],
        "picture": funnel_picture(report.total, sentence=report.sentence, question=question),
    }


def _tables(*names: str) -> Callable[[LeadQuestion, Links], dict[str, Any]]:
    """A panel of these tables."""

    def drawn(question: LeadQuestion, link: Links) -> dict[str, Any]:
        return {"tables": [_table(name, question, link) for name in names]}

    return drawn


def _table(name: str, question: LeadQuestion, link: Links) -> dict[str, Any]:
    table = TABLES[name]
    rows = rows_of(table, question)

    def cells(row: Row) -> list[dict[str, Any]]:
        part = {} if row.key is None else {"split": table.split, "key": row.key}
        return [
            {
                "column": column,
                "value": value,
                "href": link(figure=column.figure, **part),
                "of_href": link(figure=column.of, **part) if column.of else "",
            }
            for column, value in zip(table.columns, row.values, strict=True)
        ]

    return {
        "name": name,
        "picture_id": f"leads-{name}-picture",
        "table": table,
        "rows": [{"row": row, "cells": cells(row)} for row in rows],
        "is_empty": len(rows) == 1,
        "picture": table_picture(table, rows, question=question),
    }


PANELS: Mapping[str, Callable[[LeadQuestion, Links], dict[str, Any]]] = {
    "funnel": _funnel,
    "speed": _tables("speed"),
    "acceptance": _tables("acceptance"),
    "sdr": _tables("sdr", "sources", "returns"),
    "workload": _tables("workload"),
}


def _drawn(request: StaffRequest, name: str, question: LeadQuestion) -> dict[str, Any]:
    base = _asked(request)
    may_open = may(request.user, "people.read")

    def link(**figure: object) -> str:
        return f"{reverse('analytics:leads_behind')}?{base}&{urlencode(figure)}" if may_open else ""

    return {
        "name": name,
        "template": f"analytics/leads/_{'funnel' if name == 'funnel' else 'tables'}.html",
        "asked": _asked_pairs(request),
        "question": question,
        "meaning": MEANINGS[question.method],
        "meanings": MEANINGS,
        **PANELS[name](question, link),
    }


def _here(request: StaffRequest) -> dict[str, Any]:
    return {"zone": our_zone(), "now": timezone.now(), "viewer": request.user}


def _asked(request: StaffRequest) -> str:
    return urlencode(_asked_pairs(request))


def _asked_pairs(request: StaffRequest) -> list[tuple[str, str]]:
    """The address's question without what only a list knows."""
    return [(name, str(value)) for name, value in request.GET.items() if name not in _OF_A_LIST]


_OF_A_LIST = ("step", "part", "earlier", "figure", "split", "key", "after", "whole", "from")


def _back(request: StaffRequest) -> dict[str, str]:
    """Where a list came from: the report, or home for those who have no report."""
    if may(request.user, "funnel.read") and request.GET.get("from") != "home":
        return {"back": f"{reverse('analytics:leads')}?{_asked(request)}", "back_name": _("Back to the report")}
    return {"back": reverse("lifecycle:home"), "back_name": _("Back to today's desk")}
