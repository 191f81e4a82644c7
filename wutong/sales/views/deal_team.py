"""Who works on a deal together."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wutong.platform.answers import done, refused
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.sales.deal_team import (
    collaborators_of_deal,
    let_in_to_deal,
    may_let_in,
    take_off_deal,
    who_may_be_let_in,
)
from wutong.sales.models import Opportunity


@require_POST
@requires("deals.work")
def share(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let a colleague in."""
    deal = _deal(request, public_id)
    to = get_object_or_404(
        Staff.objects.visible_to(request.user).active(), public_id=uuid_or_none(request.POST.get("to", ""))
    )
    back = reverse("sales:opportunity", args=[public_id])
    try:
        let_in_to_deal(
            opportunity=deal, staff=to, by=request.user, at=timezone.now(), reason=request.POST.get("reason", "")
        )
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("%(name)s works on it, too.") % {"name": to.full_name})


@require_POST
@requires("deals.read")
def unshare(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take a colleague off, or oneself."""
    deal = _deal(request, public_id)
    there = deal.collaborators.select_related("staff", "opportunity")
    found = get_object_or_404(there, staff__public_id=uuid_or_none(request.POST.get("staff", "")))
    back = reverse("sales:opportunity", args=[public_id])
    try:
        take_off_deal(collaborator=found, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    if not Opportunity.objects.visible_to(request.user).filter(pk=deal.pk).exists():
        back = reverse("sales:opportunities")  # they have just taken themselves off
    return done(request, back, _("%(name)s no longer works on it.") % {"name": found.staff.full_name})


def card(staff: Staff, deal: Opportunity) -> dict[str, Any]:
    """The card of a deal's page: who works on it, and whom the reader may let in."""
    there = collaborators_of_deal(deal.pk)
    is_theirs = may_let_in(deal, by=staff)
    taken = {deal.owner_id, *(one.staff_id for one in there)}
    return {
        "there": [(one, is_theirs or staff.pk in (one.staff_id, one.by_id)) for one in there],
        "choices": [one for one in who_may_be_let_in() if one.pk not in taken] if is_theirs else [],
        "may_review": may(staff, "access.review"),
    }


def _deal(request: StaffRequest, public_id: UUID) -> Opportunity:
    return get_object_or_404(Opportunity.objects.visible_to(request.user).for_list(), public_id=public_id)
