"""The page on which a demo ends and a real company begins."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wutong.lifecycle.models import Lead
from wutong.people.models import Account, Person
from wutong.platform.answers import posted
from wutong.platform.models import Organisation, Staff
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.sandbox.ending import delete_demo
from wutong.sandbox.forms import EndForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisation.manage")
def end(request: StaffRequest) -> HttpResponse:
    """Say what will be gone; delete it once its name is typed, and lead to the first administrator's page."""
    organisation = Organisation.objects.get()
    if not organisation.is_demo:
        raise Http404
    form = EndForm(posted(request), name=organisation.name)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            link = delete_demo(at=timezone.now())
        except Refusal as no:
            refusal = no
        else:
            return HttpResponseRedirect(link)
    counts = {
        "people": Person.objects.current().count(),
        "accounts": Account.objects.count(),
        "leads": Lead.objects.count(),
        "staff": Staff.objects.count(),
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "sandbox/end.html", {"form": form, "refusal": refusal, **counts}, status=status)
