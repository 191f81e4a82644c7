"""Who of us works on a company: owners, sharing, files, and asking for one that others look after."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wutong.lifecycle.account_team import end_sharing, share_account, who_may_look_after
from wutong.lifecycle.models import AccountCollaborator, ProductLine
from wutong.people.models import Account
from wutong.platform.answers import done, refused
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.platform.secrets import BadToken, verified
from wutong.sales.account_files import add_file, remove_file
from wutong.sales.account_transfer import Transferred, transfer_accounts
from wutong.sales.account_wishes import ask_for_account, decide_wish, wishes_for
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.duplicates import ASK
from wutong.sales.forms import OwnerForm, WishForm
from wutong.sales.models import AccountFile, AccountWish
from wutong.sales.views.account_page import account_of, account_page


@require_POST
@requires("accounts.manage")
def give(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Make a colleague its owner for one product line, with the open work if wanted."""
    one = account_of(request, public_id)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return account_page(request, one, tab="team", status=422)
    to, line = _colleague(form.cleaned_data["to"]), _line(form.cleaned_data["line"])
    with_work = form.cleaned_data["with_work"]
    try:
        n = transfer_accounts(
            accounts=[one], to=to, by=request.user, at=timezone.now(), product_line=line, with_work=with_work
        )
    except Refusal as no:
        return account_page(request, one, tab="team", refusal=no, status=409)
    said = _told(n, to) if with_work else _("%(name)s looks after it now.") % {"name": to.full_name}
    # It may have left the reader's sight with that.
    is_seen = accounts_visible_to(request.user).filter(pk=one.pk).exists()
    return _back(request, one, said) if is_seen else done(request, reverse("sales:accounts"), said)


@require_POST
@requires("accounts.manage")
def transfer(request: StaffRequest) -> HttpResponse:
    """Give the chosen companies of the list to a colleague."""
    form = OwnerForm(request.POST)
    back = reverse("sales:accounts")
    if not form.is_valid():
        raise Http404
    to, named = _colleague(form.cleaned_data["to"]), form.cleaned_data["line"]
    wanted = [pk for text in request.POST.getlist("chosen")[:500] if (pk := uuid_or_none(text)) is not None]
    accounts = list(accounts_visible_to(request.user).filter(public_id__in=wanted).defer("search_keys", "name_grams"))
    try:
        n = transfer_accounts(
            accounts=accounts,
            to=to,
            by=request.user,
            at=timezone.now(),
            product_line=_line(named) if named else None,
            with_work=form.cleaned_data["with_work"],
        )
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _told(n, to))


@require_POST
@requires("accounts.manage")
def share(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let a colleague see and work on all that belongs to it."""
    one = account_of(request, public_id)
    to = _colleague(uuid_or_none(request.POST.get("to", "")))
    reason = request.POST.get("reason", "")
    try:
        share_account(account=one, with_=to, by=request.user, at=timezone.now(), reason=reason)
    except Refusal as no:
        return account_page(request, one, tab="team", refusal=no, status=409)
    return _back(request, one, _("%(name)s works on it, too.") % {"name": to.full_name})


@require_POST
@requires("people.read")
def unshare(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """End the sharing with a colleague."""
    one = account_of(request, public_id)
    shared = AccountCollaborator.objects.filter(account=one).select_related("staff", "account")
    found = get_object_or_404(shared, staff__public_id=uuid_or_none(request.POST.get("staff", "")))
    try:
        end_sharing(collaborator=found, by=request.user, at=timezone.now())
    except Refusal as no:
        return account_page(request, one, tab="team", refusal=no, status=409)
    return done(request, reverse("sales:accounts"), _("It is shared no longer."))


@require_POST
@requires("accounts.manage")
def ask(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Ask for a company in sight that somebody else looks after."""
    one = account_of(request, public_id)
    form = WishForm(request.POST)
    if not form.is_valid():
        return account_page(request, one, tab="team", problem=_("Say why you ask."), status=422)
    try:
        _ask(request, one, form)
    except Refusal as no:
        return account_page(request, one, tab="team", refusal=no, status=409)
    return _back(request, one, _("Asked. Whoever decides has been told."))


@require_POST
@requires("accounts.manage")
def ask_unseen(request: StaffRequest, token: str) -> HttpResponse:
    """Ask for a company that the duplicate check has told of without showing it."""
    try:
        one = get_object_or_404(Account.objects.current(), pk=verified(ASK, token, at=timezone.now()))
    except BadToken as error:
        raise Http404 from error
    form, back = WishForm(request.POST), reverse("sales:accounts")
    if not form.is_valid():
        raise Http404
    try:
        _ask(request, one, form)
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("Asked. Whoever decides has been told."))


@require_POST
@requires("accounts.manage")
def decide(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Grant or deny what a colleague has asked for."""
    wish = get_object_or_404(wishes_for(request.user), public_id=public_id)
    back = reverse("sales:collisions")
    decision = request.POST.get("decision", "")
    if decision not in AccountWish.Decision.values:
        raise Http404
    try:
        decide_wish(
            wish=wish, decision=decision, answer=request.POST.get("answer", ""), by=request.user, at=timezone.now()
        )
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("Decided, and told to %(name)s.") % {"name": wish.by.full_name})


@require_POST
@requires("accounts.manage")
def put_file(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a file with it."""
    one = account_of(request, public_id)
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        return account_page(request, one, tab="files", problem=_("Choose a file first."), status=422)
    try:
        add_file(account=one, file=given, by=request.user, at=timezone.now())
    except Refusal as no:
        return account_page(request, one, tab="files", refusal=no, status=409)
    return _back(request, one, _("The file stands here now."), tab="files")


@require_POST
@requires("accounts.manage")
def drop_file(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take a file away."""
    one = account_of(request, public_id)
    files = AccountFile.objects.filter(account=one).select_related("file", "account")
    found = get_object_or_404(files, file__public_id=uuid_or_none(request.POST.get("file", "")))
    remove_file(file=found, by=request.user, at=timezone.now())
    return _back(request, one, _("The file was taken away."), tab="files")


def _ask(request: StaffRequest, one: Account, form: WishForm) -> None:
    ask_for_account(
        account=one,
        product_line=_line(form.cleaned_data["line"]),
        what=form.cleaned_data["what"],
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
    )


def _told(n: Transferred, to: Staff) -> str:
    said = _(
        "%(name)s looks after it now. Changed hands: companies %(accounts)d, leads %(leads)d, opportunities %(deals)d,"
        " contracts %(contracts)d."
    )
    return said % {"name": to.full_name, **vars(n)}


def _colleague(public_id: UUID | None) -> Staff:
    found = [one for one in who_may_look_after() if one.public_id == public_id]
    if not found:
        raise Http404
    return found[0]


def _line(code: str) -> ProductLine:
    return get_object_or_404(ProductLine, code=code)


def _back(request: StaffRequest, one: Account, said: str, *, tab: str = "team") -> HttpResponse:
    return done(request, f"{reverse('sales:account', args=[one.public_id])}?tab={tab}", said)
