"""Who can see a company, a deal or a contract."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wutong.lifecycle.models import Contract
from wutong.lifecycle.views.access import Seen, access_page
from wutong.platform.permissions import StaffRequest, requires
from wutong.sales.access import keys_that_see_account, who_sees_account, who_sees_contract, who_sees_deal
from wutong.sales.models import Opportunity
from wutong.sales.views.account_page import account_of


@require_safe
@requires("access.review")
def account(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who can see this company, and why."""
    one = account_of(request, public_id)
    seen = Seen(
        name=one.name,
        back=f"{reverse('sales:account', args=[one.public_id])}?tab=team",
        staff=who_sees_account(one),
        keys=keys_that_see_account(one, at=timezone.now()),
    )
    return access_page(request, seen)


@require_safe
@requires("access.review")
def opportunity(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who can see this deal, and why."""
    one = get_object_or_404(Opportunity.objects.visible_to(request.user).for_list(), public_id=public_id)
    back = reverse("sales:opportunity", args=[one.public_id])
    seen = Seen(name=one.name, back=back, staff=who_sees_deal(one), keys=None, has_details=False)
    return access_page(request, seen)


@require_safe
@requires("access.review")
def contract(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Who can see this contract, and why."""
    one = get_object_or_404(Contract.objects.visible_to(request.user).select_related("account"), public_id=public_id)
    name = _("Contract with %(company)s") % {"company": one.account.name}
    back = reverse("sales:contract", args=[one.public_id])
    return access_page(request, Seen(name=name, back=back, staff=who_sees_contract(one), keys=None, has_details=False))
