"""Contracts: the list by end, and one of them."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.contracts import (
    REASONS,
    hand_contract,
    may_change,
    may_renew,
    move_contract,
    renew_contract,
    steps_from,
)
from wutong.lifecycle.list_columns import columns_in
from wutong.lifecycle.models import ENDED_STAGES, Contract, ContractStage, Lead, Stage
from wutong.lifecycle.stages import steps_from as lead_steps_from
from wutong.lifecycle.views.frame import ask_frame
from wutong.platform.answers import done
from wutong.platform.calendar import months_later
from wutong.platform.models import Role, Staff
from wutong.platform.organisation import our_currency
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.saved_views import OPENED, bar_of, opening_address, views_ahead
from wutong.sales.contract_list import DUE_WITHIN, PARAMETERS, Wanted, contracts_for, renewals_due
from wutong.sales.forms import ContractMoveForm, RenewForm
from wutong.sales.models import Opportunity
from wutong.sales.views.table_rows import rows_of_contracts

_RUNNING = [stage for stage in ContractStage if stage not in ENDED_STAGES]
_COLUMNS = {
    "line": gettext_lazy("Product line"),
    "stage": gettext_lazy("Stage"),
    "amount": pgettext_lazy("contract", "Amount"),
    "starts": pgettext_lazy("contract", "Starts"),
    "ends": pgettext_lazy("contract", "Ends"),
    "owner": gettext_lazy("Owner"),
}


@require_safe
@requires("contracts.work")
def contracts(request: StaffRequest) -> HttpResponse:
    """The contracts in sight, chosen by the address."""
    ask_frame(request, views_ahead(request.user, "contracts"))
    if (address := opening_address(request.user, "contracts", request.GET)) is not None:
        return HttpResponseRedirect(address)
    wanted, today = Wanted.read(request.GET), timezone.localdate()
    found = contracts_for(request.user, wanted, today=today)
    columns = columns_in(request.GET, _COLUMNS, ())
    context = {
        "views": bar_of(request.user, "contracts", request.GET, names=PARAMETERS),
        "columns": columns,
        "found": found,
        "rows": rows_of_contracts(found.contracts, columns, today=today),
        "wanted": wanted,
        "tabs": _due_tabs(request, wanted),
        "stages": [*ContractStage.choices, ("all", _("All, ended ones too"))],
        "currency": our_currency(),
    }
    return render(request, "sales/contracts.html", context)


@require_safe
@requires("contracts.work")
def contract(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything about one contract."""
    return _page(request, _contract(request, public_id))


@require_POST
@requires("contracts.work")
def move(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Move it by hand, or out with a reason."""
    found = _contract(request, public_id)
    form = ContractMoveForm(request.POST)
    if not form.is_valid() or form.cleaned_data["to"] not in ContractStage.values:
        return _page(request, found, status=422)
    found.stage = form.cleaned_data["was"]
    to = ContractStage(form.cleaned_data["to"])
    try:
        move_contract(contract=found, to=to, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    except Refusal as no:
        return _page(request, _contract(request, public_id), refusal=no, status=409)
    return _done(request, public_id, _("Moved to “%(stage)s”.") % {"stage": to.label})


@require_POST
@requires("contracts.work")
def renew(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Start the contract that follows."""
    found = _contract(request, public_id)
    form = RenewForm(request.POST, auto_id="renew-%s")
    if not form.is_valid():
        return _page(request, found, renewing=form, status=422)
    found.stage = request.POST.get("was", "")
    try:
        following = renew_contract(
            contract=found,
            by=request.user,
            at=timezone.now(),
            ends_on=form.cleaned_data["ends_on"],
            amount=form.cleaned_data["amount"],
        )
    except Refusal as no:
        return _page(request, _contract(request, public_id), renewing=form, refusal=no, status=409)
    return _done(request, following.public_id, _("Renewed. This is the contract that follows."))


@require_POST
@requires("contracts.work")
def hand(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Give it to a colleague."""
    found = _contract(request, public_id)
    try:
        to = get_object_or_404(_keepers(), public_id=UUID(request.POST.get("to", "")))
    except ValueError:
        return _page(request, found, status=422)
    found.stage = request.POST.get("was", "")
    try:
        hand_contract(contract=found, to=to, by=request.user, at=timezone.now())
    except Refusal as no:
        return _page(request, _contract(request, public_id), refusal=no, status=409)
    # It may have left the reader's sight with that.
    return done(request, reverse("sales:contracts"), _("%(name)s looks after it now.") % {"name": to.full_name})


def _contract(request: StaffRequest, public_id: UUID) -> Contract:
    found = Contract.objects.visible_to(request.user).select_related(
        "account", "owner", "team", "product_line", "person", "previous"
    )
    return get_object_or_404(found, public_id=public_id)


def _keepers() -> Any:
    return Staff.objects.active().filter(role__in=[Role.SUCCESS, Role.SALES, Role.MANAGER]).order_by("sort_key")


def _done(request: StaffRequest, public_id: UUID, said: str) -> HttpResponse:
    return done(request, reverse("sales:contract", args=[public_id]), said)


def _page(
    request: StaffRequest,
    found: Contract,
    *,
    renewing: forms.Form | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = steps_from(found, by=request.user)
    proposed = RenewForm.proposed(amount=found.amount, ends_on=months_later(found.ends_on, 12))
    deals = Opportunity.objects.visible_to(request.user).filter(contract=found)
    context: dict[str, Any] = {
        "contract": found,
        "path": _path(found, steps),
        "is_churnable": ContractStage.CHURNED in steps,
        "churn_reasons": REASONS[ContractStage.CHURNED],
        "reason": REASONS.get(ContractStage(found.stage), {}).get(found.reason, ""),
        "is_renewable": may_renew(found, by=request.user),
        "form": renewing or proposed,
        "renewing": renewing,
        "refusal": refusal,
        "days_left": (found.ends_on - timezone.localdate()).days,
        "keepers": _keepers()[:200] if may_change(found, by=request.user) else [],
        "deal": deals.first() if may(request.user, "deals.read") else None,
        "renewal": Contract.objects.visible_to(request.user).filter(previous=found).first(),
        "previous": Contract.objects.visible_to(request.user).filter(renewal=found).first(),
        "stays": _stays(found),
        "recallable": _recallable(found, request.user),
    }
    return render(request, "sales/contract.html", context, status=status)


def _recallable(found: Contract, staff: Staff) -> list[Lead]:
    """The won leads of a customer who left, as far as ``staff`` may recall them."""
    if found.stage != ContractStage.CHURNED or not may(staff, "leads.work"):
        return []
    won = Lead.objects.visible_to(staff).filter(deals__opportunity__contract=found, stage=Stage.WON)
    return [lead for lead in won.select_related("person") if lead_steps_from(lead, by=staff)]


def _stays(found: Contract) -> list[dict[str, Any]]:
    """Its stays in stages, the latest first, in words."""
    visits = found.stage_visits.select_related("entered_by").order_by("-entered_at", "-pk")[:30]
    return [
        {
            "visit": visit,
            "label": ContractStage(visit.stage).label,
            "reason": REASONS.get(ContractStage(visit.stage), {}).get(visit.reason, ""),
        }
        for visit in visits
    ]


def _path(found: Contract, steps: list[ContractStage]) -> list[dict[str, Any]]:
    path = [*_RUNNING, ContractStage.RENEWED]
    at = path.index(ContractStage(found.stage)) if found.stage in path else -1
    return [
        {"stage": stage, "is_done": place < at, "is_current": place == at, "is_step": stage in steps}
        for place, stage in enumerate(path)
    ]


def _due_tabs(request: StaffRequest, wanted: Wanted) -> list[dict[str, Any]]:
    due = renewals_due(request.user, today=timezone.localdate())

    def tab(label: str, value: str, count: int | None) -> dict[str, Any]:
        query = request.GET.copy()
        for name in ("due", "after"):
            query.pop(name, None)
        if value:
            query["due"] = value
        elif not query:
            query[OPENED] = "all"  # a bare address leads to the view that the list opens with
        return {"label": label, "url": f"?{query.urlencode()}", "is_current": wanted.due == value, "count": count}

    ahead = [tab(_("Renewal within %(n)d days") % {"n": days}, str(days), due[days]) for days in reversed(DUE_WITHIN)]
    return [tab(pgettext("contracts", "All"), "", None), *ahead]
