"""People: the list, and everything about one of them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from wutong.events.touch import CHANNELS
from wutong.lifecycle.acquaintance import acquaintances_of, hand_overs_of
from wutong.lifecycle.acts import FILTERS, KINDS, Cursor, Only
from wutong.lifecycle.advice import advice_for, next_steps
from wutong.lifecycle.contact import record_follow_up
from wutong.lifecycle.forms import FollowUpForm
from wutong.lifecycle.giving import who_may_be_given_leads
from wutong.lifecycle.hand_over import Bant
from wutong.lifecycle.inbox import row_of
from wutong.lifecycle.list_columns import columns_in, own_cells_of_people
from wutong.lifecycle.models import CLOSED_STAGES, Lead, Stage
from wutong.lifecycle.panels import Place, person_panels
from wutong.lifecycle.people_list import PARAMETERS, Wanted, people_for
from wutong.lifecycle.person_facts import REVEAL, consents_of, facts_of, reveal_identifier
from wutong.lifecycle.person_leads import MOST, latest_leads_of
from wutong.lifecycle.timeline import timeline_of
from wutong.lifecycle.viewer import Viewer, viewer_of
from wutong.lifecycle.views.field_of_many import fillable_of_people
from wutong.lifecycle.views.follow_up_choices import choices_of
from wutong.lifecycle.views.frame import ask_frame
from wutong.lifecycle.views.people_rows import rows_of_people
from wutong.lifecycle.views.tags import choices_ahead, to_choose
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.custom_fields import readable_ahead, readable_by
from wutong.people.custom_filters import parameters_of, to_ask
from wutong.people.models import Affiliation, CustomField, Identifier, OwnKind, Person, Reach, Tag, TagGroup
from wutong.platform.answers import done, is_htmx, refused
from wutong.platform.models import DataScope, Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal
from wutong.platform.saved_views import bar_of, opening_address, views_ahead
from wutong.platform.secrets import BadToken, verified
from wutong.scoring.explanation import explanation

_COLUMNS = {
    "company": gettext_lazy("Company"),
    "score": gettext_lazy("Score"),
    "stage": gettext_lazy("Stage"),
    "owner": gettext_lazy("Owner"),
    "seen": gettext_lazy("Last seen"),
    "next": gettext_lazy("Next step"),
}


@require_safe
@requires("people.read")
def people(request: StaffRequest) -> HttpResponse:
    """The people in sight, searched and filtered by the address."""
    fields_and_tags = readable_ahead(request.user, CustomField.About.PERSON), choices_ahead(TagGroup.About.PERSON)
    ask_frame(request, views_ahead(request.user, "people"), *fields_and_tags)
    if (address := opening_address(request.user, "people", request.GET)) is not None:
        return HttpResponseRedirect(address)
    fields = readable_by(request.user, CustomField.About.PERSON)
    wanted = Wanted.read(request.GET, fields)
    found = people_for(request.user, wanted)
    columns = columns_in(request.GET, _COLUMNS, fields)
    own_cells_of_people(found.people, columns.own)
    tags = to_choose(TagGroup.About.PERSON)
    may_tag = bool(tags) and may(request.user, "people.tag")
    fillable = fillable_of_people(request.user, fields)
    may_choose = may_tag or bool(fillable)
    context = {
        "views": bar_of(request.user, "people", request.GET, names=PARAMETERS | parameters_of(fields)),
        "columns": columns,
        "found": found,
        "rows": rows_of_people(found.people, columns, may_choose=may_choose),
        "wanted": wanted,
        "filters": _filters(request, wanted),
        "is_filtered": wanted.is_narrow,
        "own_fields": to_ask(fields, wanted.own),
        "tags": tags,
        "may_tag": may_tag,
        "fillable": fillable,
        "may_choose": may_choose,
        "stages": Stage.choices,
        "reaches": [*Reach.choices, ("everybody", _("Everybody, visitors too"))],
    }
    return render(request, "lifecycle/people.html", context)


@require_safe
@requires("people.read")
def person(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Everything about one person; an id that was merged away leads to the person it belongs to now."""
    ask_frame(request)
    one = _person(request, public_id)
    if one.public_id != public_id:
        return HttpResponseRedirect(reverse("lifecycle:person", args=[one.public_id]))
    shown = latest_leads_of(one, request.user)
    which = request.GET.get("which", FILTERS[0])
    places = _affiliations_of(one.pk)
    context: dict[str, Any] = {
        "person": one,
        "facts": facts_of(one, viewer=request.user),
        "consents": consents_of(one),
        "affiliations": places,
        "surely_in_sight": _surely_in_sight(places, shown, request.user),
        "leads": shown,
        "open_lead": _to_work_on(shown),
        "why": explanation(one, at=timezone.now()),
        "timeline": _timeline(request, one, leads=shown if len(shown) < MOST else None),
        "which": which,
        "kinds": KINDS,
        "channels": sorted(CHANNELS.items()),
        "tabs": _tabs(which),
        "may_work": may(request.user, "leads.work"),
        "panels": person_panels(request.user, one, Place.FACTS, Place.WORK),
        "acquaintances": acquaintances_of(one, viewer=request.user),
        "hand_overs": hand_overs_of(one, viewer=request.user),
        "own_kinds": OwnKind.choices if may(request.user, "own.manage") else [],
        "colleagues": who_may_be_given_leads() if may(request.user, "routing.manage") else [],
    }
    context |= _doing(request, context["open_lead"])
    return render(request, "lifecycle/person.html", context)


@require_safe
@requires("people.read")
def rest(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The cards below those that are asked for daily."""
    one = _person(request, public_id)
    context = {"person": one, "panels": person_panels(request.user, one, Place.REST)}
    template = "lifecycle/_person_rest.html" if is_htmx(request) else "lifecycle/person_rest.html"
    return render(request, template, context)


@require_POST
@requires("leads.work")
def compose(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Record a contact from a person's page, with the lead that is open."""
    one = _person(request, public_id)
    leads = Lead.objects.visible_to(request.user).filter(person=one)
    lead = get_object_or_404(leads, public_id=uuid_or_none(request.POST.get("lead")))
    form = FollowUpForm(request.POST)
    refusal, status = None, 422
    if form.is_valid():
        try:
            record_follow_up(lead=lead, by=request.user, at=timezone.now(), **form.given())
        except Refusal as no:
            refusal, status = no, 409
        else:
            return done(request, reverse("lifecycle:person", args=[one.public_id]), _("Recorded."))
    context = {"person": one, "open_lead": lead, "refusal": refusal, **_doing(request, lead), "form": form}
    context["choices"] = choices_of(form, context["proposed"])
    template = "lifecycle/_compose.html" if is_htmx(request) else "lifecycle/compose.html"
    return render(request, template, context, status=status)


@require_safe
@requires("people.read")
def timeline(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An older page of a person's timeline."""
    one = _person(request, public_id)
    return render(
        request,
        "lifecycle/_timeline.html",
        {"person": one, "timeline": _timeline(request, one), "which": request.GET.get("which", "all")},
    )


@require_POST
@requires("people.reveal")
def reveal(request: StaffRequest, public_id: UUID, token: str) -> HttpResponse:
    """Show a telephone number or e-mail address in full; who saw it is recorded, and counted."""
    one = _person(request, public_id)
    try:
        named = verified(REVEAL, token, at=timezone.now())
    except BadToken as error:
        raise Http404 from error
    identifier = get_object_or_404(Identifier.objects.filter(person=one), pk=named)
    try:
        reveal_identifier(identifier, person=one, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("lifecycle:person", args=[one.public_id]))
    return render(request, "lifecycle/_revealed.html", {"identifier": identifier})


@ready_made
def _affiliations_of(person: int) -> QuerySet[Affiliation]:
    found = Affiliation.objects.filter(person=person).select_related("account").defer("account__search_keys")
    return found.order_by("-created_at")[:20]


def _surely_in_sight(places: list[Affiliation], leads: list[Lead], staff: Staff) -> set[int]:
    """The companies whose page the reader may open for certain, as far as no further question tells it."""
    if staff.data_scope == DataScope.ALL and not staff.own_scopes():
        return {place.account_id for place in places}
    return {lead.account_id for lead in leads if lead.account_id is not None}


def _to_work_on(leads: list[Lead]) -> Lead | None:
    """Of a person's leads, the latest first, the one that most needs somebody."""
    open_ones = [lead for lead in leads if lead.stage not in CLOSED_STAGES]
    return next((lead for lead in open_ones if lead.first_contact_at is None), next(iter(open_ones), None))


def _doing(request: StaffRequest, lead: Lead | None) -> dict[str, Any]:
    """What the reader does best with the open lead, and the form to record a contact with."""
    if lead is None or not may(request.user, "leads.work"):
        return {}
    now = timezone.now()
    proposed = next_steps(at=now)
    form = FollowUpForm.blank(proposed)
    return {
        "advice": advice_for(row_of(lead), by=request.user, at=now, bant=Bant.of(lead)),
        "is_theirs": lead.owner is not None and lead.owner != request.user,
        "proposed": proposed,
        "form": form,
        "choices": choices_of(form, proposed),
    }


def _person(request: StaffRequest, public_id: UUID) -> Person:
    for one in _in_sight(viewer_of(request.user), public_id):
        return one
    named = get_object_or_404(Person, public_id=public_id)
    while named.merged_into is not None:
        named = named.merged_into
    return get_object_or_404(people_visible_to(request.user), pk=named.pk)


@ready_made
def _in_sight(viewer: Viewer, public_id: UUID) -> QuerySet[Person]:
    return people_visible_to(viewer.staff).filter(public_id=public_id).defer("search_keys")


def _timeline(request: StaffRequest, one: Person, *, leads: list[Lead] | None = None) -> Any:
    get = request.GET
    which = get.get("which", "all")
    return timeline_of(
        one,
        viewer=request.user,
        language=translation.get_language() or "zh-hans",
        zone=timezone.get_current_timezone(),
        after=Cursor.read(get.get("before", "")),
        which=which if which in FILTERS else "all",
        only=Only(channel=get.get("channel", ""), kind=get.get("kind", ""), by=uuid_or_none(get.get("by"))),
        leads=leads,
    )


def _tabs(which: str) -> list[dict[str, Any]]:
    names = {"all": _("Everything"), "theirs": pgettext("timeline", "What they did"), "ours": _("What we did")}
    return [{"label": label, "url": f"?which={code}", "is_current": code == which} for code, label in names.items()]


def _filters(request: StaffRequest, wanted: Wanted) -> list[dict[str, Any]]:
    """The conditions in force as chips, each with the address that drops it."""

    def without(*names: str) -> str:
        query = request.GET.copy()
        for key in (*names, "after"):
            query.pop(key, None)
        return f"?{query.urlencode()}"

    shown = []
    if wanted.reach in Reach.values:
        shown.append({"label": _("Reach is"), "value": Reach(wanted.reach).label, "drop_url": without("reach")})
    elif wanted.reach == "everybody":
        shown.append({"label": _("Reach is"), "value": _("Everybody, visitors too"), "drop_url": without("reach")})
    if wanted.stage in Stage.values:
        shown.append({"label": _("Stage is"), "value": Stage(wanted.stage).label, "drop_url": without("stage")})
    if wanted.tag:
        tag = Tag.objects.filter(public_id=wanted.tag).first()
        shown.append({"label": _("Tag is"), "value": tag.name if tag else "—", "drop_url": without("tag")})
    if wanted.owner == "me":
        shown.append({"label": _("Owner is"), "value": request.user.full_name, "drop_url": without("owner")})
    shown += [{"label": one.field.name, "value": one.in_words(), "drop_url": without(*one.names)} for one in wanted.own]
    return shown
