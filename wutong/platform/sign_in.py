"""Signing in: who is let in, and what somebody hears who has tried too often."""

import math
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from wutong.platform.models import Staff
from wutong.platform.observe import client_network


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The sign-in page again, with 429 and how long to wait."""
    del response
    email = (credentials or {}).get(Staff.USERNAME_FIELD, "")
    wait = still_locked_for(email, address=client_network(request), at=timezone.now())
    context = {"minutes": math.ceil(wait.total_seconds() / 60), "email": email}
    page = render(request, "platform/locked_out.html", context, status=429)
    page["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return page


def still_locked_for(email: str, *, address: str | None, at: datetime) -> timedelta:
    """How long until a machine may try this account again, counted from the last try that was looked at."""
    latest = AccessAttempt.objects.filter(username=email, ip_address=address).order_by("-attempt_time").first()
    pause: timedelta = settings.AXES_COOLOFF_TIME
    if latest is None:
        return pause
    tried_at: datetime = latest.attempt_time
    return max(tried_at + pause - at, timedelta(seconds=1))


def unlock(staff: Staff) -> None:
    """Forget failed tries: whoever has just proven to own the mailbox need not wait."""
    reset(username=staff.email)
