"""What was sent by a form."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.content.models import Form, QuarantinedSubmission
from wutong.content.submissions import Wanted, export_csv, quarantined_of, release, submissions_of
from wutong.content.views.forms import tabs
from wutong.platform.answers import csv_download, done, refused
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.watermark import file_name


@require_safe
@requires("submissions.read")
def submissions(request: StaffRequest, key: str) -> HttpResponse:
    """The submissions of a form, or what of it looks like spam."""
    form = _form(request, key)
    wanted = _wanted(request.GET)
    zone = timezone.get_current_timezone()
    is_spam = request.GET.get("view") == "spam"
    found = (
        quarantined_of(form, wanted, zone=zone)
        if is_spam
        else submissions_of(form, wanted, viewer=request.user, zone=zone)
    )
    address = reverse("content:submissions", args=[key])
    suspected = QuarantinedSubmission.objects.waiting().filter(form=form).count()
    context: dict[str, Any] = {
        "form": form,
        "tabs": tabs(request, form, "submissions"),
        "views": [
            {"label": _("Submissions"), "url": address, "is_current": not is_spam},
            {
                "label": _("Suspected spam"),
                "url": f"{address}?view=spam",
                "is_current": is_spam,
                "count": suspected or None,
            },
        ],
        "is_spam": is_spam,
        "found": found,
        "wanted": wanted,
        "is_filtered": bool(wanted.first or wanted.last or wanted.state or wanted.search),
        "may_in_full": may(request.user, "lists.export_in_full"),
    }
    return render(request, "content/submissions.html", context)


@require_POST
@requires("submissions.read")
def submissions_export(request: StaffRequest, key: str) -> HttpResponse:
    """The filtered submissions as a file. A POST, since it leaves an entry."""
    form = _form(request, key)
    zone, now = timezone.get_current_timezone(), timezone.now()
    try:
        in_full = request.POST.get("in_full") == "on"
        text = export_csv(form, _wanted(request.POST), by=request.user, zone=zone, at=now, in_full=in_full)
    except Refusal as no:
        return refused(request, no, back=reverse("content:submissions", args=[key]))
    return csv_download(text, name=file_name(form.key, "csv", by=request.user, at=now))


@require_POST
@requires("submissions.read")
def submission_release(request: StaffRequest, key: str, id: UUID) -> HttpResponse:
    """Let a suspected submission be worked through as any other."""
    form = _form(request, key)
    back = f"{reverse('content:submissions', args=[key])}?view=spam"
    held = get_object_or_404(form.quarantined, pk=id)
    try:
        release(submission=held, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("Released: it is worked through as any other, and its lead's clock starts now."))


def _wanted(given: QueryDict) -> Wanted:
    return Wanted(
        first=_day(given.get("from", "")),
        last=_day(given.get("until", "")),
        state=given.get("state", ""),
        search=given.get("q", "")[:80].replace("\x00", ""),
        after=given.get("after", ""),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _form(request: StaffRequest, key: str) -> Form:
    return get_object_or_404(Form.objects.visible_to(request.user).select_related("site"), key=key)
