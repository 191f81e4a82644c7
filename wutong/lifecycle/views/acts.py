"""What colleagues do with a lead from the inbox: each address one act."""

from datetime import datetime
from uuid import UUID

import msgspec
from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wutong.lifecycle.clocks import time_limits
from wutong.lifecycle.contact import Plan, plan_next_step, record_follow_up, restore_plan, set_contact_status
from wutong.lifecycle.forms import (
    AssignForm,
    BantForm,
    ContactStatusForm,
    FollowUpForm,
    HandOverForm,
    MoveForm,
    NextStepForm,
    ReturnForm,
    WasForm,
)
from wutong.lifecycle.giving import assign as assign_lead
from wutong.lifecycle.hand_over import accept as accept_lead
from wutong.lifecycle.hand_over import hand_over as hand_over_lead
from wutong.lifecycle.hand_over import note_bant, return_lead
from wutong.lifecycle.hand_over import qualify as qualify_lead
from wutong.lifecycle.models import Lead, Stage
from wutong.lifecycle.sellers import sellers_for, takers_of
from wutong.lifecycle.stages import move_lead
from wutong.lifecycle.views.work_area import UNDO, Done, acted, undo_address
from wutong.platform.format import instant
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.secrets import BadToken, verified

_Signed = tuple[int, int, str, str, datetime | None]


@require_POST
@requires("leads.work")
def follow_up(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Record a contact with a lead."""

    def record_it(lead: Lead, form: FollowUpForm) -> Done:
        recorded = record_follow_up(lead=lead, by=request.user, at=timezone.now(), **form.given())
        said = _("First contact recorded; the timer has stopped.") if recorded.is_first_contact else _("Recorded.")
        return Done(said, then_next=request.POST.get("then") == "next")

    return acted(request, public_id, FollowUpForm(request.POST), record_it, shown_as="form")


@require_POST
@requires("leads.work")
def move(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Move a lead to another stage that asks for no more than a reason."""

    def move_it(lead: Lead, form: MoveForm) -> Done:
        to = Stage(form.cleaned_data["to"])
        move_lead(lead=lead, to=to, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
        return Done(_("Moved to “%(stage)s”.") % {"stage": to.label})

    return acted(request, public_id, MoveForm(request.POST), move_it)


@require_POST
@requires("leads.work")
def bant(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Keep what is known of budget, authority, need and timing."""

    def note_it(lead: Lead, form: BantForm) -> Done:
        note_bant(lead=lead, by=request.user, at=timezone.now(), bant=form.given(), seen=form.cleaned_data["seen"])
        return Done(_("Saved."))

    return acted(request, public_id, BantForm(request.POST), note_it, shown_as="bant_form")


@require_POST
@requires("leads.work")
def qualify(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Confirm all four: the lead becomes an SQL."""

    def qualify_it(lead: Lead, form: BantForm) -> Done:
        qualify_lead(lead=lead, by=request.user, at=timezone.now(), bant=form.given(), seen=form.cleaned_data["seen"])
        return Done(_("Confirmed as SQL. Open an opportunity from it now or later."))

    return acted(request, public_id, BantForm(request.POST), qualify_it, shown_as="bant_form")


@require_POST
@requires("leads.work")
def hand_over(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Give a lead to a salesperson."""

    def form_for(lead: Lead) -> HandOverForm:
        return HandOverForm(request.POST, sellers=sellers_for(lead))

    def hand_it_over(lead: Lead, form: HandOverForm) -> Done:
        to = form.seller
        hand_over_lead(lead=lead, to=to, by=request.user, at=timezone.now(), facts=form.given())
        said = _("Handed over to %(name)s, who has %(hours)d working hours to accept it.")
        return Done(said % {"name": to.full_name, "hours": time_limits().acceptance_hours})

    return acted(request, public_id, form_for, hand_it_over, shown_as="hand_over_form")


@require_POST
@requires("leads.work")
def accept(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take a lead that was handed over."""

    def accept_it(lead: Lead, _form: WasForm) -> Done:
        accept_lead(lead=lead, by=request.user, at=timezone.now())
        return Done(_("Accepted: the lead is yours to sell."))

    return acted(request, public_id, WasForm(request.POST), accept_it)


@require_POST
@requires("leads.work")
def give_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Return a lead to the SDR."""

    def return_it(lead: Lead, form: ReturnForm) -> Done:
        given = form.cleaned_data
        return_lead(lead=lead, by=request.user, at=timezone.now(), reason=given["reason"], note=given["note"])
        return Done(_("Returned, with your reason."))

    return acted(request, public_id, ReturnForm(request.POST), return_it, shown_as="return_form")


@require_POST
@requires("leads.work")
def assign(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Give a lead to a colleague."""

    def form_for(lead: Lead) -> AssignForm:
        return AssignForm(request.POST, colleagues=takers_of(lead))

    def give_it(lead: Lead, form: AssignForm) -> Done:
        seen = form.cleaned_data["seen"]
        assign_lead(lead=lead, to=form.colleague, by=request.user, at=timezone.now(), seen=seen)
        return Done(_("Given to %(name)s.") % {"name": form.colleague.full_name})

    return acted(request, public_id, form_for, give_it, shown_as="assign_form")


@require_POST
@requires("leads.work")
def next_step(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a lead off until a moment."""

    def plan_it(lead: Lead, form: NextStepForm) -> Done:
        now, until = timezone.now(), form.cleaned_data["next_step_at"]
        step = form.cleaned_data["next_step"] or lead.next_step
        seen = form.cleaned_data["seen"]
        plan_next_step(lead=lead, next_step=step, next_step_at=until, by=request.user, at=now, seen=seen)
        zone = timezone.get_current_timezone()
        said = _("Put off until %(when)s.") % {"when": instant(until, zone=zone, language=request.user.language)}
        return Done(said, undo=_undo(lead, at=now))

    return acted(request, public_id, NextStepForm(request.POST), plan_it, shown_as="snooze_form")


@require_POST
@requires("leads.work")
def contact_status(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say by hand how far contacts have come."""

    def set_it(lead: Lead, form: ContactStatusForm) -> Done:
        now = timezone.now()
        status, seen = form.cleaned_data["status"], form.cleaned_data["seen"]
        set_contact_status(lead=lead, status=status, by=request.user, at=now, seen=seen)
        return Done(_("Contact status set."), undo=_undo(lead, at=now))

    return acted(request, public_id, ContactStatusForm(request.POST), set_it)


@require_POST
@requires("leads.work")
def undo(request: StaffRequest, public_id: UUID, token: str) -> HttpResponse:
    """Take back what was planned last, or the contact status set last."""
    now = timezone.now()
    try:
        pk, version, status, step, step_at = msgspec.convert(verified(UNDO, token, at=now), _Signed)
    except BadToken as error:
        raise Http404 from error

    def restore(lead: Lead, _form: forms.Form) -> Done:
        plan = Plan(contact_status=status, next_step=step, next_step_at=step_at)
        if lead.pk != pk:
            raise Http404
        restore_plan(lead=lead, plan=plan, version=version, by=request.user, at=now)
        return Done(_("Undone."))

    return acted(request, public_id, forms.Form(request.POST), restore)


def _undo(lead: Lead, *, at: datetime) -> str:
    """Where the act just done to ``lead``, which is as it was before, can be taken back."""
    return undo_address(lead, Plan.of(lead), version=lead.version + 1, at=at)
