"""What colleagues correct about a company: its facts, its group, and entries that are one company."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.people.account_merge import merge_accounts, unmerge_accounts, what_would_move
from wutong.people.models import Account, AccountMerge
from wutong.people.similar_accounts import similar_accounts
from wutong.platform.answers import done, refused
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.sales.account_words import parent_in_sight
from wutong.sales.accounts import accounts_visible_to, change_account, confirm_account, put_into_group
from wutong.sales.credit_codes import reveal_credit_code
from wutong.sales.duplicates import duplicates_of
from wutong.sales.forms import AccountForm
from wutong.sales.views.account_page import account_of, account_page


@require_POST
@requires("accounts.manage")
def change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Correct what is known of it."""
    one = account_of(request, public_id)
    form = AccountForm(request.POST, auto_id="company-%s", held=one.credit_code)
    if not form.is_valid():
        return account_page(request, one, tab="facts", form=form, status=422)
    given = form.cleaned_data
    try:
        change_account(
            account=one,
            by=request.user,
            at=timezone.now(),
            name=given["name"],
            credit_code=given["credit_code"],
            domain=given["domain"],
            facts={name: given[name] for name in ("industry", "size_band", "region") if name in request.POST},
            aliases=given["aliases"] if "aliases" in request.POST else None,
            further_domains=given["further_domains"] if "further_domains" in request.POST else None,
            source=given["source"] or "colleague",
            seen=request.POST.get("seen", ""),
        )
    except Refusal as no:
        now = account_of(request, public_id)
        return account_page(request, now, tab="facts", form=form, refusal=no, status=409)
    return _back(request, one, "facts", _("Saved."))


@require_POST
@requires("accounts.manage")
def confirm(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say that a company which somebody typed is one."""
    one = account_of(request, public_id)
    confirm_account(account=one, by=request.user, at=timezone.now())
    return done(request, reverse("sales:account", args=[public_id]), _("Confirmed."))


@require_POST
@requires("people.reveal")
def reveal(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Show its credit code in full; who saw it is recorded, and counted."""
    one = account_of(request, public_id)
    if one.credit_code is None:
        raise Http404
    try:
        reveal_credit_code(one, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("sales:account", args=[one.public_id]))
    return render(request, "sales/_credit_code_in_full.html", {"account": one})


@require_safe
@requires("people.read")
def similar(request: StaffRequest) -> HttpResponse:
    """Companies like the one that is being typed (查重); those out of sight are told without their names."""
    get = request.GET
    name = (get.get("q") or get.get("name") or get.get("parent") or "")[:200]
    own = uuid_or_none(get.get("but", ""))
    but = Account.objects.filter(public_id=own).values_list("pk", flat=True).first() if own else None
    context = {"found": duplicates_of(name, request.user, but=but), "typed": name}
    return render(request, "sales/_similar.html", context)


@require_POST
@requires("accounts.manage")
def parent(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put it below another company, or take it out of its group."""
    one = account_of(request, public_id)
    if not parent_in_sight(one, request.user):
        raise Http404
    typed = request.POST.get("parent", "").strip()[:200]
    above = _named(request, typed, but=one)
    if typed and above is None:
        problem = _(
            "No company in your sight is called exactly so. Choose one of those below, or enter its credit code."
        )
        return account_page(request, one, tab="group", problem=problem, status=422)
    try:
        put_into_group(account=one, parent=above, by=request.user, at=timezone.now())
    except Refusal as no:
        return account_page(request, one, tab="group", refusal=no, status=409)
    said = _("It belongs to %(company)s now.") % {"company": above.name} if above else _("It stands by itself now.")
    return _back(request, one, "group", said)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.manage")
def merge(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Show what merging another entry into this one would move; then do it."""
    one = account_of(request, public_id)
    asked = request.POST if request.method == "POST" else request.GET
    chosen = uuid_or_none(asked.get("with", ""))
    other = accounts_visible_to(request.user).filter(public_id=chosen).first() if chosen else None
    refusal = None
    if request.method == "POST" and other is not None:
        try:
            merge_accounts(survivor=one, absorbed=other, by=request.user, at=timezone.now())
        except Refusal as no:
            refusal = no
        else:
            return _back(request, one, "facts", _("Merged. It can be undone here."))
    search = asked.get("q", "")[:80]
    context = {
        "account": one,
        "other": other,
        "preview": what_would_move(survivor=one, absorbed=other) if other is not None else None,
        "search": search,
        "found": _to_merge(request, one, search) if other is None else [],
        "refusal": refusal,
    }
    return render(request, "sales/account_merge.html", context, status=409 if refusal else 200)


@require_POST
@requires("accounts.manage")
def unmerge(request: StaffRequest, public_id: UUID, merge_id: UUID) -> HttpResponse:
    """Take a merge back."""
    one = account_of(request, public_id)
    found = get_object_or_404(AccountMerge.objects.filter(survivor=one), public_id=merge_id)
    try:
        again = unmerge_accounts(merge=found, by=request.user, at=timezone.now())
    except Refusal as no:
        return account_page(request, one, tab="facts", refusal=no, status=409)
    return _back(request, one, "facts", _("%(company)s is a company of its own again.") % {"company": again.name})


def _to_merge(request: StaffRequest, one: Account, search: str) -> list[Account]:
    """Entries that may be this company: what is typed, else what its own name is like."""
    among = accounts_visible_to(request.user)
    found = similar_accounts(search or one.name, among=among, but=one.pk, domain=one.domain)
    return [candidate.account for candidate in found]


def _named(request: StaffRequest, typed: str, *, but: Account) -> Account | None:
    """The one company in sight that is called exactly so, or has this code or id."""
    if not typed:
        return None
    if (named := uuid_or_none(typed)) is not None:
        return accounts_visible_to(request.user).filter(public_id=named).exclude(pk=but.pk).first()
    found = similar_accounts(typed, among=accounts_visible_to(request.user), but=but.pk)
    exact = [one.account for one in found if one.account.name == typed or one.decision == "same"]
    return exact[0] if len(exact) == 1 else None


def _back(request: StaffRequest, one: Account, tab: str, said: str) -> HttpResponse:
    return done(request, f"{reverse('sales:account', args=[one.public_id])}?tab={tab}", said)
