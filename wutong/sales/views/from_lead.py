"""From an SQL to a deal: open one, or let the lead feed one of the same company."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wutong.lifecycle.models import Lead, Stage
from wutong.platform.answers import done, is_htmx
from wutong.platform.models import Staff
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.sales.deal_opening import feed_opportunity, open_opportunity
from wutong.sales.from_lead import OpenForm, accounts_of, deals_of
from wutong.sales.models import Opportunity


@require_http_methods(["GET", "HEAD", "POST"])
@requires("deals.work")
def open_from_lead(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The small form that makes a deal of an SQL; a POST opens the deal, or joins the lead to one."""
    visible = Lead.objects.visible_to(request.user).select_related("person", "account", "subject", "product_line")
    lead = get_object_or_404(visible, public_id=public_id)
    accounts, deals = accounts_of(lead), deals_of(lead, by=request.user)
    if request.method != "POST":
        return _drawn(request, lead, OpenForm.proposed(lead, accounts=accounts, deals=deals))
    form = OpenForm(request.POST, accounts=accounts, deals=deals)
    if not form.is_valid():
        return _drawn(request, lead, form, status=422)
    lead.stage = Stage.SQL  # as the form was offered for
    try:
        said = _join(lead, form.deal, form, request.user) if form.deal else _open(lead, form, by=request.user)
    except Refusal as no:
        return _drawn(request, lead, form, refusal=no, status=409)
    return done(request, f"{reverse('lifecycle:inbox')}?{urlencode({'lead': lead.public_id})}", said)


def _open(lead: Lead, form: OpenForm, *, by: Staff) -> str:
    given, now = form.cleaned_data, timezone.now()
    deal = open_opportunity(
        lead=lead,
        by=by,
        at=now,
        account=form.account or given["company"],
        name=given["name"],
        close_on=given["close_on"],
        amount=given["amount"],
        next_step=given["next_step"],
        next_step_at=given["next_step_at"],
        role=given["role"],
    )
    return _("Opportunity “%(name)s” is open.") % {"name": deal.name}


def _join(lead: Lead, deal: Opportunity, form: OpenForm, by: Staff) -> str:
    feed_opportunity(opportunity=deal, lead=lead, by=by, at=timezone.now(), role=form.cleaned_data["role"])
    return _("The lead now feeds “%(name)s”.") % {"name": deal.name}


def _drawn(
    request: StaffRequest, lead: Lead, form: OpenForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"lead": lead, "form": form, "refusal": refusal}
    template = "sales/_from_lead.html" if is_htmx(request) else "sales/from_lead.html"
    return render(request, template, context, status=status)
