"""The funnel: page, figures, the people behind them, the file."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from wutong.analytics.behind import people_behind
from wutong.analytics.definitions import NAMES, definition
from wutong.analytics.forms import UNKNOWN, FunnelForm, PeopleForm
from wutong.analytics.report import STEPS, FunnelReport, channel_name, export_csv, funnel_report
from wutong.platform.answers import csv_download, is_htmx
from wutong.platform.organisation import our_zone
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.watermark import file_name


@require_safe
@requires("funnel.read")
def funnel(request: StaffRequest) -> HttpResponse:
    """The page at once; its figures follow by themselves."""
    form = FunnelForm(request.GET, **_here())
    context = {"form": form, "query": request.GET.urlencode(), "is_valid": form.is_valid()}
    return render(request, "analytics/funnel.html", context, status=200 if form.is_valid() else 422)


@require_safe
@requires("funnel.read")
def figures(request: StaffRequest) -> HttpResponse:
    """The answer: for a script the panel alone, else within the page."""
    form = FunnelForm(request.GET, **_here())
    template = "analytics/_figures.html" if is_htmx(request) else "analytics/funnel.html"
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "is_valid": form.is_valid()}
    if not form.is_valid():
        return render(request, "analytics/funnel.html", context, status=422)
    try:
        report = funnel_report(form.wanted())
    except Refusal as no:
        # 200 for a script: the panel itself says what failed and offers to try again.
        return render(request, template, context | {"refusal": no}, status=200 if is_htmx(request) else 409)
    return render(request, template, context | _shown(request, report))


@require_safe
@requires("funnel.read")
@requires("people.read")
def people(request: StaffRequest) -> HttpResponse:
    """Who a figure counts, as far as the reader may see them."""
    form = PeopleForm(request.GET, **_here())
    if not form.is_valid():
        raise Http404
    wanted, step = form.wanted(), form.cleaned_data["step"]
    context: dict[str, Any] = {
        "step": NAMES[STEPS[step - 1]],
        "meaning": definition(STEPS[step - 1], method=wanted.method),
        "wanted": wanted,
        "channel": channel_name(wanted.channel),
        "back": f"{reverse('analytics:funnel')}?{_asked(request)}",
    }
    try:
        found = people_behind(wanted, step=step, viewer=request.user, offset=_offset(request))
    except Refusal as no:
        return render(request, "analytics/people.html", context | {"refusal": no}, status=409)
    return render(request, "analytics/people.html", context | {"found": found})


@require_POST
@requires("funnel.read")
def export(request: StaffRequest) -> HttpResponse:
    """The table as a file. A POST, since it leaves an entry in the audit trail."""
    form = FunnelForm(request.POST, **_here())
    if not form.is_valid():
        context = {"form": form, "query": request.POST.urlencode(), "is_valid": False}
        return render(request, "analytics/funnel.html", context, status=422)
    try:
        text = export_csv(form.wanted(), by=request.user, at=timezone.now())
    except Refusal as no:
        context = {"form": form, "query": request.POST.urlencode(), "is_valid": True, "refusal": no}
        return render(request, "analytics/funnel.html", context, status=409)
    return csv_download(text, name=file_name("funnel", "csv", by=request.user, at=timezone.now()))


def _shown(request: StaffRequest, report: FunnelReport) -> dict[str, Any]:
    wanted = report.wanted
    kept = [(name, value) for name, value in request.GET.items() if name not in ("channel", "at")]
    base = urlencode([*kept, ("at", f"{wanted.as_of:%Y-%m-%dT%H:%M:%S.%f%z}")])
    may_open = may(request.user, "people.read")

    def link(channel: str | None, step: int) -> str:
        of = "" if channel is None else f"&channel={channel or UNKNOWN}"
        return f"{reverse('analytics:funnel_people')}?{base}&step={step}{of}" if may_open else ""

    def drawn(line: Any) -> dict[str, Any]:
        cells = [{"cell": cell, "href": link(line.channel, cell.step)} for cell in line.cells]
        return {"line": line, "cells": cells}

    return {
        "report": report,
        "total": drawn(report.total),
        "lines": [drawn(line) for line in report.lines],
        "meanings": {figure: definition(figure) for figure in ("channel", "rate", "interval", "median")},
    }


def _here() -> dict[str, Any]:
    return {"zone": our_zone(), "now": timezone.now()}


def _asked(request: StaffRequest) -> str:
    """The address's question without what only the list of people knows."""
    return urlencode(
        [(name, value) for name, value in request.GET.items() if name not in ("step", "at", "after", "before")]
    )


def _offset(request: StaffRequest) -> int:
    text = request.GET.get("after") or request.GET.get("before") or "0"
    return min(int(text), 1_000_000) if text.isdecimal() and text.isascii() else 0
