"""Where colleagues get in each other's way, and what they have asked for."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from wutong.lifecycle.models import AccountOwner
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.saved_views import OPENED, bar_of, opening_address
from wutong.sales.account_wishes import may_decide, wishes_for
from wutong.sales.collisions import PARAMETERS, collisions_for
from wutong.sales.models import AccountWish, Collision

_WISHES = 50


@require_safe
@requires("people.read")
def collisions(request: StaffRequest) -> HttpResponse:
    """Companies in sight that several of us work on, and wishes that wait for a decision."""
    if (address := opening_address(request.user, "collisions", request.GET)) is not None:
        return HttpResponseRedirect(address)
    kind = request.GET.get("kind", "")
    kinds = [("", pgettext("collisions", "All")), *Collision.Kind.choices]
    wishes = list(wishes_for(request.user)[:_WISHES])
    owners = {
        (one.account_id, one.product_line_id): one
        for one in AccountOwner.objects.filter(account__in=[wish.account_id for wish in wishes]).select_related("owner")
    }
    context = {
        "views": bar_of(request.user, "collisions", request.GET, names=PARAMETERS),
        "found": collisions_for(request.user, kind=kind, after=request.GET.get("after", "")),
        "tabs": [
            {"label": label, "url": f"?kind={code}" if code else f"?{OPENED}=all", "is_current": code == kind}
            for code, label in kinds
        ],
        "kind": kind,
        "wishes": [
            {
                "wish": wish,
                "owner": (held := owners.get((wish.account_id, wish.product_line_id))),
                "may_decide": may_decide(wish, held, by=request.user),
            }
            for wish in wishes
        ],
        "decisions": AccountWish.Decision,
    }
    return render(request, "sales/collisions.html", context)
