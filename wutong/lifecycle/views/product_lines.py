"""The first run of a company: what it sells, and steps that are left out."""

from collections.abc import Callable
from functools import partial

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
from wutong.lifecycle.product_lines import add_line, move_line, rename_line, restore_line, retire_line
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
    lines = list(ProductLine.objects.in_order())
    context = {
        "form": form,
        "offered": [line for line in lines if line.is_active],
        "retired": [line for line in lines if not line.is_active],
    }
    return render(request, "lifecycle/product_lines.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("organisation.manage")
def line(request: StaffRequest, code: str) -> HttpResponse:
    """Rename a product line."""
    form = LineForm(request.POST)
    if not form.is_valid():
        back = reverse("lifecycle:product_lines")
        return done(request, back, _("A product line needs a name. Nothing was changed."))
    rename = partial(rename_line, name=form.cleaned_data["name"])
    return _with_line(request, code, rename, _("The product line is renamed."))


@require_POST
@requires("organisation.manage")
def move(request: StaffRequest, code: str) -> HttpResponse:
    """Put a product line one place earlier (``to=up``) or later."""
    up = request.POST.get("to") == "up"
    return _with_line(request, code, partial(move_line, up=up), _("The product line is moved."))


@require_POST
@requires("organisation.manage")
def retire(request: StaffRequest, code: str) -> HttpResponse:
    """Offer a product line for nothing new."""
    return _with_line(request, code, retire_line, _("The product line is retired. What has it keeps it."))


@require_POST
@requires("organisation.manage")
def restore(request: StaffRequest, code: str) -> HttpResponse:
    """Offer a retired product line again."""
    return _with_line(request, code, restore_line, _("The product line is on offer again."))


def _with_line(request: StaffRequest, code: str, act: Callable[..., None], sentence: str) -> HttpResponse:
    """Do one thing with the line, then back to the list."""
    one = get_object_or_404(ProductLine, code=code)
    back = reverse("lifecycle:product_lines")
    try:
        act(line=one, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, sentence)


@require_POST
@requires("organisation.manage")
def skip(request: StaffRequest, code: str) -> HttpResponse:
    """Leave a step of the first run out."""
    if code not in STEPS:
        raise Http404
    skip_step(code=code, by=request.user, at=timezone.now())
    return done(request, reverse("lifecycle:home"), _("The step is left out."))
