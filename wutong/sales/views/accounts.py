"""Companies: the list, and everything about one of them."""

from functools import cache
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from wutong.lifecycle.account_team import may_look_after, names_of_who_may_look_after
from wutong.lifecycle.list_columns import columns_in, own_cells_of_accounts
from wutong.lifecycle.product_lines import lines_on_offer
from wutong.lifecycle.views.frame import ask_frame
from wutong.lifecycle.views.tags import choices_ahead, to_choose
from wutong.people.companies.places import large_divisions
from wutong.people.custom_fields import readable_ahead, readable_by
from wutong.people.custom_filters import parameters_of, to_ask
from wutong.people.models import CustomField, Industry, SizeBand, TagGroup
from wutong.platform.organisation import our_currency
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.saved_views import bar_of, opening_address, views_ahead
from wutong.sales.account_record import people_of
from wutong.sales.accounts import PARAMETERS, Wanted, accounts_for, states
from wutong.sales.views.account_page import account_of, account_page, chosen
from wutong.sales.views.activity import activity_of
from wutong.sales.views.field_of_many import fillable_of_companies
from wutong.sales.views.table_rows import rows_of_companies

_COLUMNS = {
    "people": gettext_lazy("People in sight"),
    "leads": gettext_lazy("Open leads"),
    "open": gettext_lazy("Open amount"),
    "won": pgettext_lazy("amount", "Won"),
    "owner": gettext_lazy("Owner"),
    "touch": gettext_lazy("Last touch"),
}


@require_safe
@requires("people.read")
def accounts(request: StaffRequest) -> HttpResponse:
    """The companies in sight, chosen by the address."""
    choices = [choices_ahead(TagGroup.About.ACCOUNT), readable_ahead(request.user, CustomField.About.ACCOUNT)]
    if may(request.user, "accounts.manage"):
        choices += [may_look_after.about(), lines_on_offer.about()]
    ask_frame(request, views_ahead(request.user, "accounts"), *choices)
    if (address := opening_address(request.user, "accounts", request.GET)) is not None:
        return HttpResponseRedirect(address)
    fields = readable_by(request.user, CustomField.About.ACCOUNT)
    wanted = Wanted.read(request.GET, fields)
    found = accounts_for(request.user, wanted)
    may_read_deals = may(request.user, "deals.read")
    usual = {code: label for code, label in _COLUMNS.items() if may_read_deals or code not in ("open", "won")}
    columns = columns_in(request.GET, usual, fields)
    own_cells_of_accounts([row.account for row in found.rows], columns.own)
    tags, may_tag = to_choose(TagGroup.About.ACCOUNT), may(request.user, "people.tag")
    colleagues = names_of_who_may_look_after() if may(request.user, "accounts.manage") else []
    fillable = fillable_of_companies(request.user, fields)
    may_choose = bool(colleagues or (may_tag and tags) or fillable)
    context = {
        "found": found,
        "rows": rows_of_companies(found.rows, columns, currency=our_currency(), may_choose=may_choose),
        "columns": columns,
        "views": bar_of(request.user, "accounts", request.GET, names=PARAMETERS | parameters_of(fields)),
        "wanted": wanted,
        "states": [one for one in states() if may_read_deals or one[0].endswith("confirmed")],
        "industries": Industry.choices,
        "sizes": SizeBand.choices,
        "regions": _regions(),
        "own_fields": to_ask(fields, wanted.own),
        "tags": tags,
        "may_tag": may_tag,
        "fillable": fillable,
        "may_choose": may_choose,
        "may_read_deals": may_read_deals,
        "colleagues": colleagues,
        "lines": [(line.code, line.name) for line in lines_on_offer()] if colleagues else [],
        "currency": our_currency(),
    }
    return render(request, "sales/accounts.html", context)


@cache
def _regions() -> SafeString:
    """Four hundred suggestions, the same on every page."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for _code, name in large_divisions()))


@require_safe
@requires("people.read")
def account(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything about one company."""
    ask_frame(request)
    one = account_of(request, public_id)
    if one.public_id != public_id:
        return HttpResponseRedirect(reverse("sales:account", args=[one.public_id]))
    return account_page(request, one)


@require_safe
@requires("people.read")
def activity(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An older page of what its people and we did."""
    one = account_of(request, public_id)
    people = chosen(request, [place.person for place in people_of(one, request.user)])
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "activity": activity_of(request, people),
        "older_url": reverse("sales:account_activity", args=[public_id]),
        "query": query.urlencode(),
    }
    return render(request, "sales/_activity.html", context)
