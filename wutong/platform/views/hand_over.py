"""Handing over all that a colleague has in hand: before they leave, or after."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from wutong.platform.answers import done
from wutong.platform.in_hand import hand_over_all, held_by
from wutong.platform.models import Staff
from wutong.platform.named import id_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires("staff.manage")
def everything(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What a colleague has in hand, and who is to take it."""
    colleagues = Staff.objects.visible_to(request.user)
    source = get_object_or_404(colleagues, public_id=public_id)
    others = colleagues.active().exclude(pk=source.pk).select_related("team").order_by("sort_key", "pk")
    refusal = None
    if request.method == "POST":
        named = [pk for text in request.POST.getlist("to") if (pk := id_or_none(text)) is not None]
        takers = others.filter(pk__in=named)
        try:
            moved = hand_over_all(
                source=source,
                takers=list(takers.prefetch_related("scopes")),
                codes=request.POST.getlist("kind"),
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as no:
            refusal = no
        else:
            sentence = ngettext("%(n)d thing handed over.", "%(n)d things handed over.", moved) % {"n": moved}
            return done(request, reverse("platform:staff_hand_over", args=[source.public_id]), sentence)
    held = held_by(source)
    context = {
        "staff": source,
        "held": held,
        "is_empty_handed": not any(one.n for one in held),
        "others": others,
        "refusal": refusal,
        "chosen_kinds": request.POST.getlist("kind"),
        "chosen": request.POST.getlist("to"),
    }
    return render(request, "platform/hand_over.html", context, status=409 if refusal else 200)
