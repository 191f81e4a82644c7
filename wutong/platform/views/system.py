"""Background jobs, parked items, health."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wutong.platform import job_queue, parked_items
from wutong.platform.answers import done, refused
from wutong.platform.health import inbox_lanes, label_of, run_checks
from wutong.platform.models import ParkedItem
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal

_DROPS_OF = timedelta(days=7)


@never_cache
@require_GET
@requires("jobs.manage")
def jobs(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "queues": job_queue.queues(at=now),
        "failed": job_queue.failed_jobs(),
        "running": job_queue.running_jobs(),
        "waiting": job_queue.waiting_jobs(),
        "parked": ParkedItem.objects.defer("body").order_by("-parked_at")[:50],
        "parked_count": ParkedItem.objects.count(),
        "drops": parked_items.drops_since(now - _DROPS_OF),
    }
    return render(request, "platform/jobs.html", context)


@require_POST
@requires("jobs.manage")
def retry_job(request: StaffRequest, job_id: int) -> HttpResponse:
    return _done(request, partial(job_queue.retry_job, job_id=job_id), _("The job runs again."))


@require_POST
@requires("jobs.manage")
def cancel_job(request: StaffRequest, job_id: int) -> HttpResponse:
    return _done(request, partial(job_queue.cancel_job, job_id=job_id), _("The job is gone from its queue."))


@require_POST
@requires("jobs.manage")
def retry_parked(request: StaffRequest, item_id: int) -> HttpResponse:
    return _done(request, partial(parked_items.retry_item, item_id=item_id), _("The item is back in the inbox."))


@require_POST
@requires("jobs.manage")
def discard_parked(request: StaffRequest, item_id: int) -> HttpResponse:
    return _done(request, partial(parked_items.discard_item, item_id=item_id), _("The item is discarded."))


def _done(request: StaffRequest, act: Callable[..., None], sentence: str) -> HttpResponse:
    """Let the reader do ``act``; back to the page with ``sentence``, or with what the rule said."""
    try:
        act(by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("platform:jobs"))
    return done(request, reverse("platform:jobs"), sentence)


@never_cache
@require_GET
@requires("health.read")
def health(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    findings = sorted(run_checks(at=now), key=lambda finding: ("wrong", "advice", "right").index(finding.state))
    context = {
        "findings": [{"label": label_of(finding.check), "it": finding} for finding in findings],
        "lanes": inbox_lanes(),
        "checked_at": now,
    }
    return render(request, "platform/health.html", context)
