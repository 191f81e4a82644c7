"""The bell: its list, its count, toasts, and what a browser needs for the live stream."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wutong.config import config
from wutong.platform import live_token as tokens
from wutong.platform.answers import go, is_htmx
from wutong.platform.models import Notification
from wutong.platform.notice_kinds import Tab, kind_of
from wutong.platform.notifications import ShownNotice, mark_all_read, mark_read, notices_of, unread_count
from wutong.platform.permissions import StaffRequest, signed_in

_MOST_POLLED = 50


@never_cache
@require_GET
@signed_in
def notifications(request: StaffRequest) -> HttpResponse:
    """The list of the bell as a part for scripts, as a page without."""
    return _draw(request, _tab(request.GET.get("tab", Tab.TO_DO)))


@require_POST
@signed_in
def read_all(request: StaffRequest) -> HttpResponse:
    tab = _tab(request.POST.get("tab", Tab.TO_DO))
    mark_all_read(staff=request.user, tab=tab, at=timezone.now())
    return _draw(request, tab) if is_htmx(request) else go(request, f"{reverse('platform:notifications')}?tab={tab}")


@require_POST
@signed_in
def read(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Mark one read and go where it leads."""
    row = get_object_or_404(Notification, pk=notice_id, staff=request.user)
    mark_read(staff=request.user, notice_id=row.pk, at=timezone.now())
    return go(request, ShownNotice.of(row).url or reverse("platform:notifications"))


@never_cache
@require_GET
@signed_in
def toast(request: StaffRequest, notice_id: int) -> HttpResponse:
    """A notice as a toast; nothing if it is not the reader's, has been read or has grown into a newer one meanwhile."""
    row = Notification.objects.filter(pk=notice_id, staff=request.user, read_at=None).first()
    if row is None:
        return HttpResponse(status=204)
    return render(request, "platform/_notice_toast.html", {"notice": ShownNotice.of(row)})


@never_cache
@require_GET
@signed_in
def count(request: StaffRequest) -> HttpResponse:
    unread = unread_count(request.user)
    return HttpResponse("99+" if unread > 99 else str(unread or ""))


@never_cache
@require_GET
@signed_in
def poll(request: StaffRequest) -> HttpResponse:
    """What a browser asks every half minute while the live stream is down: unread notices after the one it knows."""
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 18:
        return JsonResponse({"error": "after", "detail": "after is the id of a notice: a whole number."}, status=400)
    rows = Notification.objects.filter(staff=request.user, read_at=None, pk__gt=int(after)).order_by("pk")[
        :_MOST_POLLED
    ]
    notices = [{"id": row.pk, "kind": row.kind, "topics": list(kind_of(row.kind).topics)} for row in rows]
    return JsonResponse({"notices": notices, "unread": unread_count(request.user)})


@never_cache
@require_POST
@signed_in
def live_token(request: StaffRequest) -> HttpResponse:
    """A token by which this browser may open the live stream at the edge."""
    ticket = tokens.LiveTicket(staff_id=request.user.pk, auth_epoch=request.user.auth_epoch)
    token = tokens.issue(ticket, at=timezone.now())
    address = f"{config().edge_origin}/live?token={token}"
    return JsonResponse({"url": address, "expires_in": int(tokens.VALID_FOR.total_seconds())})


def _draw(request: StaffRequest, tab: Tab) -> HttpResponse:
    labels = {Tab.TO_DO: pgettext("notifications", "To do"), Tab.SYSTEM: pgettext("notifications", "System")}
    context = {
        "notices": notices_of(request.user, tab),
        "tab": tab,
        "tabs": [
            {"code": each, "label": label, "count": unread_count(request.user, each), "is_current": each is tab}
            for each, label in labels.items()
        ],
    }
    template = "platform/_notifications.html" if is_htmx(request) else "platform/notifications.html"
    return render(request, template, context)


def _tab(code: str) -> Tab:
    try:
        return Tab(code)
    except ValueError as error:
        raise Http404 from error
