"""The lead inbox: the list, the work area, recording a contact."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.forms import FollowUpForm, MoveForm
from wutong.lifecycle.inbox import VIEWS, inbox_of, row_of
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.person_facts import facts_of
from wutong.lifecycle.stages import REASONS, move_lead, steps_from
from wutong.lifecycle.timeline import timeline_of
from wutong.platform.answers import is_htmx
from wutong.platform.models import Staff
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_safe
@requires("leads.work")
def inbox(request: StaffRequest) -> HttpResponse:
    """The list, and beside it the lead that the address names."""
    view = _view(request)
    rows = inbox_of(request.user, view=view, after=request.GET.get("after"))
    opened = None
    if chosen := _uuid(request.GET.get("lead")):
        opened = get_object_or_404(_leads(request.user), public_id=chosen)
    context: dict[str, Any] = {"rows": rows, "view": view, "tabs": _tabs(view), "opened": opened}
    if opened is not None:
        context |= _work(request, opened)
    return render(request, "lifecycle/inbox.html", context)


@require_safe
@requires("leads.work")
def rows(request: StaffRequest) -> HttpResponse:
    """The list alone, as it is now. The lead that is open stays in it, greyed when it has left."""
    view = _view(request)
    shown = inbox_of(request.user, view=view, after=request.GET.get("after"))
    opened = None
    if chosen := _uuid(request.GET.get("lead")):
        opened = _leads(request.user).filter(public_id=chosen).first()
    gone = row_of(opened) if opened and all(row.lead.pk != opened.pk for row in shown.rows) else None
    return render(request, "lifecycle/_inbox_rows.html", {"rows": shown, "view": view, "opened": opened, "gone": gone})


@require_safe
@requires("leads.work")
def work(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The work area of one lead."""
    lead = get_object_or_404(_leads(request.user), public_id=public_id)
    if not is_htmx(request):
        return HttpResponseRedirect(f"{reverse('lifecycle:inbox')}?lead={lead.public_id}")
    return render(request, "lifecycle/_work.html", {"view": _view(request), **_work(request, lead)})


@require_POST
@requires("leads.work")
def follow_up(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Record a contact with a lead."""
    lead = get_object_or_404(_leads(request.user), public_id=public_id)
    form = FollowUpForm(request.POST)
    refusal, status = None, 422
    if form.is_valid():
        try:
            recorded = record_follow_up(lead=lead, by=request.user, at=timezone.now(), **form.given())
        except Refusal as no:
            refusal, status = no, 409
        else:
            said = _("First contact recorded; the timer has stopped.") if recorded.is_first_contact else _("Recorded.")
            if not is_htmx(request):
                messages.success(request, said)
                return HttpResponseRedirect(f"{reverse('lifecycle:inbox')}?view={_view(request)}&lead={lead.public_id}")
            return _drawn(request, lead, said=said)
    return _drawn(request, lead, form=form, refusal=refusal, status=status)


@require_POST
@requires("leads.work")
def move(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Move a lead to another stage."""
    lead = get_object_or_404(_leads(request.user), public_id=public_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _drawn(request, lead, status=422)
    lead.stage = form.cleaned_data["was"]
    to = Stage(form.cleaned_data["to"])
    try:
        move_lead(lead=lead, to=to, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    except Refusal as no:
        return _drawn(request, lead, refusal=no, status=409)
    said = _("Moved to “%(stage)s”.") % {"stage": to.label}
    if not is_htmx(request):
        messages.success(request, said)
        return HttpResponseRedirect(f"{reverse('lifecycle:inbox')}?view={_view(request)}&lead={lead.public_id}")
    return _drawn(request, lead, said=said)


def _drawn(
    request: StaffRequest,
    lead: Lead,
    *,
    form: FollowUpForm | None = None,
    refusal: Refusal | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """The work area as it is now; without htmx within the whole page."""
    lead = get_object_or_404(_leads(request.user), pk=lead.pk)
    view = _view(request)
    context = {"view": view, "refusal": refusal, "said": said, **_work(request, lead)}
    if form is not None:
        context["form"] = form
    if is_htmx(request):
        return render(request, "lifecycle/_work.html", context, status=status)
    context |= {"rows": inbox_of(request.user, view=view), "tabs": _tabs(view), "opened": lead}
    return render(request, "lifecycle/inbox.html", context, status=status)


def _leads(staff: Staff) -> Any:
    return Lead.objects.visible_to(staff).select_related(
        "person__score", "account", "owner", "product_line", "team", "subject"
    )


def _work(request: StaffRequest, lead: Lead) -> dict[str, Any]:
    row = row_of(lead)
    clock = row.clock
    return {
        "lead": lead,
        "row": row,
        "took": clock.stopped_at - clock.started_at if clock is not None and clock.stopped_at is not None else None,
        "form": FollowUpForm.blank(),
        "facts": facts_of(lead.person, viewer=request.user),
        "timeline": timeline_of(
            lead.person,
            viewer=request.user,
            language=translation.get_language() or "zh-hans",
            zone=timezone.get_current_timezone(),
        ),
        "steps": [
            {"to": to, "label": to.label, "reasons": REASONS.get(to, {})} for to in steps_from(lead, by=request.user)
        ],
        "is_theirs": lead.owner is not None and lead.owner != request.user,
    }


def _view(request: StaffRequest) -> str:
    view = request.GET.get("view") or request.POST.get("view") or VIEWS[0]
    return view if view in VIEWS else VIEWS[0]


def _tabs(current: str) -> list[dict[str, Any]]:
    names = {
        "waiting": pgettext("inbox", "Waiting for first contact"),
        "mine": pgettext("inbox", "Mine"),
        "all": pgettext("inbox", "All open"),
    }
    return [{"label": label, "url": f"?view={code}", "is_current": code == current} for code, label in names.items()]


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
