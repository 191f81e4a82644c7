"""The audit trail."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from wutong.platform.answers import csv_download
from wutong.platform.audit_trail import export_csv, label_of, matching, page_of, subject_of
from wutong.platform.forms.audit import AuditFilterForm
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.watermark import file_name


@require_GET
@requires("audit.read")
def audit(request: StaffRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    found = matching(form.conditions())
    page = page_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = [{"entry": entry, "label": label_of(entry.action), "subject": subject_of(entry)} for entry in page.entries]
    context = {"form": form, "rows": rows, "page": page, "total": found.count()}
    return render(request, "platform/audit.html", context)


@require_POST
@requires("audit.read")
def export(request: StaffRequest) -> HttpResponse:
    """The filtered trail as a file. A POST, since it leaves an entry itself."""
    zone, now = timezone.get_current_timezone(), timezone.now()
    text = export_csv(AuditFilterForm(request.POST).conditions(), zone=zone, by=request.user, at=now)
    return csv_download(text, name=file_name("audit", "csv", by=request.user, at=now))
