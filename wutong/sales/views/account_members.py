"""Who belongs to a company, and in which part."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import Account, Affiliation, Person
from wutong.platform.answers import done
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.sales.account_members import Place, end_membership, name_member, people_to_add
from wutong.sales.forms import MemberForm
from wutong.sales.views.account_page import account_of, account_page


@require_POST
@requires("accounts.manage")
def name(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Add somebody, or say otherwise what their place is."""
    one = account_of(request, public_id)
    form = MemberForm(request.POST, auto_id="member-%s")
    if not form.is_valid():
        return account_page(request, one, tab="committee", member=form, problem=_first_error(form), status=422)
    given = dict(form.cleaned_data)
    person = _person(request, given.pop("person"))
    try:
        name_member(account=one, person=person, place=Place(**given), by=request.user, at=timezone.now())
    except Refusal as no:
        return account_page(request, one, tab="committee", refusal=no, status=409)
    return _back(request, one, _("Saved."))


@require_POST
@requires("accounts.manage")
def end(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say that somebody is not with it, or no longer."""
    one = account_of(request, public_id)
    form = MemberForm({"person": request.POST.get("person", "")})
    if not form.is_valid():
        return account_page(request, one, tab="committee", status=422)
    person = _person(request, form.cleaned_data["person"])
    get_object_or_404(Affiliation.objects.filter(account=one, person=person).order_by("pk")[:1])
    end_membership(account=one, person=person, by=request.user, at=timezone.now(), on=timezone.localdate())
    return _back(request, one, _("%(name)s is not with this company any more.") % {"name": person.full_name})


@require_safe
@requires("accounts.manage")
def search(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """People in sight who could be added."""
    one = account_of(request, public_id)
    typed = request.GET.get("q", "")[:80]
    context = {
        "account": one,
        "found": people_to_add(one, request.user, search=typed),
        "typed": typed,
        "roles": Affiliation.BuyingRole,
    }
    return render(request, "sales/_people_to_add.html", context)


def _person(request: StaffRequest, public_id: UUID) -> Person:
    return get_object_or_404(people_visible_to(request.user), public_id=public_id)


def _first_error(form: MemberForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


def _back(request: StaffRequest, one: Account, said: str) -> HttpResponse:
    return done(request, f"{reverse('sales:account', args=[one.public_id])}?tab=committee", said)
