"""The first run of a company: what it sells, and steps that are left out."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wutong.lifecycle.first_steps import STEPS, skip_step
from wutong.lifecycle.models import ProductLine
from wutong.lifecycle.product_lines import add_line, rename_line
from wutong.platform.answers import done, posted, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


class LineForm(forms.Form):
    """The name of a product line."""

    name = forms.CharField(label=pgettext_lazy("of a product line", "Name"), max_length=80)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisation.manage")
def lines(request: StaffRequest) -> HttpResponse:
    """All product lines, and a form for another one."""
    form = LineForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_line(name=form.cleaned_data["name"], by=request.user, at=timezone.now())
        except Refusal as no:
            form.add_error("name", str(no))
        else:
            return done(request, reverse("lifecycle:product_lines"), _("The product line is added."))
    rows = [{"line": line} for line in ProductLine.objects.order_by("pk")]
    context = {"form": form, "rows": rows}
    return render(request, "lifecycle/product_lines.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("organisation.manage")
def line(request: StaffRequest, code: str) -> HttpResponse:
    """Rename a product line."""
    one = get_object_or_404(ProductLine, code=code)
    back = reverse("lifecycle:product_lines")
    form = LineForm(request.POST)
    if not form.is_valid():
        return done(request, back, _("A product line needs a name. Nothing was changed."))
    try:
        rename_line(line=one, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The product line is renamed."))


@require_POST
@requires("organisation.manage")
def skip(request: StaffRequest, code: str) -> HttpResponse:
    """Leave a step of the first run out."""
    if code not in STEPS:
        raise Http404
    skip_step(code=code, by=request.user, at=timezone.now())
    return done(request, reverse("lifecycle:home"), _("The step is left out."))
