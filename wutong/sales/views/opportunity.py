"""One deal: what is known, who decides it, what happened, and what ends it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.models import Lead
from wutong.lifecycle.viewer import viewer_of
from wutong.lifecycle.views.frame import ask_frame
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Affiliation, Person
from wutong.platform.answers import done
from wutong.platform.chinese import query_keys
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.sales.changes import changes_of
from wutong.sales.committee import empty_chairs
from wutong.sales.deal_opening import feed_opportunity
from wutong.sales.deal_parts import name_person, remove_person
from wutong.sales.deal_record import (
    candidates_for,
    contract_of,
    deal_in_sight,
    fed_by,
    feedable,
    parts_of,
    people_in_sight,
    places_of,
    stays_of,
)
from wutong.sales.deal_rules import IN_ORDER, REASONS, may_change
from wutong.sales.forms import CloseForm, DealForm, PartForm
from wutong.sales.models import CLOSED, PROBABILITY, Opportunity, OpportunityPerson, OpportunityStage
from wutong.sales.opportunities import change_opportunity, close_opportunity, move_opportunity
from wutong.sales.risks import risks_of
from wutong.sales.views import deal_team
from wutong.sales.views.activity import activity_of
from wutong.sales.views.opportunities import seen_version


@require_safe
@requires("deals.read")
def opportunity(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything about one deal."""
    ask_frame(request)
    return _page(request, _deal(request, public_id))


@require_safe
@requires("deals.read")
def activity(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An older page of what its people and we did."""
    deal = _deal(request, public_id)
    people = _people(request, parts_of(deal.pk))
    context = {"activity": activity_of(request, people), "older_url": reverse("sales:activity", args=[public_id])}
    return render(request, "sales/_activity.html", context)


@require_POST
@requires("deals.work")
def change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Save what is known of it."""
    deal = _deal(request, public_id)
    form = DealForm(request.POST, auto_id="deal-%s")
    if not form.is_valid():
        return _page(request, deal, form=form, status=422)
    deal.version = seen_version(request)
    try:
        change_opportunity(opportunity=deal, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refusal as no:
        return _page(request, _deal(request, public_id), form=form, refusal=no, status=409)
    return _done(request, public_id, _("Saved."))


@require_POST
@requires("deals.work")
def move(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Move it along its path."""
    deal = _deal(request, public_id)
    to = request.POST.get("to", "")
    if to not in OpportunityStage.values:
        return _page(request, deal, status=422)
    deal.version = seen_version(request)
    try:
        move_opportunity(opportunity=deal, to=OpportunityStage(to), by=request.user, at=timezone.now())
    except Refusal as no:
        return _page(request, _deal(request, public_id), refusal=no, status=409)
    return _done(request, public_id, _("Moved to “%(stage)s”.") % {"stage": OpportunityStage(to).label})


@require_POST
@requires("deals.work")
def close(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """End it as won, lost or invalid."""
    deal = _deal(request, public_id)
    to = request.POST.get("to", "")
    if to not in CLOSED:
        return _page(request, deal, status=422)
    form = CloseForm(request.POST, to=OpportunityStage(to), deal=deal)
    if not form.is_valid():
        return _page(request, deal, closing=form, status=422)
    deal.version = seen_version(request)
    try:
        contract = close_opportunity(opportunity=deal, to=form.to, by=request.user, at=timezone.now(), **form.given())
    except Refusal as no:
        return _page(request, _deal(request, public_id), closing=form, refusal=no, status=409)
    if contract is not None:
        return _done(request, public_id, _("Won. The contract has been started."))
    return _done(request, public_id, _("Closed as “%(stage)s”.") % {"stage": form.to.label})


@require_safe
@requires("deals.work")
def candidates(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """People of the company, in sight, who have no part yet."""
    deal = _deal(request, public_id)
    context = {"deal": deal, "found": _candidates(request, deal), "roles": _roles()}
    return render(request, "sales/_candidates.html", context)


@require_POST
@requires("deals.work")
def name_part(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Give somebody a part, or another."""
    deal = _deal(request, public_id)
    form = PartForm(request.POST)
    if not form.is_valid():
        return _page(request, deal, status=422)
    person = _somebody(request, deal, form.cleaned_data["person"])
    deal.version = seen_version(request)
    try:
        name_person(
            opportunity=deal,
            person=person,
            by=request.user,
            at=timezone.now(),
            role=form.cleaned_data["role"],
            is_main=form.cleaned_data["is_main"],
        )
    except Refusal as no:
        return _page(request, _deal(request, public_id), refusal=no, status=409)
    return _done(request, public_id, _("%(name)s has a part in it now.") % {"name": person.full_name or _("Unnamed")})


@require_POST
@requires("deals.work")
def remove_part(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take somebody out."""
    deal = _deal(request, public_id)
    form = PartForm(request.POST)
    if not form.is_valid():
        return _page(request, deal, status=422)
    person = get_object_or_404(
        Person.objects.filter(opportunity_parts__opportunity=deal).distinct(), public_id=form.cleaned_data["person"]
    )
    deal.version = seen_version(request)
    try:
        remove_person(opportunity=deal, person=person, by=request.user, at=timezone.now())
    except Refusal as no:
        return _page(request, _deal(request, public_id), refusal=no, status=409)
    return _done(request, public_id, _("%(name)s was taken out.") % {"name": person.full_name or _("Unnamed")})


@require_POST
@requires("deals.work")
def feed(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let another SQL of the company feed it."""
    deal = _deal(request, public_id)
    form = PartForm({"person": request.POST.get("lead", "")})  # an id, of a lead here
    if not form.is_valid():
        return _page(request, deal, status=422)
    lead = get_object_or_404(Lead.objects.visible_to(request.user), public_id=form.cleaned_data["person"])
    try:
        feed_opportunity(opportunity=deal, lead=lead, by=request.user, at=timezone.now())
    except Refusal as no:
        return _page(request, _deal(request, public_id), refusal=no, status=409)
    return _done(request, public_id, _("The lead feeds this opportunity now."))


def _deal(request: StaffRequest, public_id: UUID) -> Opportunity:
    found = deal_in_sight(public_id, request.user, at=timezone.now(), zone=timezone.get_current_timezone())
    if found is None:
        raise Http404
    return found


def _done(request: StaffRequest, public_id: UUID, said: str) -> HttpResponse:
    return done(request, reverse("sales:opportunity", args=[public_id]), said)


def _page(
    request: StaffRequest,
    deal: Opportunity,
    *,
    form: DealForm | None = None,
    closing: CloseForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    mine = may(request.user, "deals.work") and may_change(deal, by=request.user)
    parts = parts_of(deal.pk)
    people = _people(request, parts)
    contract = contract_of(viewer_of(request.user), deal.pk) if may(request.user, "contracts.work") else []
    context: dict[str, Any] = {
        "deal": deal,
        "risks": risks_of(deal),
        "reason": REASONS.get(OpportunityStage(deal.stage), {}).get(deal.reason, ""),
        "share": int(PROBABILITY[deal.stage] * 100),
        "path": _path(deal),
        "may_change": mine,
        "form": form or DealForm.of(deal),
        "closings": _closings(deal, closing),
        "closing": closing,
        "refusal": refusal,
        "parts": [(part, part.person_id in {person.pk for person in people}) for part in parts],
        "empty_chairs": empty_chairs(part.role for part in parts),
        "roles": _roles(),
        "found": _candidates(request, deal) if mine else [],
        "fed_by": fed_by(deal.pk),
        "feedable": feedable(viewer_of(request.user), deal.account_id, deal.product_line_id) if mine else [],
        "stays": stays_of(deal.pk),
        "changes": changes_of(deal, language=translation.get_language() or "zh-hans"),
        "activity": activity_of(request, people),
        "older_url": reverse("sales:activity", args=[deal.public_id]),
        "contract": next(iter(contract), None),
        "team": deal_team.card(request.user, deal),
    }
    return render(request, "sales/opportunity.html", context, status=status)


def _roles() -> list[tuple[str, str]]:
    """Put into words once: each of a dozen forms offers them."""
    return [(value, str(label)) for value, label in Affiliation.BuyingRole.choices]


def _path(deal: Opportunity) -> list[dict[str, Any]]:
    """The stages to a contract, with how far the deal has come."""
    path = [*IN_ORDER, OpportunityStage.WON]
    at = path.index(OpportunityStage(deal.stage)) if deal.stage in path else -1
    return [
        {
            "stage": stage,
            "share": int(PROBABILITY[stage] * 100),
            "is_done": place < at,
            "is_current": place == at,
        }
        for place, stage in enumerate(path)
    ]


def _closings(deal: Opportunity, given: CloseForm | None) -> list[CloseForm]:
    return [given if given is not None and given.to == to else CloseForm(to=to, deal=deal) for to in CLOSED]


def _people(request: StaffRequest, parts: Sequence[OpportunityPerson]) -> list[Person]:
    """Those of a deal's people whom the reader may see."""
    return people_in_sight(viewer_of(request.user), [part.person_id for part in parts])


def _candidates(request: StaffRequest, deal: Opportunity) -> list[Affiliation]:
    """Places in the company whose people are in sight and have no part yet, one a person."""
    search = request.GET.get("who", "").strip()[:80]
    if not search:
        return candidates_for(viewer_of(request.user), deal.pk, deal.account_id)
    keys = query_keys(search)
    people = people_visible_to(request.user).filter(search_keys__contains=keys)
    return list(places_of(people, deal.pk, deal.account_id)) if keys else []


def _somebody(request: StaffRequest, deal: Opportunity, public_id: UUID) -> Person:
    """Somebody in the deal, or in the company and in sight."""
    part = deal.people.filter(person__public_id=public_id).select_related("person").first()
    if part is not None:
        return part.person
    people = people_visible_to(request.user).filter(affiliations__account=deal.account_id).distinct()
    return get_object_or_404(people, public_id=public_id)
