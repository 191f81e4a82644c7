"""Columns that are saved under a name: what there is, calling it otherwise, and removing it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.exchange.forms import ColumnsNameForm
from wutong.exchange.kinds import words_of
from wutong.exchange.models import SavedMapping
from wutong.exchange.saved_columns import remove_columns, rename_columns
from wutong.platform.answers import done, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal

_SHOWN = 6
"""Meanings of a saved file that its row names."""


@require_safe
@requires("imports.run")
def saved_columns(request: StaffRequest) -> HttpResponse:
    """All that are saved, by name: whoever imports may apply, rename and remove them."""
    return _drawn(request)


@require_POST
@requires("imports.run")
def rename(request: StaffRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedMapping, pk=pk)
    form = ColumnsNameForm(request.POST)
    if not form.is_valid():
        return _drawn(request, faulty=saved, form=form)
    try:
        rename_columns(saved=saved, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("exchange:saved_columns"))
    return done(request, reverse("exchange:saved_columns"), _("Renamed."))


@require_POST
@requires("imports.run")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedMapping, pk=pk)
    try:
        remove_columns(saved=saved, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("exchange:saved_columns"))
    return done(request, reverse("exchange:saved_columns"), _("Removed."))


def _drawn(
    request: StaffRequest, *, faulty: SavedMapping | None = None, form: ColumnsNameForm | None = None
) -> HttpResponse:
    rows = [
        {
            "saved": one,
            "form": form if form is not None and one == faulty else ColumnsNameForm(initial={"name": one.name}),
            "columns": len(one.meanings),
            "meanings": _named(one),
        }
        for one in SavedMapping.objects.select_related("by").order_by("kind", "name")
    ]
    return render(request, "exchange/saved_columns.html", {"rows": rows}, status=422 if form is not None else 200)


def _named(saved: SavedMapping) -> list[str]:
    """The first meanings in words, those of own fields aside."""
    words = words_of(saved.kind)
    codes = [code for code in dict.fromkeys(saved.meanings.values()) if code in words.names]
    return [str(words.meanings[code]) for code in codes[:_SHOWN]]
