"""Who gets which lead and in what time: rules, duty, limits, a dry run, and giving leads away by hand."""

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.events.models import Site
from wutong.lifecycle import routing_rules
from wutong.lifecycle.clocks import time_limits as limits_now
from wutong.lifecycle.duty import switch_duty
from wutong.lifecycle.giving import assign_by_hand
from wutong.lifecycle.house import is_on_duty
from wutong.lifecycle.limits import Limits, mark_of_limits, set_time_limits
from wutong.lifecycle.models import UNCONTACTED, AssignmentRule, Duty, Lead, ProductLine
from wutong.lifecycle.routing_forms import AssignForm, DutyForm, RuleForm, TimeLimitsForm
from wutong.lifecycle.seen import ChangedMeanwhile
from wutong.lifecycle.trial import try_rules
from wutong.lifecycle.views.asked import Asked
from wutong.people.sources import source_names
from wutong.platform.answers import done, is_htmx, posted, refused
from wutong.platform.models import Role, Staff
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal

_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires("routing.manage")
def routing(request: StaffRequest) -> HttpResponse:
    """Rules as sentences in their order, who is on duty, the limits."""
    return render(request, "lifecycle/routing.html", _drawn())


@require_POST
@requires("routing.manage")
def time_limits(request: StaffRequest) -> HttpResponse:
    """Set the limits and the chain."""
    form = TimeLimitsForm(request.POST, instance=limits_now())
    if not form.is_valid():
        return render(request, "lifecycle/routing.html", _drawn(limits_form=form), status=422)
    seen = request.POST.get("seen", "")
    try:
        set_time_limits(Limits(**form.cleaned_data), by=request.user, at=timezone.now(), seen=seen)
    except Refusal as no:
        form.add_error(None, str(no))
        return render(request, "lifecycle/routing.html", _drawn(limits_form=form), status=409)
    return done(request, reverse("lifecycle:routing"), _("The time limits are saved."))


@_form
@requires("routing.manage")
def rule(request: StaffRequest, public_id: UUID | None = None) -> HttpResponse:
    """Add a rule, or change one."""
    before = get_object_or_404(AssignmentRule, public_id=public_id) if public_id else None
    form = RuleForm(posted(request), initial=RuleForm.initial_of(before) if before else {})
    if request.method == "POST" and form.is_valid():
        try:
            if before is None:
                routing_rules.add_rule(form.draft(), by=request.user, at=timezone.now())
            else:
                seen = request.POST.get("seen", "")
                routing_rules.change_rule(
                    rule=before, draft=form.draft(), by=request.user, at=timezone.now(), seen=seen
                )
        except ChangedMeanwhile as no:
            form.add_error(None, str(no))
            now = get_object_or_404(AssignmentRule, public_id=public_id)
            return render(request, "lifecycle/rule.html", _rule_context(form, now), status=409)
        except Refusal as no:
            return refused(request, no, back=reverse("lifecycle:routing"))
        return done(request, reverse("lifecycle:routing"), _("The rule is saved."))
    return render(request, "lifecycle/rule.html", _rule_context(form, before), status=422 if form.is_bound else 200)


@require_POST
@requires("routing.manage")
def rule_move(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Ask a rule one place earlier (``to=up``) or later."""
    up = request.POST.get("to") == "up"
    return _with_rule(request, public_id, lambda one: routing_rules.move_rule(rule=one, up=up, **_who(request)))


@require_POST
@requires("routing.manage")
def rule_switch(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Switch a rule on (``is_on=1``) or off."""
    is_on = request.POST.get("is_on") == "1"
    return _with_rule(request, public_id, lambda one: routing_rules.switch_rule(rule=one, is_on=is_on, **_who(request)))


@require_POST
@requires("routing.manage")
def rule_drop(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Remove a rule."""
    return _with_rule(request, public_id, lambda one: routing_rules.drop_rule(rule=one, **_who(request)))


@require_safe
@requires("routing.manage")
def trial(request: StaffRequest) -> HttpResponse:
    """Who would have got the leads of the last thirty days."""
    context = {"trial": try_rules(request.user, at=timezone.now())}
    template = "lifecycle/_trial.html" if is_htmx(request) else "lifecycle/trial.html"
    return render(request, template, context)


@require_POST
@requires("leads.work")
def duty(request: StaffRequest) -> HttpResponse:
    """Switch oneself on or off duty."""
    return _switch(request, request.user, back=reverse("lifecycle:home"))


@require_POST
@requires("routing.manage")
def duty_of(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Switch a colleague, and set how many leads may wait for them."""
    staff = get_object_or_404(Staff.objects.active(), public_id=public_id)
    return _switch(request, staff, back=reverse("lifecycle:routing"))


@require_POST
@requires("routing.manage")
def assign(request: StaffRequest) -> HttpResponse:
    """Give leads away by hand: ``leads`` holds their ids, separated by spaces or commas; ``chosen`` ticked rows of the
    inbox, each an id and whose the lead was there.
    """
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise Http404
    ticked = dict(row.partition(":")[::2] for row in request.POST.getlist("chosen"))
    wanted = _uuids(" ".join([form.cleaned_data["leads"], *ticked]))
    leads = list(Lead.objects.visible_to(request.user).filter(public_id__in=wanted).select_related("person"))
    if not wanted or len(leads) < len(wanted):
        raise Http404
    to = form.cleaned_data["to"]
    if ticked:
        back = f"{reverse('lifecycle:inbox')}?{Asked.of(request).query}"
    elif len(leads) == 1:
        back = reverse("lifecycle:person", args=[leads[0].person.public_id])
    else:
        back = reverse("lifecycle:people")
    told = {lead.pk: ticked.get(str(lead.public_id)) or request.POST.get("seen", "") for lead in leads}
    seen = {pk: owner for pk, owner in told.items() if owner}
    try:
        n = assign_by_hand(leads, to=to, by=request.user, at=timezone.now(), seen=seen)
    except Refusal as no:
        return refused(request, no, back=back)
    sentence = ngettext("%(n)d lead given to %(name)s.", "%(n)d leads given to %(name)s.", n)
    return done(request, back, sentence % {"n": n, "name": to.full_name})


def duty_context(staff: Staff) -> dict[str, Any]:
    """What the card of one's own duty shows."""
    if staff.role not in (Role.SDR, Role.SALES):
        return {}
    now = timezone.now()
    row = next(iter(_duty_of(staff.pk)), None)
    is_on = row is None or is_on_duty(row, at=now)
    waiting = next(iter(_waiting_for(staff.pk)), 0)
    capacity = row.capacity if row else Duty.CAPACITY
    return {
        "duty": {
            "is_on": is_on,
            "until": row.off_until if row and not is_on else None,
            "waiting": waiting,
            "capacity": capacity,
            "form": DutyForm(),
        }
    }


@ready_made
def _duty_of(staff: int) -> QuerySet[Duty]:
    return Duty.objects.filter(staff=staff)


@ready_made
def _waiting_for(owner: int) -> QuerySet[Lead, int]:
    """How many wait; no row for none."""
    waiting = Lead.objects.filter(UNCONTACTED, owner=owner).order_by().values("owner").annotate(n=Count("pk"))
    return waiting.values_list("n", flat=True)


def _switch(request: StaffRequest, staff: Staff, *, back: str) -> HttpResponse:
    form = DutyForm(request.POST)
    if not form.is_valid():
        return done(request, back, _("Nothing was changed: the time was not readable."))
    given = form.cleaned_data
    is_on = given["is_on"] == "on"
    capacity = given["capacity"] if may(request.user, "routing.manage") else None
    try:
        switch_duty(
            staff=staff,
            is_on=is_on,
            until=None if is_on else given["until"],
            capacity=capacity,
            by=request.user,
            at=timezone.now(),
        )
    except Refusal as no:
        return refused(request, no, back=back)
    sentence = _("%(name)s takes new leads.") if is_on else _("%(name)s takes no new leads now.")
    return done(request, back, sentence % {"name": staff.full_name})


def _with_rule(request: StaffRequest, public_id: UUID, act: Any) -> HttpResponse:
    one = get_object_or_404(AssignmentRule, public_id=public_id)
    try:
        act(one)
    except Refusal as no:
        return refused(request, no, back=reverse("lifecycle:routing"))
    return done(request, reverse("lifecycle:routing"), _("The rules are saved."))


def _who(request: StaffRequest) -> dict[str, Any]:
    return {"by": request.user, "at": timezone.now()}


def _drawn(*, limits_form: TimeLimitsForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    rules = list(AssignmentRule.objects.select_related("team", "colleague").order_by("position"))
    sites = dict(Site.objects.values_list("pk", "name"))
    keys = {key for one in rules for key in routing_rules.conditions_of(one).forms}
    forms = {source.removeprefix("form:"): name for source, name in source_names(f"form:{key}" for key in keys).items()}
    lines = {line.code: line.name for line in ProductLine.objects.all()}
    waiting = Lead.objects.filter(UNCONTACTED, owner__isnull=False).values_list("owner").annotate(n=Count("pk"))
    load = dict(waiting.order_by())
    staff = Staff.objects.active().filter(role__in=[Role.SDR, Role.SALES]).select_related("team", "duty")
    colleagues = []
    for one in staff.order_by("role", "sort_key", "pk"):
        row: Duty | None = getattr(one, "duty", None)
        colleagues.append(
            {
                "staff": one,
                "is_on": row is None or is_on_duty(row, at=now),
                "until": row.off_until if row else None,
                "waiting": load.get(one.pk, 0),
                "capacity": row.capacity if row else Duty.CAPACITY,
            }
        )
    return {
        "rules": [
            {
                "rule": one,
                "said": routing_rules.sentence(one, sites=sites, forms=forms, lines=lines),
                "is_first": n == 0,
                "is_last": n == len(rules) - 1,
            }
            for n, one in enumerate(rules)
        ],
        "colleagues": colleagues,
        "limits_form": limits_form or TimeLimitsForm(instance=limits_now()),
        "limits_seen": mark_of_limits(limits_now()),
    }


def _rule_context(form: RuleForm, rule: AssignmentRule | None) -> dict[str, Any]:
    return {"form": form, "rule": rule, "seen": routing_rules.mark_of_rule(rule) if rule is not None else ""}


def _uuids(text: str) -> list[UUID]:
    """The ids in ``text``; nothing when one of them is none."""
    try:
        return list(dict.fromkeys(UUID(part) for part in text.replace(",", " ").split()))
    except ValueError:
        return []
