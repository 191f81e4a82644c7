"""Who works on a person, and who can see them or another record."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.access import (
    Access,
    KeyAccess,
    keys_that_see_lead,
    keys_that_see_person,
    who_sees_lead,
    who_sees_person,
)
from wutong.lifecycle.models import Lead
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.collaborators import collaborators_of, let_in, show_out
from wutong.people.models import Person
from wutong.platform.answers import done, refused
from wutong.platform.models import Staff
from wutong.platform.named import id_or_none
from wutong.platform.permissions import GRANTS, StaffRequest, may, requires
from wutong.platform.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A record whose page of access is shown."""

    name: str
    back: str
    """Where its own page is."""
    staff: list[Access]
    keys: list[KeyAccess] | None
    """None: the API shows no such records."""
    has_details: bool = True
    """Whether it has contact details, or a credit code, that are masked."""


def access_page(request: StaffRequest, seen: Seen) -> HttpResponse:
    """Who can see a record, and why: one page for whatever record."""
    hidden = Staff.objects.active().count() - len(seen.staff)
    return render(request, "lifecycle/access.html", {"seen": seen, "hidden": hidden})


@require_safe
@requires("access.review")
def review(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who can see this person, and why."""
    person = _person(request, public_id)
    seen = Seen(
        name=person.full_name or _("Visitor"),
        back=reverse("lifecycle:person", args=[person.public_id]),
        staff=who_sees_person(person),
        keys=keys_that_see_person(person, at=timezone.now()),
    )
    return access_page(request, seen)


@require_safe
@requires("access.review")
def lead(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who can see this lead, and why."""
    found = get_object_or_404(Lead.objects.visible_to(request.user).select_related("person"), public_id=public_id)
    seen = Seen(
        name=_("Lead of %(name)s") % {"name": found.person.full_name or _("Unnamed")},
        back=f"{reverse('lifecycle:inbox')}?view=all&lead={found.public_id}",
        staff=who_sees_lead(found),
        keys=keys_that_see_lead(found, at=timezone.now()),
    )
    return access_page(request, seen)


@require_POST
@requires("people.share")
def add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    person = _person(request, public_id)
    colleagues = Staff.objects.visible_to(request.user).active()
    staff = get_object_or_404(colleagues, pk=id_or_none(request.POST.get("staff")))
    back = reverse("lifecycle:person", args=[person.public_id])
    try:
        let_in(person=person, staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("%(name)s sees this person now.") % {"name": staff.full_name})


@require_POST
@requires("people.share")
def remove(request: StaffRequest, public_id: UUID, staff_id: int) -> HttpResponse:
    person = _person(request, public_id)
    staff = get_object_or_404(Staff.objects.visible_to(request.user), pk=staff_id)
    back = reverse("lifecycle:person", args=[person.public_id])
    try:
        show_out(person=person, staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    if not people_visible_to(request.user).filter(pk=person.pk).exists():
        back = reverse("lifecycle:people")  # they have just taken themselves off
    return done(request, back, _("%(name)s no longer works on this person.") % {"name": staff.full_name})


def card(staff: Staff, person: Person) -> dict[str, Any] | None:
    """The card of a person's page: who works on them together."""
    there = collaborators_of(person)
    may_share = may(staff, "people.share")
    if not there and not may_share:
        return None
    choices: list[Staff] = []
    if may_share:
        roles = [role for role, codes in GRANTS.items() if "people.read" in codes]
        others = Staff.objects.active().filter(role__in=roles).exclude(pk__in=[one.staff_id for one in there])
        choices = list(others.order_by("sort_key", "pk")[:500])
    return {
        "person": person,
        "there": there,
        "choices": choices,
        "may_share": may_share,
        "may_review": may(staff, "access.review"),
    }


def _person(request: StaffRequest, public_id: UUID) -> Person:
    return get_object_or_404(people_visible_to(request.user), public_id=public_id)
