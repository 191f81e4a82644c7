"""The copy of a person's information, erasing somebody, and the certificates."""

import tempfile
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.erasing import whom
from wutong.people.holdings import Fate, holdings
from wutong.people.models import Person
from wutong.platform.answers import done, refused
from wutong.platform.keyset import slice_of
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.platform.totals import total_of
from wutong.privacy.certificate import lines_of
from wutong.privacy.copy import write_copy
from wutong.privacy.erasure import ask_for_erasure
from wutong.privacy.models import Erasure
from wutong.privacy.requests import visible_to
from wutong.privacy.views.requests import tabs

_IN_MEMORY_BYTES = 5_000_000


@never_cache
@require_POST
@requires("privacy.manage")
def copy(request: StaffRequest, public_id: UUID) -> FileResponse:
    """Everything that is held about a person, as a ZIP."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    now = timezone.now()
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  # the response closes it
    write_copy(person=person, into=file, by=request.user, at=now)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"personal-information-{now:%Y-%m-%d}.zip")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("privacy.erase")
def erase(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say what will go and what stays, and ask; a POST does it."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    if request.method == "POST":
        asked = visible_to(request.user).open().filter(person=person, kind="erasure").first()
        try:
            erasure = ask_for_erasure(person=person, by=request.user, at=timezone.now(), request=asked)
        except Refusal as no:
            return refused(request, no, back=reverse("privacy:erase", args=[public_id]))
        return done(request, reverse("privacy:erasure", args=[erasure.public_id]), _("The erasure has begun."))
    return render(request, "privacy/erase.html", {"person": person, **_what_goes(person)})


@require_safe
@requires("privacy.manage")
def erasures(request: StaffRequest) -> HttpResponse:
    """All erasures, the latest first."""
    found = Erasure.objects.select_related("by")
    page = slice_of(found, by="asked_at", after=request.GET.get("after", ""), is_down=True)
    context = {"page": page, "total": total_of(Erasure.objects.all()), "tabs": tabs("erasures")}
    return render(request, "privacy/erasures.html", context)


@never_cache
@require_safe
@requires("privacy.manage")
def erasure(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How far an erasure has come; when it is done, its certificate."""
    one = get_object_or_404(Erasure.objects.select_related("by", "request"), public_id=public_id)
    return render(request, "privacy/erasure.html", {"one": one, "lines": lines_of(one)})


def _what_goes(person: Person) -> dict[str, Any]:
    them = whom(person)
    counted = [(one, one.rows(them).count()) for one in holdings() if one.is_copied]
    going = [(one.title, n) for one, n in counted if n and one.fate in (Fate.ERASED, Fate.WITH_IDENTITY)]
    staying = [(one.title, n) for one, n in counted if n and one.fate in (Fate.NAMELESS, Fate.BLANKED)]
    return {"going": going, "staying": staying, "total": sum(n for _title, n in going)}
