"""Putting a file with a person, and taking it away."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from wutong.lifecycle.models import PersonFile
from wutong.lifecycle.person_files import add_file, remove_file
from wutong.lifecycle.visibility import people_visible_to
from wutong.platform.answers import done, refused
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


class NoFileChosen(Refusal):
    code = "no_file_chosen"
    message = gettext_lazy("Choose a file first.")


@require_POST
@requires("leads.enter")
def put(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a file with a person."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    back = reverse("lifecycle:person", args=[public_id])
    given = request.FILES.get("file")
    try:
        if not isinstance(given, UploadedFile):
            raise NoFileChosen
        add_file(person=person, file=given, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The file stands here now."))


@require_POST
@requires("leads.enter")
def remove(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take a file away."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    files = PersonFile.objects.filter(person=person).select_related("file", "person")
    found = get_object_or_404(files, file__public_id=uuid_or_none(request.POST.get("file", "")))
    remove_file(file=found, by=request.user, at=timezone.now())
    return done(request, reverse("lifecycle:person", args=[public_id]), _("The file was taken away."))
