"""Filling in the company's own fields of an account."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wutong.lifecycle.field_cards import card_of_account, form_of
from wutong.lifecycle.field_values import fill_in_account
from wutong.platform.answers import done, is_htmx
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.sales.accounts import accounts_visible_to


@require_POST
@requires("people.read")
def account_fields(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Fill in what the reader may of a company's fields; who may fill in which stands with the fields."""
    account = get_object_or_404(accounts_visible_to(request.user), public_id=public_id)
    back = reverse("sales:account", args=[public_id])
    here = reverse("sales:account_fields", args=[public_id])
    card = card_of_account(request.user, account, address=here)
    if card is None or not card["editable"]:
        return done(request, back, _("There is no field that you may fill in."))
    form = form_of(card, request.POST)
    card |= {"form": form, "is_open": True}
    if not form.is_valid():
        return _answer(request, card, status=422)
    try:
        seen = request.POST.get("seen", "")
        fill_in_account(account=account, values=form.values(), by=request.user, at=timezone.now(), seen=seen)
    except Refusal as no:
        form.add_error(None, str(no))
        return _answer(request, card, status=409)
    if is_htmx(request):
        return _answer(request, card_of_account(request.user, account, address=here) or {}, status=200)
    return done(request, back, _("The fields are saved."))


def _answer(request: StaffRequest, card: dict[str, Any], *, status: int) -> HttpResponse:
    """The card alone: swapped in, or a page with the form and what is wrong with it."""
    template = "lifecycle/_custom_fields.html" if is_htmx(request) else "lifecycle/custom_fields.html"
    return render(request, template, {"panel": card}, status=status)
