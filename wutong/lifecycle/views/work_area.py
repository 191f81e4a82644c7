"""The work area of one lead: what it shows, and how it is drawn after an act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from wutong.lifecycle.advice import advice_for, next_steps, why_hot
from wutong.lifecycle.contact import Plan, TakenByColleague
from wutong.lifecycle.contact_statuses import statuses_to_choose
from wutong.lifecycle.forms import AssignForm, BantForm, FollowUpForm, HandOverForm, NextStepForm, ReturnForm
from wutong.lifecycle.giving import who_may_be_given_leads, whose
from wutong.lifecycle.hand_over import Bant, may_answer, may_hand_over, may_return
from wutong.lifecycle.inbox import counts_of, inbox_of, row_of, taken_from
from wutong.lifecycle.inbox_views import TO_ACT_ON, views_of
from wutong.lifecycle.models import CLOSED_STAGES, HandOver, Lead, Stage
from wutong.lifecycle.panels import lead_panels
from wutong.lifecycle.person_facts import facts_of
from wutong.lifecycle.sellers import proposal_for, sellers_for, takers_of
from wutong.lifecycle.stages import REASONS, may_step, reasons_for, steps_from
from wutong.lifecycle.timeline import timeline_of
from wutong.lifecycle.views.asked import PARAMETERS, Asked
from wutong.lifecycle.views.follow_up_choices import choices_of
from wutong.lifecycle.views.inbox_rows import drawn_rows
from wutong.lifecycle.views.tabs import tabs_of
from wutong.platform.answers import is_htmx
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import StaffRequest, may
from wutong.platform.refusal import Refusal
from wutong.platform.saved_views import bar_of
from wutong.platform.secrets import sign

UNDO = "undo a plan"
"""Purpose of the token that takes an act back."""
UNDONE_WITHIN = timedelta(hours=1)
F = TypeVar("F", bound=forms.Form)
_TYPED = ("note", "next_step", "budget", "authority", "need", "timing", "pain")


@dataclass(frozen=True)
class Done:
    """What an act did: the sentence of its toast, where it is taken back, whether the next lead is wanted."""

    said: str
    undo: str = ""
    then_next: bool = False


def leads_in_sight(staff: Staff) -> QuerySet[Lead]:
    return Lead.objects.visible_to(staff).select_related(
        "person__score", "account", "owner", "product_line", "team", "subject"
    )


def found_lead(request: StaffRequest, public_id: UUID) -> Lead | None:
    """The lead; None when a colleague has taken it out of the reader's sight.

    Raises:
        Http404: it was never there for this reader.
    """
    lead = leads_in_sight(request.user).filter(public_id=public_id).first()
    if lead is None and not taken_from(request.user, [public_id]):
        raise Http404
    return lead


def acted(
    request: StaffRequest,
    public_id: UUID,
    form: F | Callable[[Lead], F],
    act: Callable[[Lead, F], Done],
    *,
    shown_as: str = "",
) -> HttpResponse:
    """Find the lead, check the form, act; then draw what is true, or what stands against it with all that was typed.

    Args:
        shown_as: the name under which the work area shows the form, refused or invalid.
    """
    lead = found_lead(request, public_id)
    if lead is None:
        return taken(request, public_id)
    filled = form if isinstance(form, forms.Form) else form(lead)
    kept: dict[str, Any] = {shown_as: filled} if shown_as else {}
    if not filled.is_valid():
        return drawn(request, lead, status=422, **kept)
    lead.stage = filled.cleaned_data.get("was", lead.stage)  # as the page showed it
    try:
        done = act(lead, filled)
    except Refusal as no:
        return drawn(request, lead, refusal=no, status=409, **kept)
    if not is_htmx(request):
        messages.success(request, done.said, extra_tags=done.undo)
        return HttpResponseRedirect(address_of(request, lead))
    return drawn(request, lead, done=done)


def drawn(
    request: StaffRequest,
    lead: Lead,
    *,
    refusal: Refusal | None = None,
    done: Done | None = None,
    status: int = 200,
    **kept: Any,
) -> HttpResponse:
    """The work area as it is now; without htmx within the whole page."""
    now = leads_in_sight(request.user).filter(pk=lead.pk).first()
    if now is None:  # given away: it is no longer the reader's to see
        context: dict[str, Any] = {**_asked(request), "said": done.said if done else "", "refusal": refusal}
        response = render(request, "lifecycle/_given_away.html", context, status=status)
    else:
        context = {"refusal": refusal, "done": done, **work_of(request, now, **kept)}
        if not is_htmx(request):
            context |= list_of(request, Asked.of(request), opened=now)
            return render(request, "lifecycle/inbox.html", context, status=status)
        response = render(request, "lifecycle/_work.html", context, status=status)
    if done is not None and done.then_next:
        response["HX-Trigger-After-Settle"] = "inbox:next"
    return response


def taken(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who has taken a lead that is out of the reader's sight since, and what the reader had typed; nothing more."""
    no = TakenByColleague(name=taken_from(request.user, [public_id])[str(public_id)])
    typed = [request.POST[name] for name in _TYPED if request.POST.get(name, "").strip()]
    context: dict[str, Any] = {"refusal": no, "typed": typed, **_asked(request)}
    status = 409 if request.method == "POST" else 200
    if is_htmx(request):
        return render(request, "lifecycle/_taken.html", context, status=status)
    context |= list_of(request, Asked.of(request), opened=None) | {"is_taken": True}
    return render(request, "lifecycle/inbox.html", context, status=status)


def list_of(request: StaffRequest, asked: Asked, *, opened: Lead | None) -> dict[str, Any]:
    """The list beside the work area."""
    now, by, view = timezone.now(), request.user, asked.view
    narrow = asked.narrow(by)
    counts = counts_of(by, [view, *(one for one in views_of(by) if one in TO_ACT_ON)], at=now, narrow=narrow)
    rows = inbox_of(by, view=view, narrow=narrow, after=request.GET.get("after"), at=now, total=counts[view])
    colleagues = who_may_be_given_leads() if may(by, "routing.manage") else []
    choices = asked.choices(colleagues)
    return {
        "rows": rows,
        "drawn": drawn_rows(rows.rows, asked=asked, reader=by, opened=opened),
        "asked": asked,
        "view": view,
        "views": bar_of(by, "inbox", request.GET, names=PARAMETERS),
        "tabs": tabs_of(by, asked, counts),
        "choices_of_list": choices,
        "filters": asked.chips(choices),
        "opened": opened,
        "colleagues": colleagues,
    }


def work_of(request: StaffRequest, lead: Lead, **kept: Any) -> dict[str, Any]:
    """All that the work area shows of ``lead`` to this reader; ``kept`` are forms that came back."""
    by, now = request.user, timezone.now()
    row, bant = row_of(lead), Bant.of(lead)
    proposed = next_steps(at=now)
    clock = row.first_contact
    is_open = lead.stage not in CLOSED_STAGES
    is_theirs = lead.owner is not None and lead.owner != by
    context: dict[str, Any] = {
        **_asked(request),
        "lead": lead,
        "row": row,
        "took": clock.stopped_at - clock.started_at if clock is not None and clock.stopped_at is not None else None,
        "is_theirs": is_theirs,
        "is_open": is_open,
        "hot": why_hot(row),
        "advice": advice_for(row, by=by, at=now, bant=bant) if is_open else None,
        "facts": facts_of(lead.person, viewer=by),
        "panels": lead_panels(by, lead),
        "form": FollowUpForm.blank(proposed),
        "bant_form": BantForm(initial={name: getattr(bant, name) for name in bant.__struct_fields__}),
        "may_note_bant": is_open and (not is_theirs or by.role == Role.MANAGER),
        "may_qualify": may_step(lead, Stage.SQL, by=by),
        "may_answer": may_answer(lead, by=by),
        "may_open": may_step(lead, Stage.OPPORTUNITY, by=by),
        "return_form": ReturnForm(initial={"was": lead.stage}) if may_return(lead, by=by) else None,
        "snooze_form": NextStepForm.proposed(step=lead.next_step, at=_tomorrow(now)),
        "statuses": statuses_to_choose(),
        "hand_overs": [(one, REASONS[Stage.RETURNED].get(one.reason, "")) for one in _hand_overs(lead)],
        "steps": [
            {"to": to, "label": to.label, "reasons": reasons_for(lead.stage, to)}
            for to in steps_from(lead, by=by)
            if to != Stage.MQL or not may_hand_over(lead, by=by)
        ],
        "timeline": timeline_of(
            lead.person,
            viewer=by,
            language=translation.get_language() or "zh-hans",
            zone=timezone.get_current_timezone(),
        ),
    }
    if is_open and may(by, "routing.manage"):
        context["assign_form"] = AssignForm(colleagues=takers_of(lead))
    if may_hand_over(lead, by=by) and row.given is None:
        sellers = sellers_for(lead)
        known = {"need": bant.need, "budget": bant.budget[:120], "was": lead.stage}
        context["hand_over_form"] = HandOverForm(sellers=sellers, proposal=proposal_for(lead, sellers), initial=known)
    context |= kept
    typed = context["bant_form"]
    return context | {
        "choices": choices_of(context["form"], proposed),
        # What is kept now beside what was typed, where somebody else was quicker.
        "bant_fields": [(one, getattr(bant, one.name)) for one in typed.visible_fields()],
        "seen": {"bant": bant.mark, "plan": Plan.of(lead).mark, "owner": whose(lead)},
    }


def undo_address(lead: Lead, before: Plan, *, version: int, at: datetime) -> str:
    """Where a POST takes back what was just planned; nothing when somebody else changed the lead in between."""
    token = sign(
        UNDO,
        [
            lead.pk,
            version,
            before.contact_status,
            before.next_step,
            before.next_step_at and before.next_step_at.isoformat(),
        ],
        at=at,
        valid_for=UNDONE_WITHIN,
    )
    return reverse("lifecycle:undo", args=[lead.public_id, token])


def address_of(request: StaffRequest, lead: Lead) -> str:
    return f"{reverse('lifecycle:inbox')}?{Asked.of(request).query}&lead={lead.public_id}"


def _asked(request: StaffRequest) -> dict[str, Any]:
    asked = Asked.of(request)
    return {"asked": asked, "view": asked.view}


def _hand_overs(lead: Lead) -> QuerySet[HandOver]:
    return HandOver.objects.filter(lead=lead).select_related("sent_by", "sent_to", "decided_by").order_by("-at")[:5]


def _tomorrow(now: datetime) -> datetime:
    return (timezone.localtime(now) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
