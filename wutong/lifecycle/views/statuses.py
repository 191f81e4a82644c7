"""Contact statuses of the company's own: the page on which managers keep them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wutong.lifecycle.contact_statuses import add_status, change_status
from wutong.lifecycle.forms import OwnStatusForm
from wutong.lifecycle.models import ContactStatus, OwnContactStatus
from wutong.platform.answers import done, posted
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires("leads.set_up")
def statuses(request: StaffRequest) -> HttpResponse:
    """The list; a POST adds one."""
    form = OwnStatusForm(posted(request), initial={"is_active": True})
    if request.method != "POST":
        return _drawn(request, form)
    if not form.is_valid():
        return _drawn(request, form, status=422)
    try:
        add_status(name=form.cleaned_data["name"], by=request.user, at=timezone.now())
    except Refusal as no:
        form.add_error("name", str(no))
        return _drawn(request, form, status=409)
    return done(request, reverse("lifecycle:statuses"), _("Added; everybody who works leads can choose it now."))


@require_POST
@requires("leads.set_up")
def status(request: StaffRequest, code: str) -> HttpResponse:
    """Rename one, or switch it off or on."""
    one = get_object_or_404(OwnContactStatus, code=code)
    form = OwnStatusForm(request.POST, instance=OwnContactStatus(pk=one.pk, code=one.code))
    if not form.is_valid():
        return _drawn(request, None, changed=form, status=422)
    try:
        change_status(status=one, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refusal as no:
        form.add_error("name", str(no))
        return _drawn(request, None, changed=form, status=409)
    return done(request, reverse("lifecycle:statuses"), _("Saved."))


def _drawn(
    request: StaffRequest, form: OwnStatusForm | None, *, changed: OwnStatusForm | None = None, status: int = 200
) -> HttpResponse:
    own = [
        changed if changed is not None and changed.instance.pk == one.pk else OwnStatusForm(instance=one)
        for one in OwnContactStatus.objects.order_by("pk")
    ]
    context: dict[str, Any] = {
        "form": form or OwnStatusForm(initial={"is_active": True}),
        "own": own,
        "shipped": ContactStatus.labels,
    }
    return render(request, "lifecycle/statuses.html", context, status=status)
