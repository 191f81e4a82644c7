"""The lead inbox: the list, what is new in it, the work area."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wutong.lifecycle.inbox import PAGE, inbox_of, rows_of, standing, taken_from
from wutong.lifecycle.models import Lead
from wutong.lifecycle.views.asked import Asked
from wutong.lifecycle.views.frame import ask_frame
from wutong.lifecycle.views.inbox_rows import drawn_rows
from wutong.lifecycle.views.tabs import order_of
from wutong.lifecycle.views.work_area import (
    address_of,
    found_lead,
    leads_in_sight,
    list_of,
    taken,
    work_of,
)
from wutong.platform.answers import is_htmx
from wutong.platform.named import id_or_none, uuid_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.saved_views import opening_address, views_ahead

MOST_SHOWN = 5 * PAGE
"""How long a list grows in one page: it names all its rows in an address when it asks for what is new."""


@require_safe
@requires("leads.work")
def inbox(request: StaffRequest) -> HttpResponse:
    """The list, and beside it the lead that the address names."""
    ask_frame(request, views_ahead(request.user, "inbox"))
    if (address := opening_address(request.user, "inbox", request.GET)) is not None:
        return HttpResponseRedirect(address)
    asked = Asked.of(request)
    opened: Lead | None = None
    if chosen := uuid_or_none(request.GET.get("lead")):
        opened = found_lead(request, chosen)
        if opened is None:
            return taken(request, chosen)
    context = list_of(request, asked, opened=opened) | {"order": order_of(asked.view)}
    if opened is not None:
        context |= work_of(request, opened)
    return render(request, "lifecycle/inbox.html", context)


@require_safe
@requires("leads.work")
def rows(request: StaffRequest) -> HttpResponse:
    """The list alone, as it is now; with ``after`` its next rows, to stand below those ``shown``."""
    asked = Asked.of(request)
    narrow = asked.narrow(request.user)
    shown = inbox_of(request.user, view=asked.view, narrow=narrow, after=request.GET.get("after"))
    if not shown.is_first:
        above = dict(_versions(request.GET.getlist("shown")))
        fresh = [row for row in shown.rows if row.lead.public_id not in above]
        drawn = drawn_rows(fresh, asked=asked, reader=request.user)
        context = {"rows": shown, "drawn": drawn, "asked": asked, "grows": len(above) + len(fresh) < MOST_SHOWN}
        return render(request, "lifecycle/_inbox_further.html", context)
    opened = uuid_or_none(request.GET.get("lead"))
    lead = leads_in_sight(request.user).filter(public_id=opened).first() if opened else None
    drawn = drawn_rows(shown.rows, asked=asked, reader=request.user, opened=lead)
    context = {"rows": shown, "drawn": drawn, "asked": asked, "view": asked.view}
    response = render(request, "lifecycle/_inbox_rows.html", context)
    if request.GET.get("after"):  # too old: what was due then is late by now, so the list begins again
        response["HX-Retarget"], response["HX-Reswap"] = "#inbox-rows", "outerHTML"
    return response


@require_safe
@requires("leads.work")
def news(request: StaffRequest) -> HttpResponse:
    """What has changed since the list was drawn: how many are new, and who took or finished what it shows.

    ``shown`` names each row and the version it shows, so that no row moves and only changed ones are told.
    """
    asked, by = Asked.of(request), request.user
    shown = dict(_versions(request.GET.getlist("shown")))
    after, more = request.GET.get("after"), request.GET.get("more")
    narrow, at = asked.narrow(by), timezone.now()
    now = standing(by, view=asked.view, narrow=narrow, after=after, shown=shown.keys(), more=more, at=at)
    context = {"asked": asked, "new": now.new, "states": _states(request, asked, shown, now.here)}
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


def _states(
    request: StaffRequest, asked: Asked, shown: dict[UUID, int], here: Collection[UUID]
) -> list[dict[str, Any]]:
    """The rows that are no longer what the list shows: taken by somebody, done, or only changed."""
    leads = {lead.public_id: lead for lead in leads_in_sight(request.user).filter(public_id__in=shown)}
    changed = [lead for public_id, lead in leads.items() if lead.version != shown[public_id]]
    rows = rows_of([lead for lead in changed if lead.public_id in here])
    drawn = drawn_rows(rows, asked=asked, reader=request.user, is_out_of_band=True)
    row_of = {row.public_id: row for row in drawn}
    states = [
        {
            "public_id": lead.public_id,
            "row": row_of.get(lead.public_id),
            "taken_by": lead.owner.full_name if lead.owner is not None and lead.owner != request.user else "",
        }
        for lead in changed
    ]
    for unseen, name in taken_from(request.user, shown.keys() - leads.keys()).items():
        states.append({"public_id": unseen, "row": None, "taken_by": name})
    return states


def _versions(given: list[str]) -> list[tuple[UUID, int]]:
    """``<id>.<version>`` of each row shown; whatever is none of ours is left out."""
    pairs = [text.partition(".") for text in given[: MOST_SHOWN + PAGE]]
    read = [(uuid_or_none(one), id_or_none(version)) for one, _dot, version in pairs]
    return [(one, version) for one, version in read if one is not None and version is not None]
