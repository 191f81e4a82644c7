"""Saving, changing and removing views of lists. Each act leads back to the list."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from wutong.platform import saved_views
from wutong.platform.answers import done, refused
from wutong.platform.models import SavedView
from wutong.platform.permissions import StaffRequest, signed_in
from wutong.platform.refusal import Refusal
from wutong.platform.saved_views import Listing, listing_of


class ViewForm(forms.Form):
    name = forms.CharField(max_length=40)
    shared_with = forms.ChoiceField(choices=SavedView.Shared.choices, required=False)

    def clean_shared_with(self) -> SavedView.Shared:
        return SavedView.Shared(self.cleaned_data["shared_with"] or SavedView.Shared.NOBODY)


class Unnamed(Refusal):
    code = "view_without_a_name"
    message = gettext_lazy("Give the view a name of at most 40 characters.")


@require_POST
@signed_in
def save(request: StaffRequest, code: str) -> HttpResponse:
    """Keep the address of a list as a view."""
    listing = _listing(request, code)
    query = request.POST.get("query", "")
    back = f"{listing.address}?{listing.query(request.user, query)}"
    form = ViewForm(request.POST)
    if not form.is_valid():
        return refused(request, Unnamed(), back=back)
    at = timezone.now()
    try:
        view = saved_views.save_view(listing=listing, query=query, **form.cleaned_data, by=request.user, at=at)
    except Refusal as no:
        return refused(request, no, back=back)
    address = listing.opened(listing.query(request.user, view.query), view)
    return done(request, address, _("The view “%(name)s” is saved.") % {"name": view.name})


@require_POST
@signed_in
def change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What the pressed button says: keep the changes, open with it or not, remove it; else its name and sharing."""
    view = _view(request, public_id)
    listing = _listing(request, view.list)
    at, by = timezone.now(), request.user
    back = listing.opened(listing.query(by, view.query), view)
    said = _("The view “%(name)s” is changed.")
    try:
        if "keep" in request.POST:
            query = request.POST.get("query", "")
            saved_views.keep_changes(view=view, listing=listing, query=query, by=by, at=at)
            back = listing.opened(listing.query(by, query), view)
        elif "remove" in request.POST:
            saved_views.remove_view(view=view, by=by, at=at)
            back, said = f"{listing.address}?{saved_views.OPENED}=all", _("The view “%(name)s” is removed.")
        elif "default" in request.POST:
            is_default = request.POST["default"] == "yes"
            saved_views.open_with(listing=listing, view=view if is_default else None, by=by, at=at)
            said = (
                _("The list opens with “%(name)s” now.") if is_default else _("The list opens with all there is now.")
            )
        else:
            form = ViewForm(request.POST)
            if not form.is_valid():
                return refused(request, Unnamed(), back=back)
            saved_views.change_view(view=view, **form.cleaned_data, by=by, at=at)
            view.name = form.cleaned_data["name"]
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, said % {"name": view.name})


def _view(request: StaffRequest, public_id: UUID) -> SavedView:
    """A view in the reader's sight; administrators find whatever is shared."""
    in_sight = SavedView.objects.visible_to(request.user).select_related("owner__team")
    found = in_sight.filter(public_id=public_id).first()
    if found is None:
        shared = SavedView.objects.exclude(shared_with=SavedView.Shared.NOBODY).select_related("owner__team")
        found = get_object_or_404(shared, public_id=public_id)
        if not saved_views.may_change(request.user, found):
            raise Http404
    return found


def _listing(request: StaffRequest, code: str) -> Listing:
    listing = listing_of(code, request.user)
    if listing is None:
        raise Http404
    return listing
