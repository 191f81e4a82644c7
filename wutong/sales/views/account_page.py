"""The page of one company, tab by tab: what every view of a company answers with."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.events.touch import CHANNELS
from wutong.lifecycle import field_cards
from wutong.lifecycle.account_team import may_give, who_may_look_after
from wutong.lifecycle.acts import FILTERS, KINDS
from wutong.lifecycle.models import AccountCollaborator, ProductLine
from wutong.lifecycle.viewer import viewer_of
from wutong.people.companies.places import large_divisions
from wutong.people.credit_code import is_consistent
from wutong.people.group import group_of, ids_below
from wutong.people.models import Account, AccountMerge, Affiliation, Person
from wutong.platform.models import Staff
from wutong.platform.organisation import our_currency
from wutong.platform.permissions import StaffRequest, may
from wutong.platform.refusal import Refusal
from wutong.sales.access import who_sees_account
from wutong.sales.account_record import (
    account_in_sight,
    acquaintances,
    contracts_of,
    deals_of,
    leads_of,
    owners_of,
    people_of,
    row_of,
)
from wutong.sales.account_words import facts_in_words, history_of, parent_in_sight
from wutong.sales.accounts import accounts_visible_to, mark_of_account, rows_of, summed
from wutong.sales.collisions import clashes_of
from wutong.sales.committee import empty_chairs
from wutong.sales.forms import AccountForm, MemberForm
from wutong.sales.models import AccountFile, AccountWish
from wutong.sales.views.activity import activity_of
from wutong.sales.views.tags import card_of_account

_SHOWN = 50


def account_of(request: StaffRequest, public_id: UUID) -> Account:
    """The company in the reader's sight; who comes by an entry that was merged gets the one that remains."""
    found = account_in_sight(public_id, request.user)
    if found is None:
        raise Http404
    return found


def account_page(
    request: StaffRequest,
    one: Account,
    *,
    tab: str = "",
    form: forms.Form | None = None,
    member: MemberForm | None = None,
    refusal: Refusal | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page with one tab open.

    Args:
        tab: of :func:`tabs_for`; the one in the address, or the overview, where it is empty.
        form, member: as they were sent, with their errors.
        problem: a sentence about what was sent, where no field has it.
    """
    staff = request.user
    names = tabs_for(staff)
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in names else "overview"
    places, owners = people_of(one, staff), owners_of(one.pk)
    context: dict[str, Any] = {
        "account": one,
        "row": row_of(one, staff, places=places, owners=owners),
        "owners": owners,
        "clash": clashes_of(one),
        "tab": tab,
        "tabs": [{"label": label, "url": f"?tab={code}", "is_current": code == tab} for code, label in names.items()],
        "places": places,
        "may_manage": may(staff, "accounts.manage"),
        "may_read_deals": may(staff, "deals.read"),
        "may_see_contracts": may(staff, "contracts.work"),
        "refusal": refusal,
        "problem": problem,
        "currency": our_currency(),
    }
    context |= _OF_TAB[tab](request, one, places) if tab in _OF_TAB else {}
    if form is not None:
        context |= {"form": form, "is_asked": bool(form.errors.get("is_sure"))}
    if member is not None:
        context["member"] = member
    return render(request, "sales/account.html", context, status=status)


def tabs_for(staff: Staff) -> dict[str, str]:
    """The tabs that ``staff`` may open, with their names."""
    tabs = {
        "overview": pgettext("company", "Overview"),
        "timeline": pgettext("company", "Timeline"),
        "committee": _("People and committee"),
        "leads": pgettext("company", "Leads"),
    }
    if may(staff, "deals.read"):
        tabs["deals"] = pgettext("navigation", "Opportunities")
    if may(staff, "contracts.work"):
        tabs["contracts"] = pgettext("navigation", "Contracts")
    return tabs | {
        "group": pgettext("company", "Group"),
        "files": pgettext("company", "Files"),
        "facts": pgettext("company", "Facts"),
        "team": _("Who works on it"),
    }


def chosen(request: StaffRequest, people: list[Person]) -> list[Person]:
    """Whose acts the address asks for: one's, or everybody's."""
    asked = request.GET.get("person", "")
    return [person for person in people if str(person.public_id) == asked] or people


def _overview(request: StaffRequest, one: Account, places: list[Affiliation]) -> dict[str, Any]:
    people = [place.person for place in places]
    parts = _leads(request, one, places) | _deals(request, one, places) | _contracts(request, one, places)
    return parts | {
        "tags": card_of_account(request.user, one),
        "own": field_cards.card_of_account(
            request.user, one, address=reverse("sales:account_fields", args=[one.public_id])
        ),
        "facts": facts_in_words(one, viewer=request.user),
        "code_is_doubtful": bool(one.credit_code) and not is_consistent(one.credit_code or ""),
        "acquaintances": acquaintances(people, one, request.user, at=timezone.now()),
    }


def _timeline(request: StaffRequest, one: Account, places: list[Affiliation]) -> dict[str, Any]:
    people = [place.person for place in places]
    query = request.GET.copy()
    query.pop("before", None)
    return {
        "chosen": request.GET.get("person", ""),
        "which": dict(zip(FILTERS, _whose_acts(), strict=True)),
        "kinds": KINDS,
        "channels": CHANNELS.items(),
        "colleagues": acquaintances(people, one, request.user, at=timezone.now()),
        "activity": activity_of(request, chosen(request, people)),
        "older_url": reverse("sales:account_activity", args=[one.public_id]),
        "query": query.urlencode(),
    }


def _whose_acts() -> list[str]:
    return [_("Everything"), pgettext("timeline", "What they did"), _("What we did")]


def _committee(_request: StaffRequest, _one: Account, places: list[Affiliation]) -> dict[str, Any]:
    today = timezone.localdate()
    current = [place for place in places if place.valid_to is None or place.valid_to > today]
    return {
        "chairs": _chairs(current),
        "departments": sorted({place.department for place in current if place.department}),
        "former": [place for place in places if place not in current],
        "empty_chairs": empty_chairs(place.buying_role for place in current),
        "forms": {place.pk: MemberForm.of(place) for place in places},
        "roles": Affiliation.BuyingRole,
        "member": MemberForm(auto_id="member-%s"),
    }


def _leads(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    return {"leads": leads_of(viewer_of(request.user), one.pk)}


def _deals(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    if not may(request.user, "deals.read"):
        return {}
    return {"deals": deals_of(viewer_of(request.user), one.pk)}


def _contracts(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    if not may(request.user, "contracts.work"):
        return {}
    return {"contracts": contracts_of(viewer_of(request.user), one.pk)}


def _group(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    kin = group_of(one)
    in_sight = accounts_visible_to(request.user).filter(pk__in=[member.account.pk for member in kin])
    seen = {row.account.pk: row for row in rows_of(list(in_sight.defer("search_keys", "name_grams")), request.user)}
    below = [row for pk, row in seen.items() if pk in set(ids_below([one]))]
    return {
        "kin": [(member, seen.get(member.account.pk)) for member in kin],
        "roll_up": summed(below),
        "parent": one.parent if (is_seen := parent_in_sight(one, request.user)) else None,
        "may_move": is_seen and may(request.user, "accounts.manage"),
    }


def _files(_request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    return {
        "files": AccountFile.objects.filter(account=one).select_related("file__uploaded_by").order_by("-at")[:_SHOWN]
    }


def _facts(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    return {
        "form": AccountForm.of(one),
        "facts": facts_in_words(one, viewer=request.user),
        "seen": mark_of_account(one),
        "code_is_doubtful": bool(one.credit_code) and not is_consistent(one.credit_code or ""),
        "regions": large_divisions(),
        "history": history_of(one, viewer=request.user),
        "merges": AccountMerge.objects.filter(survivor=one)
        .select_related("absorbed", "by", "undone_by")
        .order_by("-at"),
    }


def _team(request: StaffRequest, one: Account, _places: list[Affiliation]) -> dict[str, Any]:
    staff = request.user
    held = {owner.product_line_id: owner for owner in one.owners.select_related("owner", "given_by")}
    lines = ProductLine.objects.to_choose(besides=held).in_order()
    wishes = AccountWish.objects.filter(account=one).select_related("by", "product_line", "decided_by")
    return {
        "lines": [(line, held.get(line.pk), may_give(held.get(line.pk), by=staff)) for line in lines],
        "collaborators": AccountCollaborator.objects.filter(account=one).select_related("staff", "by").order_by("at"),
        "colleagues": who_may_look_after(),
        "access": who_sees_account(one),
        "wishes": wishes.order_by("-at")[:20],
        "wants": AccountWish.What.choices,
    }


_OF_TAB = {
    "overview": _overview,
    "timeline": _timeline,
    "committee": _committee,
    "leads": _leads,
    "deals": _deals,
    "contracts": _contracts,
    "group": _group,
    "files": _files,
    "facts": _facts,
    "team": _team,
}


def _chairs(places: list[Affiliation]) -> list[tuple[str, list[Affiliation]]]:
    """Who has which part; those whose part is not known last."""
    names = [*Affiliation.BuyingRole.choices, ("", _("role unknown"))]
    chairs = [(str(label), [place for place in places if place.buying_role == code]) for code, label in names]
    return [(label, held) for label, held in chairs if held]
