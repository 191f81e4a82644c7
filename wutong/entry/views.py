"""The pages on which a lead or a company is entered, and what they look up while one types."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wutong.entry.companies import enter_company
from wutong.entry.doubles import alike, matches
from wutong.entry.doubles import companies as companies_like
from wutong.entry.forms import NewCompanyForm, NewLeadForm
from wutong.entry.leads import enter_lead
from wutong.lifecycle.models import Lead
from wutong.people.account_facts import organisation_of
from wutong.people.companies.places import large_divisions
from wutong.people.models import Account
from wutong.platform.answers import done, posted
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal
from wutong.sales.accounts import accounts_visible_to
from wutong.sales.duplicates import Duplicate, duplicates_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("leads.enter")
def new_lead(request: StaffRequest) -> HttpResponse:
    """Enter a lead; on a refusal everything that was typed stays."""
    form = NewLeadForm(posted(request), by=request.user, company=request.GET.get("company", "")[:200])
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            lead = enter_lead(form.given(), by=request.user, at=timezone.now())
        except Refusal as no:
            refusal, status = no, 409
        else:
            return done(request, *_where_it_is(request, lead))
    context = {"form": form, "refusal": refusal, **_known(request)}
    return render(request, "entry/new_lead.html", context, status=status)


@require_POST
@requires("leads.enter")
def doubles(request: StaffRequest) -> HttpResponse:
    """Who has the number or address that is being typed."""
    return render(request, "entry/_doubles.html", _known(request))


@require_POST
@requires("leads.enter")
def companies(request: StaffRequest) -> HttpResponse:
    """Companies like the one that is being typed."""
    prefetch_related_objects([request.user], "scopes")
    found = companies_like(request.POST.get("company", "")[:200], viewer=request.user)
    return render(request, "entry/_companies.html", {"companies": found})


@require_POST
@requires("leads.enter")
def company(request: StaffRequest) -> HttpResponse:
    """The field for the company, with the one that was chosen."""
    form = NewLeadForm(by=request.user, company=request.POST.get("choice", "")[:200])
    form.fields["company"].widget.attrs["autofocus"] = True
    return render(request, "entry/_company.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.manage")
def new_company(request: StaffRequest) -> HttpResponse:
    """Enter a company; on a refusal everything that was typed stays."""
    form = NewCompanyForm(posted(request))
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "credit_code", "region")}
        try:
            account = enter_company(**given, domain=form.cleaned_data["website"], by=request.user, at=timezone.now())
        except Refusal as no:
            refusal, status = no, 409
        else:
            return done(request, *_where_the_company_is(request, account))
    context = {
        "form": form,
        "refusal": refusal,
        "found": _companies_typed(request),
        "regions": large_divisions(),
        "is_asked": bool(form.errors.get("is_sure")),
    }
    return render(request, "entry/new_company.html", context, status=status)


@require_POST
@requires("accounts.manage")
def company_doubles(request: StaffRequest) -> HttpResponse:
    """Whether the company that is being typed is there already."""
    return render(request, "sales/_similar.html", {"found": _companies_typed(request)})


def _companies_typed(request: StaffRequest) -> list[Duplicate]:
    typed = {name: request.POST.get(name, "").strip()[:200] for name in ("name", "credit_code", "website")}
    domain = organisation_of(typed["website"])
    return duplicates_of(typed["name"], request.user, code=typed["credit_code"], domain=domain)


def _where_the_company_is(request: StaffRequest, account: Account) -> tuple[str, str]:
    """Its page; for whoever does not see it yet, the page on which somebody who works there is entered."""
    if accounts_visible_to(request.user).filter(pk=account.pk).exists():
        return reverse("sales:account", args=[account.public_id]), _("Entered.")
    query = urlencode({"company": account.name})
    return f"{reverse('entry:new_lead')}?{query}", _(
        "Entered. Enter somebody who works there: then you see the company."
    )


def _known(request: StaffRequest) -> dict[str, Any]:
    prefetch_related_objects([request.user], "scopes")
    typed = {name: request.POST.get(name, "").strip()[:254] for name in ("phone", "email", "name", "company")}
    found = matches(phone=typed["phone"], email=typed["email"], viewer=request.user)
    perhaps = [] if found else alike(name=typed["name"], company=typed["company"], viewer=request.user)
    return {"matches": found, "alike": perhaps, "may_work": may(request.user, "leads.work")}


def _where_it_is(request: StaffRequest, lead: Lead) -> tuple[str, str]:
    """Where to go on with the lead, and a sentence about who has it."""
    now = Lead.objects.select_related("owner", "person").get(pk=lead.pk)
    if now.owner == request.user:
        sentence = _("Entered. The lead is yours.")
    elif now.owner is not None:
        sentence = _("Entered. %(name)s has the lead.") % {"name": now.owner.full_name}
    else:
        sentence = _("Entered. The lead waits in its team.")
    if not Lead.objects.visible_to(request.user).filter(pk=lead.pk).exists():
        return reverse("lifecycle:people"), sentence
    if may(request.user, "leads.work"):
        return f"{reverse('lifecycle:inbox')}?view=all&lead={now.public_id}", sentence
    return reverse("lifecycle:person", args=[now.person.public_id]), sentence
