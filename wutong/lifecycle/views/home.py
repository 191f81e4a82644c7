"""Home: what waits for me, and how fast we answer."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from wutong.events.models import Site
from wutong.lifecycle.inbox import inbox_of, waiting_count
from wutong.lifecycle.models import FollowUp, Lead
from wutong.lifecycle.speed import speed
from wutong.platform.models import MailSettings, Organisation, Staff
from wutong.platform.permissions import StaffRequest, may, signed_in

PERIODS = {"today": timedelta(0), "7d": timedelta(days=6), "30d": timedelta(days=29)}
_LATEST = 8


@require_safe
@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """The day's page of whoever is signed in."""
    period = request.GET.get("period", "today")
    period = period if period in PERIODS else "today"
    context: dict[str, Any] = {"period": period, "periods": _periods(period)}
    if may(request.user, "leads.work"):
        context |= _selling(request.user, period)
    if may(request.user, "staff.manage"):
        context["checklist"] = _checklist()
    return render(request, "lifecycle/home.html", context)


def _selling(staff: Staff, period: str) -> dict[str, Any]:
    now = timezone.now()
    organisation = Organisation.objects.first()
    zone = ZoneInfo(organisation.zone) if organisation else None  # days are the organisation's, whoever reads
    midnight = timezone.localtime(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    everything, by_colleague = speed(staff, since=midnight - PERIODS[period], at=now)
    return {
        "speed": everything,
        "by_colleague": by_colleague.items(),
        "waiting": waiting_count(staff),
        "next_rows": inbox_of(staff, view="waiting").rows[:_LATEST],
        "latest": FollowUp.objects.filter(lead__in=Lead.objects.visible_to(staff), is_first_contact=True)
        .select_related("lead__person", "by")
        .order_by("-at")[:_LATEST],
    }


def _periods(current: str) -> list[dict[str, Any]]:
    names = {"today": pgettext("period", "Today"), "7d": _("7 days"), "30d": _("30 days")}
    return [{"label": label, "url": f"?period={code}", "is_current": code == current} for code, label in names.items()]


def _checklist() -> list[dict[str, Any]]:
    """The first steps of a new company; the list goes away by itself once all are done."""
    steps = [
        {
            "label": _("Invite a colleague"),
            "url": reverse("platform:staff"),
            "is_done": Staff.objects.active().count() > 1,
        },
        {
            "label": _("Set up how mail is sent"),
            "url": reverse("platform:mail"),
            "is_done": MailSettings.objects.exists(),
        },
        {
            "label": _("Add your website"),
            "url": reverse("content:sites"),
            "is_done": Site.objects.exists(),
        },
    ]
    return [] if all(step["is_done"] for step in steps) else steps
