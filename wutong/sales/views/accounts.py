"""Companies: the list, and everything about one of them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.models import Contract, Lead
from wutong.people.credit_code import NotACreditCode, credit_code, is_consistent
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.answers import done
from wutong.platform.organisation import our_currency
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.sales.accounts import (
    STATES,
    Wanted,
    accounts_for,
    accounts_visible_to,
    acquaintances,
    change_account,
    confirm_account,
    mark_of_account,
    people_of,
    rows_of,
)
from wutong.sales.committee import empty_chairs
from wutong.sales.forms import AccountForm
from wutong.sales.models import Opportunity
from wutong.sales.views.activity import activity_of

_SHOWN = 50


@require_safe
@requires("people.read")
def accounts(request: StaffRequest) -> HttpResponse:
    """The companies in sight, chosen by the address."""
    get = request.GET
    wanted = Wanted(
        search=get.get("q", "")[:80], owner=get.get("owner", ""), state=get.get("state", ""), after=get.get("after", "")
    )
    may_read_deals = may(request.user, "deals.read")
    names = {
        "customer": _("Customers: with a running contract"),
        "open": _("With an open opportunity"),
        "confirmed": pgettext("company", "Confirmed"),
        "unconfirmed": _("Typed, not confirmed"),
    }
    context = {
        "found": accounts_for(request.user, wanted),
        "wanted": wanted,
        "states": [(state, names[state]) for state in STATES if may_read_deals or state.endswith("confirmed")],
        "may_read_deals": may_read_deals,
        "may_enter": may(request.user, "accounts.manage"),
        "currency": our_currency(),
    }
    return render(request, "sales/accounts.html", context)


@require_safe
@requires("people.read")
def account(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything about one company."""
    return _page(request, _account(request, public_id))


@require_safe
@requires("people.read")
def activity(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An older page of what its people and we did."""
    one = _account(request, public_id)
    people = _chosen(request, [place.person for place in people_of(one, request.user)])
    context = {
        "activity": activity_of(request, people),
        "older_url": reverse("sales:account_activity", args=[public_id]),
    }
    return render(request, "sales/_activity.html", context)


@require_POST
@requires("accounts.manage")
def change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Correct name, credit code and domain."""
    one = _account(request, public_id)
    form = AccountForm(request.POST, auto_id="company-%s")
    code = _code(form, held=one.credit_code) if form.is_valid() else None
    if not form.is_valid():
        return _page(request, one, form=form, status=422)
    given = {"name": form.cleaned_data["name"], "domain": form.cleaned_data["domain"], "credit_code": code}
    try:
        change_account(account=one, by=request.user, at=timezone.now(), seen=request.POST.get("seen", ""), **given)
    except Refusal as no:
        return _page(request, _account(request, public_id), form=form, refusal=no, status=409)
    return done(request, reverse("sales:account", args=[public_id]), _("Saved."))


@require_POST
@requires("accounts.manage")
def confirm(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say that a company which somebody typed is one."""
    one = _account(request, public_id)
    confirm_account(account=one, by=request.user, at=timezone.now())
    return done(request, reverse("sales:account", args=[public_id]), _("Confirmed."))


def _account(request: StaffRequest, public_id: UUID) -> Account:
    return get_object_or_404(accounts_visible_to(request.user), public_id=public_id)


def _code(form: AccountForm, *, held: str | None) -> str | None:
    """The code that was typed, with its faults noted in ``form``; a check digit that does not fit is asked about."""
    typed = form.cleaned_data["credit_code"]
    if not typed:
        return None
    try:
        code = credit_code(typed)
    except NotACreditCode:
        form.add_error(
            "credit_code",
            _("A credit code has 18 characters: digits and capital letters without I, O, S, V and Z. This has %(n)d.")
            % {"n": len(typed)},
        )
        return None
    if not is_consistent(code) and code != held and not form.cleaned_data["is_sure"]:
        form.add_error("credit_code", _("The check digit does not fit. Compare it with the licence."))
        form.add_error("is_sure", _("If the licence reads exactly so, tick this and save again."))
    return code


def _page(
    request: StaffRequest,
    one: Account,
    *,
    form: AccountForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    staff = request.user
    may_read_deals, may_see_contracts = may(staff, "deals.read"), may(staff, "contracts.work")
    tabs = _tabs(may_read_deals=may_read_deals, may_see_contracts=may_see_contracts)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "overview"
    places = people_of(one, staff)
    people = [place.person for place in places]
    known = {"name": one.name, "credit_code": one.credit_code or "", "domain": one.domain}
    context: dict[str, Any] = {
        "account": one,
        "row": rows_of([one], staff)[0],
        "code_is_doubtful": bool(one.credit_code) and not is_consistent(one.credit_code or ""),
        "tab": tab,
        "tabs": [{"label": label, "url": f"?tab={code}", "is_current": code == tab} for code, label in tabs.items()],
        "places": places,
        "may_manage": may(staff, "accounts.manage"),
        "may_read_deals": may_read_deals,
        "may_see_contracts": may_see_contracts,
        "seen": mark_of_account(one),
        "form": form or AccountForm(initial=known, auto_id="company-%s"),
        "is_asked": form is not None and bool(form.errors.get("is_sure")),
        "refusal": refusal,
        "currency": our_currency(),
    }
    if tab in ("overview", "leads"):
        leads = Lead.objects.visible_to(staff).filter(account=one).select_related("person", "owner", "product_line")
        context["leads"] = leads.defer("person__search_keys").order_by("-last_touch_at")[:_SHOWN]
    if tab in ("overview", "deals") and may_read_deals:
        deals = Opportunity.objects.visible_to(staff).filter(account=one).select_related("owner")
        context["deals"] = deals.defer("search_keys").order_by("-changed_at")[:_SHOWN]
    if tab in ("overview", "contracts") and may_see_contracts:
        contracts = Contract.objects.visible_to(staff).filter(account=one).select_related("owner", "product_line")
        context["contracts"] = contracts.order_by("-ends_on")[:_SHOWN]
    if tab == "overview":
        context["acquaintances"] = acquaintances(people, one, staff)
    if tab == "timeline":
        context["chosen"] = request.GET.get("person", "")
        context["activity"] = activity_of(request, _chosen(request, people))
        context["older_url"] = reverse("sales:account_activity", args=[one.public_id])
    if tab == "committee":
        context["chairs"] = _chairs(places)
        context["empty_chairs"] = empty_chairs(place.buying_role for place in places)
    return render(request, "sales/account.html", context, status=status)


def _tabs(*, may_read_deals: bool, may_see_contracts: bool) -> dict[str, str]:
    tabs = {
        "overview": pgettext("company", "Overview"),
        "timeline": pgettext("company", "Timeline"),
        "committee": _("Buying committee"),
        "leads": pgettext("company", "Leads"),
    }
    if may_read_deals:
        tabs["deals"] = pgettext("navigation", "Opportunities")
    if may_see_contracts:
        tabs["contracts"] = pgettext("navigation", "Contracts")
    return tabs


def _chairs(places: list[Affiliation]) -> list[tuple[str, list[Affiliation]]]:
    """Who has which part; those whose part is not known last."""
    names = [*Affiliation.BuyingRole.choices, ("", _("role unknown"))]
    chairs = [(str(label), [place for place in places if place.buying_role == code]) for code, label in names]
    return [(label, held) for label, held in chairs if held]


def _chosen(request: StaffRequest, people: list[Person]) -> list[Person]:
    asked = request.GET.get("person", "")
    return [person for person in people if str(person.public_id) == asked] or people
