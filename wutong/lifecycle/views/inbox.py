"""The lead inbox: the list, what is new in it, the work area."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wutong.lifecycle.assignment import who_may_be_given_leads
from wutong.lifecycle.inbox import PAGE, Rows, inbox_of, taken_from
from wutong.lifecycle.models import Lead
from wutong.lifecycle.views.tabs import order_of
from wutong.lifecycle.views.work_area import (
    address_of,
    found_lead,
    leads_in_sight,
    list_of,
    taken,
    view_in,
    work_of,
)
from wutong.platform.answers import is_htmx
from wutong.platform.named import id_or_none, uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires

MORE_THAN_A_PAGE = PAGE + 1


@require_safe
@requires("leads.work")
def inbox(request: StaffRequest) -> HttpResponse:
    """The list, and beside it the lead that the address names."""
    view = view_in(request)
    opened: Lead | None = None
    if chosen := uuid_or_none(request.GET.get("lead")):
        opened = found_lead(request, chosen)
        if opened is None:
            return taken(request, chosen)
    context = list_of(request, view, opened=opened) | {"order": order_of(view)}
    if may(request.user, "routing.manage"):
        context["colleagues"] = who_may_be_given_leads()
    if opened is not None:
        context |= work_of(request, opened)
    return render(request, "lifecycle/inbox.html", context)


@require_safe
@requires("leads.work")
def rows(request: StaffRequest) -> HttpResponse:
    """The list alone, as it is now."""
    view = view_in(request)
    shown = inbox_of(request.user, view=view, after=request.GET.get("after"))
    opened = uuid_or_none(request.GET.get("lead"))
    lead = leads_in_sight(request.user).filter(public_id=opened).first() if opened else None
    return render(request, "lifecycle/_inbox_rows.html", {"rows": shown, "view": view, "opened": lead})


@require_safe
@requires("leads.work")
def news(request: StaffRequest) -> HttpResponse:
    """What has changed since the list was drawn: how many are new, and who took or finished what it shows.

    ``shown`` names each row and the version it shows, so that no row moves and only changed ones are told.
    """
    view = view_in(request)
    shown = dict(_versions(request.GET.getlist("shown")))
    after = request.GET.get("after")
    now = inbox_of(request.user, view=view, after=after, at=timezone.now())
    here = {row.lead.public_id for row in now.rows}
    context = {
        "view": view,
        "new": 0 if after else len(here - shown.keys()),
        "states": _states(request, shown, now),
    }
    return render(request, "lifecycle/_inbox_news.html", context)


@require_safe
@requires("leads.work")
def work(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The work area of one lead."""
    lead = found_lead(request, public_id)
    if lead is None:
        return taken(request, public_id)
    if not is_htmx(request):
        return HttpResponseRedirect(address_of(request, lead))
    response = render(request, "lifecycle/_work.html", work_of(request, lead))
    response["HX-Push-Url"] = address_of(request, lead)
    return response


def _states(request: StaffRequest, shown: dict[UUID, int], now: Rows) -> list[dict[str, Any]]:
    """The rows that are no longer what the list shows: taken by somebody, done, or only changed."""
    here = {row.lead.public_id: row for row in now.rows}
    leads = {lead.public_id: lead for lead in leads_in_sight(request.user).filter(public_id__in=shown)}
    states: list[dict[str, Any]] = []
    for public_id, version in shown.items():
        lead = leads.get(public_id)
        if lead is None or lead.version == version:
            continue
        is_taken = lead.owner is not None and lead.owner != request.user
        states.append(
            {
                "public_id": public_id,
                "row": here.get(public_id),
                "taken_by": lead.owner.full_name if is_taken and lead.owner is not None else "",
            }
        )
    for unseen, name in taken_from(request.user, shown.keys() - leads.keys()).items():
        states.append({"public_id": unseen, "row": None, "taken_by": name})
    return states


def _versions(given: list[str]) -> list[tuple[UUID, int]]:
    """``<id>.<version>`` of each row shown; whatever is none of ours is left out."""
    pairs = [text.partition(".") for text in given[:MORE_THAN_A_PAGE]]
    read = [(uuid_or_none(one), id_or_none(version)) for one, _dot, version in pairs]
    return [(one, version) for one, version in read if one is not None and version is not None]
