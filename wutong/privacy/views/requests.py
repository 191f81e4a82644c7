"""The register of requests: the list with what is late, one request, taking one in, and the settings."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.lifecycle.person_facts import masked
from wutong.lifecycle.visibility import people_visible_to
from wutong.platform.answers import done, posted, refused
from wutong.platform.keyset import slice_of
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.totals import total_of
from wutong.privacy.forms import IntakeForm, SettingsForm
from wutong.privacy.models import PrivacySettings, RequestKind, SubjectRequest
from wutong.privacy.requests import close, find_address, main_address, take_in, take_over, visible_to
from wutong.privacy.settings import change_settings


@require_safe
@requires("privacy.manage")
def requests(request: StaffRequest) -> HttpResponse:
    """Open requests by their deadline, or closed ones by arrival."""
    view = "closed" if request.GET.get("view") == "closed" else "open"
    kind = request.GET.get("kind", "")
    everything = visible_to(request.user)
    if kind in RequestKind.values:
        everything = everything.filter(kind=kind)
    today = timezone.localdate()
    late = everything.open().filter(due_on__lt=today)
    found = everything.open() if view == "open" else everything.exclude(pk__in=everything.open().values("pk"))
    rows = found.select_related("owner", "person", "subject")
    after = request.GET.get("after", "")
    if view == "open":
        page = slice_of(rows, by="due_on", after=after)
    else:
        page = slice_of(rows, by="received_at", after=after, is_down=True)
    context = {
        "page": page,
        "total": total_of(found),
        "late_count": late.count(),
        "today": today,
        "view": view,
        "kind": kind,
        "kinds": RequestKind.choices,
        "tabs": tabs(view),
    }
    return render(request, "privacy/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("privacy.manage")
def request_new(request: StaffRequest) -> HttpResponse:
    """Take in what reached us by mail, telephone or letter; from a person's page it is about that person."""
    named = uuid_or_none(request.GET.get("person"))
    about = people_visible_to(request.user).filter(public_id=named).first() if named else None
    form = IntakeForm(posted(request), initial={"from_whom": about.full_name if about else ""})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        address = find_address(given["address"]) if given["address"] else None
        if address is not None and not people_visible_to(request.user).filter(pk=address.person_id).exists():
            address = None  # who may not see them must not learn that we know them
        if address is None and about is not None and not given["address"]:
            address = main_address(about)
        on = given["received_on"]
        new = take_in(
            kind=RequestKind(given["kind"]),
            address=address,
            from_whom=given["from_whom"] or ("" if address else given["address"]),
            said=given["said"],
            received_at=timezone.make_aware(datetime.combine(on, time(12)))
            if on and on != timezone.localdate()
            else timezone.now(),
            by=request.user,
            at=timezone.now(),
        )
        return done(request, reverse("privacy:request", args=[new.public_id]), _("The request is registered."))
    context = {"form": form, "about": about}
    return render(request, "privacy/request_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires("privacy.manage")
def request_page(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _draw(request, get_object_or_404(visible_to(request.user), public_id=public_id))


@require_POST
@requires("privacy.manage")
def request_take(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Become the one who answers."""
    one = get_object_or_404(visible_to(request.user), public_id=public_id)
    back = reverse("privacy:request", args=[public_id])
    try:
        take_over(request=one, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The request is yours."))


@require_POST
@requires("privacy.manage")
def request_close(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Answer it: done, or declined with a reason."""
    one = get_object_or_404(visible_to(request.user), public_id=public_id)
    back = reverse("privacy:request", args=[public_id])
    is_done = request.POST.get("as") == "done"
    try:
        close(request=one, is_done=is_done, answer=request.POST.get("answer", ""), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The request is answered."))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("privacy.erase")
def settings(request: StaffRequest) -> HttpResponse:
    """Deadlines, who answers, and how long inactive people are kept."""
    now = PrivacySettings.objects.first() or PrivacySettings()
    form = SettingsForm(posted(request), instance=now)
    if request.method == "POST" and form.is_valid():
        change_settings(changed=form.instance, by=request.user, at=timezone.now())
        return done(request, reverse("privacy:settings"), _("The settings are saved. They hold for new requests."))
    return render(request, "privacy/settings.html", {"form": form}, status=422 if form.is_bound else 200)


def _draw(request: StaffRequest, one: SubjectRequest, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "one": one,
        "address": masked(one.subject) if one.subject is not None else "",
        "today": timezone.localdate(),
        "may_erase": may(request.user, "privacy.erase"),
        "tabs": tabs("open" if one.is_open else "closed"),
    }
    return render(request, "privacy/request.html", context, status=status)


def tabs(view: str) -> list[dict[str, Any]]:
    """The parts of the register."""
    address = reverse("privacy:requests")
    shown = [
        ("open", pgettext("requests", "To answer"), address),
        ("closed", pgettext("requests", "Answered"), f"{address}?view=closed"),
        ("erasures", _("Erasures"), reverse("privacy:erasures")),
    ]
    return [{"label": label, "url": url, "is_current": view == code} for code, label, url in shown]
