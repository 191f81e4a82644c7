"""Exports: asking for one from a list's page, and one's own with their files."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.exchange.exports import MOST_COLUMNS, begin_export, files_out_of_reach
from wutong.exchange.lists import LISTS
from wutong.exchange.models import Export
from wutong.platform.answers import done, refused
from wutong.platform.keyset import slice_of
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_safe
@requires("lists.export")
def exports(request: StaffRequest) -> HttpResponse:
    """One's own exports, the latest first."""
    found = Export.objects.visible_to(request.user).select_related("file")
    page = slice_of(found, by="at", after=request.GET.get("after", ""), is_down=True)
    named = [(one, LISTS[one.what].name if one.what in LISTS else one.what) for one in page.rows]
    withheld = set(files_out_of_reach(request.user).values_list("file", flat=True))
    waits = any(one.state in (Export.State.WAITING, Export.State.RUNNING) for one in page.rows)
    return render(
        request, "exchange/exports.html", {"rows": named, "next": page.next, "is_going_on": waits, "withheld": withheld}
    )


@require_POST
@requires("lists.export")
def export_new(request: StaffRequest) -> HttpResponse:
    """Write a list to a file, at once or in the background."""
    kind = Export.Format.XLSX if request.POST.get("format") == "xlsx" else Export.Format.CSV
    here = reverse("exchange:exports")
    try:
        export = begin_export(
            what=request.POST.get("list", ""),
            conditions=request.POST.get("conditions", ""),
            kind=kind,
            by=request.user,
            at=timezone.now(),
            in_full=request.POST.get("in_full") == "on",
            columns=[] if request.POST.get("all") == "on" else _columns(request),
            has_tags=request.POST.get("tags") == "on",
        )
    except Refusal as no:
        return refused(request, no, back=here)
    if export.state == Export.State.DONE:
        return done(request, here, _("The file is ready."))
    return done(request, here, _("The file is being written. You may leave this page."))


def _columns(request: StaffRequest) -> list[str]:
    """The columns that the list showed, as its page calls them."""
    return [code for code in request.POST.getlist("col") if len(code) <= 80 and "\x00" not in code][:MOST_COLUMNS]
