"""The manager's report about leads: page, panels, the leads behind a figure, the file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.analytics.leads import behind as behind_figures
from wutong.analytics.leads.counted import ACCEPTANCE, COUNTED, SPEED, WORKLOAD, Counted
from wutong.analytics.leads.forms import NOTHING, BehindForm, LeadsForm
from wutong.analytics.leads.question import PARTS, STEPS, LeadQuestion
from wutong.analytics.leads.report import (
    MEANINGS,
    Line,
    Row,
    acceptance_rows,
    export_csv,
    lead_report,
    part_names,
    return_reasons,
    speed_rows,
    workload_rows,
)
from wutong.platform.answers import is_htmx
from wutong.platform.format import day, instant, number, percent
from wutong.platform.models import Organisation, Staff
from wutong.platform.permissions import StaffRequest, may, requires


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
@requires("funnel.read")
@requires("people.read")
def behind(request: StaffRequest) -> HttpResponse:
    """The leads that a figure counts."""
    form = BehindForm(request.GET, **_here(request))
    if not form.is_valid():
        raise Http404
    question, given = form.question(), form.cleaned_data
    context: dict[str, Any] = {"question": question, "back": f"{reverse('analytics:leads')}?{_asked(request)}"}
    if given["step"]:
        stage = STEPS[given["step"] - 1]
        part = part_names(question.by, [question.part])[question.part] if question.part is not None else ""
        context |= {"name": stage.label, "meaning": MEANINGS[question.method], "of": part}
        found = behind_figures.of_step(question, step=given["step"], offset=_offset(request))
    else:
        counted = COUNTED[given["figure"]]
        colleague = Staff.objects.filter(pk=given["colleague"]).first() if given["colleague"] else None
        context |= {"name": counted.name, "meaning": counted.meaning, "of": colleague.full_name if colleague else ""}
        found = behind_figures.of_figure(
            question, figure=given["figure"], colleague=given["colleague"], offset=_offset(request)
        )
    return render(request, "analytics/leads/behind.html", context | {"found": found})


@require_POST
@requires("funnel.read")
def export(request: StaffRequest) -> HttpResponse:
    """The funnel's table as a file. A POST, since it leaves an entry in the audit trail."""
    form = LeadsForm(request.POST, **_here(request))
    if not form.is_valid():
        context = {"form": form, "query": request.POST.urlencode(), "is_valid": False}
        return render(request, "analytics/leads/leads.html", context, status=422)
    text = export_csv(form.question(), by=request.user, at=timezone.now())
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="leads-{form.today:%Y-%m-%d}.csv"'
    return response


Links = Callable[..., str]


def _funnel(question: LeadQuestion, link: Links) -> dict[str, Any]:
    report = lead_report(question)

    def drawn(line: Line) -> dict[str, Any]:
        of = {} if line.part is None else {"part": line.part or NOTHING}
        cells = [{"cell": cell, "href": link(step=cell.step, **of) if cell.n else ""} for cell in line.cells]
        return {"line": line, "cells": cells}

    return {
        "report": report,
        "split": PARTS[question.by].name,
        "total": drawn(report.total),
        "lines": [drawn(line) for line in report.lines],
        "picture": _picture(report.total, sentence=report.sentence, question=question),
    }


def _speed(question: LeadQuestion, link: Links) -> dict[str, Any]:
    return {"heads": _heads(SPEED), "rows": _linked(speed_rows(question), link)}


def _acceptance(question: LeadQuestion, link: Links) -> dict[str, Any]:
    return {
        "heads": _heads(ACCEPTANCE),
        "rows": _linked(acceptance_rows(question), link),
        "reasons": return_reasons(question),
    }


def _workload(question: LeadQuestion, link: Links) -> dict[str, Any]:
    return {"heads": _heads(WORKLOAD), "rows": _linked(workload_rows(question), link)}


PANELS: Mapping[str, Callable[[LeadQuestion, Links], dict[str, Any]]] = {
    "funnel": _funnel,
    "speed": _speed,
    "acceptance": _acceptance,
    "workload": _workload,
}


def _drawn(request: StaffRequest, name: str, question: LeadQuestion) -> dict[str, Any]:
    base = _asked(request)
    may_open = may(request.user, "people.read")

    def link(**figure: object) -> str:
        return f"{reverse('analytics:leads_behind')}?{base}&{urlencode(figure)}" if may_open else ""

    return {
        "name": name,
        "template": f"analytics/leads/_{name}.html",
        "question": question,
        "meaning": MEANINGS[question.method],
        "meanings": MEANINGS,
        **PANELS[name](question, link),
    }


def _heads(figures: Sequence[str]) -> list[Counted]:
    return [COUNTED[figure] for figure in figures]


def _linked(rows: list[Row], link: Links) -> list[dict[str, Any]]:
    def href(row: Row, figure: str, n: int) -> str:
        if not n:
            return ""
        return link(figure=figure, **({} if row.is_total else {"colleague": row.colleague.pk if row.colleague else 0}))

    return [{"row": row, "cells": [{"n": n, "href": href(row, figure, n)} for figure, n in row.counts]} for row in rows]


def _picture(total: Line, *, sentence: str, question: LeadQuestion) -> dict[str, Any]:
    """What the picture of the chart says, in the reader's words: it carries its own title, period, scope and source."""
    language = get_language() or "zh-hans"
    words = {
        "first": day(question.period.first, language=language),
        "last": day(question.period.last, language=language),
        "name": question.viewer.full_name,
        "scope": question.viewer.get_data_scope_display(),
        "at": instant(question.as_of, zone=timezone.get_current_timezone(), language=language),
    }
    return {
        "title": sentence,
        "note": _("%(first)s – %(last)s · in the sight of %(name)s (%(scope)s)") % words,
        "source": _("Source: Wutong, counted %(at)s") % words,
        "file": f"leads-{question.period.first}-{question.period.last}.png",
        "bars": [
            {
                "name": str(cell.name),
                "share": percent(cell.rate.share) if cell.rate else "",
                "n": number(cell.n),
                "width": cell.width,
            }
            for cell in total.cells
        ],
    }


def _here(request: StaffRequest) -> dict[str, Any]:
    zone = Organisation.objects.values_list("zone", flat=True).first()
    return {"zone": ZoneInfo(zone or "Asia/Shanghai"), "now": timezone.now(), "viewer": request.user}


def _asked(request: StaffRequest) -> str:
    """The address's question without what only a list knows."""
    mine = ("step", "part", "figure", "colleague", "after", "before", "whole")
    return urlencode([(name, value) for name, value in request.GET.items() if name not in mine])


def _offset(request: StaffRequest) -> int:
    text = request.GET.get("after") or request.GET.get("before") or "0"
    return min(int(text), 1_000_000) if text.isdecimal() and text.isascii() else 0
