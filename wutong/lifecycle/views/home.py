"""Home: what waits for me, and how fast we answer."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from wutong.lifecycle.first_steps import first_steps
from wutong.lifecycle.inbox import inbox_of, waiting_count
from wutong.lifecycle.models import FollowUp, Lead
from wutong.lifecycle.own_day import contacts_since, midnight, qualified_in_week_of
from wutong.lifecycle.panels import figure_address, home_panels
from wutong.lifecycle.speed import speed
from wutong.lifecycle.views.routing import duty_context
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import StaffRequest, may, signed_in

PERIODS = {"today": timedelta(0), "7d": timedelta(days=6), "30d": timedelta(days=29)}
_LATEST = 8
_LISTED = ("received", "contacted", "met", "due")
"""Figures of first contacts that open the leads they count."""


@require_safe
@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """The day's page of whoever is signed in."""
    period = request.GET.get("period", "today")
    period = period if period in PERIODS else "today"
    context: dict[str, Any] = {"period": period, "periods": _periods(period)}
    if may(request.user, "leads.work"):
        context |= _selling(request.user, period) | duty_context(request.user)
    if may(request.user, "staff.manage"):
        context["checklist"] = first_steps()
    return render(request, "lifecycle/home.html", context)


def _selling(staff: Staff, period: str) -> dict[str, Any]:
    now = timezone.now()
    is_sales = staff.role == Role.SALES
    today = midnight(now)
    since = today - PERIODS[period]
    everything, by_colleague = speed(staff, since=since, at=now)
    first, last = since.date(), today.date()
    to_accept = inbox_of(staff, view="accept", at=now) if is_sales else None
    to_do = inbox_of(staff, view="todo", at=now)
    own: dict[str, Any] = {}
    if staff.role in (Role.SDR, Role.SALES):
        own["contacts"] = contacts_since(today, staff)
    if staff.role == Role.SDR:
        own["qualified"] = qualified_in_week_of(today, staff)
    return {
        "speed": None if is_sales else everything,
        "behind": {figure: figure_address(figure, first, last) for figure in _LISTED},
        "by_colleague": [
            {
                "colleague": one,
                "speed": own,
                "behind": {name: figure_address(name, first, last, str(one.pk) if one else "") for name in _LISTED},
            }
            for one, own in by_colleague.items()
        ],
        "waiting": waiting_count(staff),
        "is_sales": is_sales,
        "to_accept": to_accept,
        "to_do": to_do,
        "next_rows": to_do.rows[:_LATEST],
        "latest": [] if own else _latest_first_contacts(staff),
        "panels": home_panels(staff),
        **own,
    }


def _latest_first_contacts(staff: Staff) -> QuerySet[FollowUp]:
    first = FollowUp.objects.filter(lead__in=Lead.objects.visible_to(staff), is_first_contact=True)
    shown = first.select_related("lead__person", "by").defer("lead__person__search_keys")
    return shown.order_by("-at")[:_LATEST]


def _periods(current: str) -> list[dict[str, Any]]:
    names = {"today": pgettext("period", "Today"), "7d": _("7 days"), "30d": _("30 days")}
    return [{"label": label, "url": f"?period={code}", "is_current": code == current} for code, label in names.items()]
