"""Deals as a board and as a table over the same set, and moving one on the board."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.list_columns import columns_in
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.product_lines import first_lines
from wutong.lifecycle.views.frame import ask_frame
from wutong.platform.answers import is_htmx
from wutong.platform.calendar import months_later
from wutong.platform.cells import BoardCard, Ways, addresses
from wutong.platform.models import DataScope, Staff, Team
from wutong.platform.organisation import our_currency
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.platform.saved_views import bar_of, opening_address, views_ahead
from wutong.sales.deal_list import (
    Column,
    Sums,
    Wanted,
    board_of,
    columns_for,
    deals_wanted,
    month_of,
    sums_by_stage,
    table_of,
    total_of_sums,
)
from wutong.sales.deal_rules import may_change
from wutong.sales.forms import CloseForm
from wutong.sales.models import CLOSED, PROBABILITY, Opportunity, OpportunityStage
from wutong.sales.opportunities import close_opportunity, move_opportunity
from wutong.sales.risks import Risk, risks_of, with_risks
from wutong.sales.views.table_rows import rows_of_deals

VIEWS = ("board", "table")
_COLUMNS = {
    "company": gettext_lazy("Company"),
    "stage": gettext_lazy("Stage"),
    "amount": pgettext_lazy("opportunity", "Amount"),
    "weighted": gettext_lazy("Weighted"),
    "close": gettext_lazy("Expected close"),
    "owner": pgettext_lazy("opportunity", "Owner"),
    "next": gettext_lazy("Next step"),
    "risk": gettext_lazy("Risk"),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """A deal on the board, with what it says of a move that was refused or asks for more."""

    deal: Opportunity
    told: BoardCard
    column: str
    """The stage in whose column it stands: its own, or the one it is about to enter while that asks for something."""
    asking: CloseForm | None = None
    refusal: str = ""


@require_safe
@requires("deals.read")
def opportunities(request: StaffRequest) -> HttpResponse:
    """The deals in sight, chosen by the address."""
    ask_frame(request, views_ahead(request.user, "opportunities"), first_lines.about())
    if (address := opening_address(request.user, "opportunities", request.GET)) is not None:
        return HttpResponseRedirect(address)
    return _page(request)


@require_safe
@requires("deals.read")
def card(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One card as it is now: what "cancel" brings back."""
    deal = _deal(request, public_id)
    if not is_htmx(request):
        return HttpResponseRedirect(reverse("sales:opportunity", args=[public_id]))
    return render(request, "sales/_card.html", _card_context(request, _card(deal, request)))


@require_POST
@requires("deals.work")
def move_card(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a card into another column. A column that ends the deal asks for what it needs first."""
    deal = _deal(request, public_id)
    to = request.POST.get("to", "")
    if to not in OpportunityStage.values:
        return _moved(request, _card(deal, request, refusal=_("Choose a stage.")), status=422)
    deal.version = seen_version(request)
    stage, at = OpportunityStage(to), timezone.now()
    form = None
    try:
        if stage in CLOSED:
            form = CloseForm(request.POST if "reason" in request.POST else None, to=stage, deal=deal)
            if not form.is_valid():
                deal = _deal(request, public_id)
                return _moved(request, _card(deal, request, column=stage.value, asking=form), status=422)
            close_opportunity(opportunity=deal, to=stage, by=request.user, at=at, **form.given())
        else:
            move_opportunity(opportunity=deal, to=stage, by=request.user, at=at)
    except Refusal as no:
        return _moved(request, _card(_deal(request, public_id), request, refusal=str(no)), status=409)
    said = _("“%(name)s” is now in “%(stage)s”.") % {"name": deal.name, "stage": stage.label}
    if not is_htmx(request):
        messages.success(request, said)
        return HttpResponseRedirect(f"{reverse('sales:opportunities')}?{request.GET.urlencode()}")
    return _moved(request, _card(_deal(request, public_id), request), said=said)


@require_safe
@requires("deals.work")
def new(request: StaffRequest) -> HttpResponse:
    """The SQLs in sight from which a deal can be opened."""
    leads = Lead.objects.visible_to(request.user).filter(stage=Stage.SQL)
    shown = leads.select_related("person", "account", "product_line", "owner").order_by("-last_touch_at")[:100]
    return render(request, "sales/new.html", {"leads": shown})


def seen_version(request: HttpRequest) -> int:
    """The version of the deal that the page showed; 0, which none has, when it did not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _deal(request: StaffRequest, public_id: UUID) -> Opportunity:
    deals = Opportunity.objects.visible_to(request.user).select_related("account", "owner", "product_line")
    marked = with_risks(deals, at=timezone.now(), zone=_zone())
    return get_object_or_404(marked, public_id=public_id)


def _card(deal: Opportunity, request: StaffRequest, *, column: str = "", **given: Any) -> Card:
    return Card(deal=deal, told=_told(deal, request, column or deal.stage), column=column or deal.stage, **given)


def _told(deal: Opportunity, request: StaffRequest, column: str) -> BoardCard:
    ways = None
    if may_change(deal, by=request.user):
        url = f"{addresses('sales:move_card').of(deal.public_id)}?{request.GET.urlencode()}"
        ways = Ways(url, deal.version, _ways_on(deal.stage, get_language() or ""))
    return BoardCard(
        public_id=deal.public_id,
        column=column,
        name=deal.name,
        url=addresses("sales:opportunity").of(deal.public_id),
        company=deal.account.name,
        amount=deal.amount,
        currency=deal.currency,
        due_on=deal.close_on,
        owner=deal.owner.full_name,
        share=None if deal.closed_at else int(PROBABILITY[deal.stage] * 100),
        step=deal.next_step,
        closed_at=deal.closed_at,
        warnings=[str(risk.label) for risk in risks_of(deal)],
        ways=ways,
    )


def _card_context(request: StaffRequest, card: Card) -> dict[str, Any]:
    return {"card": card, "query": request.GET.urlencode()}


def _moved(request: StaffRequest, card: Card, *, said: str = "", status: int = 200) -> HttpResponse:
    """The card as it is now with the sums of every column; without a script the page that holds it."""
    if not is_htmx(request):
        return _page(request, instead=card, status=status)
    wanted = Wanted.read(request.GET)
    sums = sums_by_stage(deals_wanted(request.user, wanted, at=timezone.now(), zone=_zone()))
    context = _card_context(request, card) | {
        "columns": [Column(stage, sums.get(stage, Sums()), [], 0) for stage in columns_for(wanted)],
        "total": total_of_sums(sums.values()),
        "currency": our_currency(),
        "said": said,
    }
    return render(request, "sales/_card_moved.html", context, status=status)


def _page(request: StaffRequest, *, instead: Card | None = None, status: int = 200) -> HttpResponse:
    wanted, at, zone = Wanted.read(request.GET), timezone.now(), _zone()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    deals = deals_wanted(request.user, wanted, at=at, zone=zone)
    choices = _choices(request.user, wanted)
    columns = columns_in(request.GET, _COLUMNS, ())
    context: dict[str, Any] = {
        "view": view,
        "wanted": wanted,
        "filters": _chips(request, choices),
        "choices": choices,
        "currency": our_currency(),
        "may_work": may(request.user, "deals.work"),
        "query": request.GET.urlencode(),
        "views": bar_of(request.user, "opportunities", request.GET),
        "shown": columns,
    }
    if view == "board":
        stages = board_of(deals, wanted, at=at, zone=zone)
        context["total"] = total_of_sums(column.sums for column in stages)
        context["columns"] = [(column, *_cards(column, request, instead)) for column in stages]
    else:
        table = table_of(deals, wanted, at=at, zone=zone)
        context |= {
            "table": table,
            "total": table.sums,
            "rows": rows_of_deals(table.deals, columns),
        }
    return render(request, "sales/opportunities.html", context, status=status)


@cache  # a board draws them a hundred times, and they differ by stage alone
def _ways_on(stage: str, _language: str) -> SafeString:
    return render_to_string("sales/_ways_on.html", {"stages": list(OpportunityStage), "stage": stage})


def _cards(column: Column, request: StaffRequest, instead: Card | None) -> tuple[Card | None, list[BoardCard]]:
    """The card that something was just done with, if it stands here, and the others."""
    others = [deal for deal in column.deals if instead is None or deal.pk != instead.deal.pk]
    here = instead if instead is not None and instead.column == column.stage else None
    return here, [_told(deal, request, deal.stage) for deal in others]


def _choices(staff: Staff, wanted: Wanted) -> list[dict[str, Any]]:
    """What each condition can be set to: name in the address, label, the value now, pairs of value and label."""
    today = timezone.localdate()
    months = [months_later(today.replace(day=1), n) for n in range(-2, 10)]
    if (asked := month_of(wanted.month)) and asked not in months:
        months = sorted([asked, *months])
    every = [
        ("owner", pgettext("opportunity", "Owner"), _("Any owner"), _owners(staff)),
        ("team", pgettext("opportunity", "Team"), _("Any team"), _teams(staff)),
        (
            "line",
            _("Product line"),
            _("Any product line"),
            [(line.code, line.name) for line in first_lines()],
        ),
        (
            "stage",
            _("Stage"),
            _("Open, and won in the last 90 days"),
            [*OpportunityStage.choices, ("all", _("All, closed ones too"))],
        ),
        ("month", _("Closes in"), _("Any month"), [(f"{first:%Y-%m}", f"{first:%Y-%m}") for first in months]),
        ("risk", _("Risk"), _("With or without risk"), [*Risk.choices]),
    ]
    return [
        {"name": name, "label": label, "none": none, "options": options, "value": getattr(wanted, name)}
        for name, label, none, options in every
        if options
    ]


def _owners(staff: Staff) -> list[tuple[str, str]]:
    if staff.data_scope == DataScope.OWN:
        return []
    owners = Staff.objects.filter(pk__in=Opportunity.objects.visible_to(staff).order_by().values("owner"))
    named = owners.exclude(pk=staff.pk).order_by("sort_key").values_list("public_id", "full_name")[:100]
    return [("me", pgettext("owner", "Mine")), *((str(id), name) for id, name in named)]


def _teams(staff: Staff) -> list[tuple[str, str]]:
    if staff.data_scope == DataScope.OWN:
        return []
    teams = Team.objects.filter(pk__in=Opportunity.objects.visible_to(staff).order_by().values("team"))
    return [(str(id), name) for id, name in teams.order_by("path").values_list("public_id", "name")[:100]]


def _chips(request: StaffRequest, choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conditions in force, each with the address that drops it."""
    chips = []
    for choice in choices:
        label = dict(choice["options"]).get(choice["value"])
        if label is None:
            continue
        query = request.GET.copy()
        for name in (choice["name"], "after"):
            query.pop(name, None)
        chips.append({"label": choice["label"], "value": str(label), "drop_url": f"?{query.urlencode()}"})
    return chips


def _zone() -> Any:
    return timezone.get_current_timezone()
