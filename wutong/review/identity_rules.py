"""What an administrator sets about who is who: values that link nobody, and how big a person may get."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wutong.people.blocking import FEWEST, MOST, block_value, set_largest, unblock_value
from wutong.people.identifiers import IdentifierKey
from wutong.people.models import BlockedValue, IdentifierKind
from wutong.people.normal_form import NotAnIdentifier, email, phone
from wutong.people.projection import largest_person
from wutong.platform.answers import done, posted
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal

_SHOWN = 500


class BlockForm(forms.Form):
    """A value that is to link nobody."""

    text = forms.CharField(
        label=gettext_lazy("Telephone number or e-mail address"),
        max_length=320,
        help_text=gettext_lazy("For example the switchboard's number, or the address that all of a factory use."),
    )

    def clean_text(self) -> IdentifierKey:
        text = self.cleaned_data["text"]
        try:
            if "@" in text:
                return IdentifierKey(IdentifierKind.EMAIL, email(text))
            return IdentifierKey(IdentifierKind.PHONE, phone(text).e164)
        except NotAnIdentifier:
            raise forms.ValidationError(_("This is neither a telephone number nor an e-mail address.")) from None


class SizeForm(forms.Form):
    """How big a person may get."""

    largest = forms.IntegerField(
        label=gettext_lazy("Identifiers of one person, at most"),
        min_value=FEWEST,
        max_value=MOST,
        help_text=gettext_lazy("What would make somebody bigger goes to Review, for a colleague to say."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("identity.manage")
def rules(request: StaffRequest) -> HttpResponse:
    """The values that are blocked, and a form for another one."""
    form = BlockForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            block_value(key=form.cleaned_data["text"], by=request.user, at=timezone.now())
        except Refusal as no:
            form.add_error("text", str(no))
        else:
            return done(
                request, reverse("review:identity"), _("Blocked. Whom it alone held together stand alone again.")
            )
    return _draw(request, form, SizeForm(initial={"largest": largest_person()}))


@require_POST
@requires("identity.manage")
def unblock(request: StaffRequest) -> HttpResponse:
    """Let a value link people again."""
    given = {name: request.POST.get(name, "") for name in ("kind", "scope", "value")}
    listed = get_object_or_404(BlockedValue, **given)
    unblock_value(listed=listed, by=request.user, at=timezone.now())
    return done(request, reverse("review:identity"), _("It links people again."))


@require_POST
@requires("identity.manage")
def size(request: StaffRequest) -> HttpResponse:
    """Set how big a person may get."""
    form = SizeForm(request.POST)
    if not form.is_valid():
        return _draw(request, BlockForm(), form)
    set_largest(largest=form.cleaned_data["largest"], by=request.user, at=timezone.now())
    return done(request, reverse("review:identity"), _("Set. Everybody is looked at again in the background."))


def _draw(request: StaffRequest, form: BlockForm, size_form: SizeForm) -> HttpResponse:
    listed = BlockedValue.objects.select_related("by").order_by("-at", "-pk")
    context = {"form": form, "size_form": size_form, "listed": listed[:_SHOWN], "total": listed.count()}
    return render(request, "review/identity.html", context, status=422 if form.is_bound or size_form.is_bound else 200)
