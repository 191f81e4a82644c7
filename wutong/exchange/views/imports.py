"""Imports: those that there were, one that runs, its result, its errors file, and taking it back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from wutong.exchange.checking import told_of
from wutong.exchange.faults import errors_file
from wutong.exchange.models import PeopleImport
from wutong.exchange.rows import Problem
from wutong.exchange.running import UNDO_WITHIN
from wutong.exchange.starting import discard, stop
from wutong.exchange.undoing import can_undo, undo
from wutong.exchange.views.wizard import steps_of
from wutong.platform.answers import done, go, refused
from wutong.platform.audit import record
from wutong.platform.keyset import slice_of
from wutong.platform.models import Staff
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.totals import total_of
from wutong.platform.watermark import watermark

_SHOWN_FAULTS = 20
_GOING_ON = (PeopleImport.State.WAITING, PeopleImport.State.RUNNING, PeopleImport.State.UNDOING)


@require_safe
@requires("imports.run")
def imports(request: StaffRequest) -> HttpResponse:
    """The imports in sight, the latest first."""
    found = PeopleImport.objects.visible_to(request.user)
    page = slice_of(found.select_related("by"), by="created_at", after=request.GET.get("after", ""), is_down=True)
    return render(request, "exchange/imports.html", {"page": page, "total": total_of(found)})


@require_safe
@requires("imports.run")
def one_import(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How an import stands, or what it came to. A draft goes on where it was left."""
    run = _run(request, public_id)
    if run.state == PeopleImport.State.DRAFT:
        return go(request, reverse("exchange:import_columns", args=[public_id]))
    return render(
        request, "exchange/import.html", _context(run, viewer=request.user, at=timezone.now()) | {"steps": steps_of(4)}
    )


@never_cache
@require_safe
@requires("imports.run")
def progress(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The part of the page that changes while an import runs."""
    context = _context(_run(request, public_id), viewer=request.user, at=timezone.now())
    return render(request, "exchange/_import.html", context)


@require_POST
@requires("imports.run")
def stop_import(request: StaffRequest, public_id: UUID) -> HttpResponse:
    here = reverse("exchange:import", args=[public_id])
    try:
        stop(run=_run(request, public_id), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=here)
    return done(request, here, _("The import stops. What it has brought can be undone."))


@require_POST
@requires("imports.run")
def undo_import(request: StaffRequest, public_id: UUID) -> HttpResponse:
    here = reverse("exchange:import", args=[public_id])
    try:
        undo(run=_run(request, public_id), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=here)
    return done(request, here, _("The import is being undone."))


@require_POST
@requires("imports.run")
def discard_import(request: StaffRequest, public_id: UUID) -> HttpResponse:
    try:
        discard(run=_run(request, public_id), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("exchange:import", args=[public_id]))
    return done(request, reverse("exchange:imports"), _("The draft is gone, and its file."))


@require_safe
@requires("imports.run")
def errors(request: StaffRequest, public_id: UUID) -> HttpResponseBase:
    """The errors file; who fetched it is recorded, for it holds what the file held."""
    run = get_object_or_404(PeopleImport.objects.opened_by(request.user), public_id=public_id)
    now, rows = timezone.now(), run.faulty + run.warned
    mark = watermark(by=request.user, at=now)
    record("exchange.errors_fetched", actor=request.user, subject=run, at=now, rows=rows, mark=mark.number)
    response = StreamingHttpResponse(errors_file(run, mark), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{run.public_id}-{mark.number}.csv"'
    return response


def _context(run: PeopleImport, *, viewer: Staff, at: datetime) -> dict[str, Any]:
    going_on = run.state in _GOING_ON
    left = None
    if run.state == PeopleImport.State.RUNNING and run.started_at is not None and run.done:
        left = (at - run.started_at) / run.done * (run.rows - run.done)
    may_open = run.by_id == viewer.pk or may(viewer, "people.reveal")
    faults = [] if going_on or not may_open else list(run.faults.order_by("number")[:_SHOWN_FAULTS])
    return {
        "run": run,
        "is_going_on": going_on,
        "may_open": may_open,
        "left": left,
        "can_undo": can_undo(run, at=at),
        "run_tags": run.tags.order_by("name"),
        "undo_until": run.finished_at + UNDO_WITHIN if run.finished_at else None,
        "faults": [
            (fault, [told_of(Problem(place, code), fault.cells, run.columns) for place, code in fault.problems])
            for fault in faults
        ],
    }


def _run(request: StaffRequest, public_id: UUID) -> PeopleImport:
    runs = PeopleImport.objects.visible_to(request.user)
    return get_object_or_404(runs.select_related("by", "owner", "team", "undone_by", "file"), public_id=public_id)
