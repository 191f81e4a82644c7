"""Tags of a company."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wutong.lifecycle.tagging import AT_ONCE, tag_accounts, untag_account
from wutong.lifecycle.views.tags import families, to_choose
from wutong.people.models import Account, AccountTag, Tag, TagGroup
from wutong.platform.answers import done, is_htmx, refused
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.ready_made import ready_made
from wutong.platform.refusal import Refusal
from wutong.sales.accounts import accounts_visible_to


@require_POST
@requires("people.tag")
def account_tag(request: StaffRequest, public_id: UUID) -> HttpResponse:
    account = get_object_or_404(accounts_visible_to(request.user), public_id=public_id)
    offered = Tag.objects.of_accounts().select_related("group")
    tag = get_object_or_404(offered, public_id=uuid_or_none(request.POST.get("tag")))
    try:
        tag_accounts([account], tag=tag, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("sales:account", args=[account.public_id]))
    return _after(request, account)


@require_POST
@requires("people.tag")
def accounts_tag(request: StaffRequest) -> HttpResponse:
    """Give a tag to the companies that are ticked in the list."""
    offered = Tag.objects.of_accounts().select_related("group")
    tag = get_object_or_404(offered, public_id=uuid_or_none(request.POST.get("tag")))
    chosen = [one for one in (uuid_or_none(text) for text in request.POST.getlist("chosen")[: AT_ONCE + 1]) if one]
    accounts = list(accounts_visible_to(request.user).filter(public_id__in=chosen).defer("search_keys", "name_grams"))
    back = reverse("sales:accounts")
    try:
        n = tag_accounts(accounts, tag=tag, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    sentence = ngettext(
        "%(n)d company carries “%(tag)s” now, %(had)d did already.",
        "%(n)d companies carry “%(tag)s” now, %(had)d did already.",
        n,
    )
    return done(request, back, sentence % {"n": n, "tag": tag.name, "had": len(accounts) - n})


@require_POST
@requires("people.tag")
def account_untag(request: StaffRequest, public_id: UUID, tag_id: UUID) -> HttpResponse:
    account = get_object_or_404(accounts_visible_to(request.user), public_id=public_id)
    untag_account(account=account, tag=get_object_or_404(Tag, public_id=tag_id), by=request.user, at=timezone.now())
    return _after(request, account)


def card_of_account(staff: Staff, account: Account) -> dict[str, Any]:
    """What the company's page shows of its tags."""
    carried = _carried_by(account.pk)
    may_tag = may(staff, "people.tag")
    return {
        "account": account,
        "families": families(carried),
        "choices": to_choose(TagGroup.About.ACCOUNT, besides=carried) if may_tag else [],
        "may_tag": may_tag,
    }


@ready_made
def _carried_by(account: int) -> QuerySet[AccountTag]:
    return AccountTag.objects.filter(account=account).select_related("tag__group", "by")


def _after(request: StaffRequest, account: Account) -> HttpResponse:
    if is_htmx(request):
        return render(request, "sales/_account_tags.html", {"tags": card_of_account(request.user, account)})
    return done(request, reverse("sales:account", args=[account.public_id]), _("The tags are changed."))
