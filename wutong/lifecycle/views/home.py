"""Home: what waits for me, and how fast we answer."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from wutong.lifecycle.first_steps import first_steps
from wutong.lifecycle.inbox import counts_of, inbox_of
from wutong.lifecycle.models import FollowUp, Lead
from wutong.lifecycle.own_day import contacts_since, midnight, qualified_in_week_of
from wutong.lifecycle.panels import figure_address, home_panels
from wutong.lifecycle.speed import speed, speed_together
from wutong.lifecycle.viewer import Viewer
from wutong.lifecycle.views.frame import ask_frame
from wutong.lifecycle.views.routing import duty_context
from wutong.platform.answers import is_htmx
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import StaffRequest, may, signed_in
from wutong.platform.ready_made import ready_made
from wutong.platform.remembered import Figures

PERIODS = {"today": timedelta(0), "7d": timedelta(days=6), "30d": timedelta(days=29)}
_LATEST = 8
_SPEED_KEPT_S = 120
_LISTED = ("received", "contacted", "met", "due")
"""Figures of first contacts that open the leads they count."""


@require_safe
@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """The day's page of whoever is signed in."""
    ask_frame(request)
    period = request.GET.get("period", "today")
    period = period if period in PERIODS else "today"
    context: dict[str, Any] = {"period": period, "periods": _periods(period)}
    if may(request.user, "leads.work"):
        # What is asked for by a script is asked for since something has changed.
        context |= _selling(request.user, period, afresh=is_htmx(request)) | duty_context(request.user)
    if may(request.user, "staff.manage"):
        context["checklist"] = first_steps()
    return render(request, "lifecycle/home.html", context)


def _selling(staff: Staff, period: str, *, afresh: bool) -> dict[str, Any]:
    now = timezone.now()
    is_sales = staff.role == Role.SALES
    today = midnight(now)
    context: dict[str, Any] = {"is_sales": is_sales, "panels": home_panels(staff)}
    shown = ("todo", "accept") if is_sales else ("todo", "waiting")
    totals = counts_of(staff, shown, at=now, afresh=afresh)
    to_do = inbox_of(staff, view="todo", at=now, total=totals["todo"], most=_LATEST)
    context |= {"to_do": to_do, "next_rows": to_do.rows}
    if is_sales:
        context["to_accept"] = inbox_of(staff, view="accept", at=now, total=totals["accept"], most=_LATEST)
    else:
        since = today - PERIODS[period]
        context |= {"waiting": totals["waiting"].n, **_lately_speed(staff, since, today=today, at=now, afresh=afresh)}
    if is_sales or staff.role == Role.SDR:
        context["contacts"] = contacts_since(today, staff)
    else:
        context["latest"] = _latest_first_contacts(Viewer(staff))
    if staff.role == Role.SDR:
        context["qualified"] = qualified_in_week_of(today, staff)
    return context


def _lately_speed(staff: Staff, since: datetime, *, today: datetime, at: datetime, afresh: bool) -> dict[str, Any]:
    """:func:`_speed`, remembered where it is of many: to look at each one's working time is dear."""
    figures, name = Figures(staff), f"speed-{since:%F}-{today:%F}"
    known: dict[str, Any] | None = None if afresh else figures.recall([name]).get(name)
    if known is None:
        known = _speed(staff, since=since, today=today, at=at)
        figures.keep(name, known, n=known["speed"].started, seconds=_SPEED_KEPT_S)
    return known


def _speed(staff: Staff, *, since: datetime, today: datetime, at: datetime) -> dict[str, Any]:
    """First contacts: an SDR's page tells of all together, others' of each colleague as well."""
    first, last = since.date(), today.date()
    behind = {figure: figure_address(figure, first, last) for figure in _LISTED}
    if staff.role == Role.SDR:
        return {"speed": speed_together(staff, since=since, at=at), "behind": behind}
    everything, by_colleague = speed(staff, since=since, at=at)
    each = [
        {
            "name": one.full_name if one else "",
            "speed": own,
            "behind": {name: figure_address(name, first, last, str(one.pk) if one else "") for name in _LISTED},
        }
        for one, own in by_colleague.items()
    ]
    return {"speed": everything, "behind": behind, "by_colleague": each}


@ready_made
def _latest_first_contacts(viewer: Viewer) -> QuerySet[FollowUp]:
    first = FollowUp.objects.filter(lead__in=Lead.objects.visible_to(viewer.staff), is_first_contact=True)
    drawn = ("at", "kind", "outcome", "by__full_name", "lead__person__public_id", "lead__person__full_name")
    return first.select_related("lead__person", "by").only(*drawn).order_by("-at")[:_LATEST]


def _periods(current: str) -> list[dict[str, Any]]:
    names = {"today": pgettext("period", "Today"), "7d": _("7 days"), "30d": _("30 days")}
    return [{"label": label, "url": f"?period={code}", "is_current": code == current} for code, label in names.items()]
