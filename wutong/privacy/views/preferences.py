"""The page of preferences: open to whoever holds the link, in both languages, with nothing on it but what is theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from wutong.lifecycle.person_facts import masked
from wutong.people.models import Identifier
from wutong.platform.models import Organisation
from wutong.platform.refusal import Refusal
from wutong.privacy.forms import AskForm
from wutong.privacy.models import PrivacySettings, RequestKind
from wutong.privacy.pace import TooOften, keep_pace
from wutong.privacy.preferences import NoSuchLink, address_of, choices_for, save_choices, withdraw_everything
from wutong.privacy.requests import ask_by_link

OpenView = Callable[[HttpRequest, Identifier, str], HttpResponse]


def by_link(view: OpenView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open ``view`` to whoever holds a link; of a wrong one nothing is said that tells whether it ever was right."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        at = timezone.now()
        try:
            keep_pace(request, at=at)
            response = view(request, address_of(token, at=at), token)
        except TooOften as no:
            return render(request, "privacy/no_link.html", {"refusal": no}, status=429)
        except NoSuchLink:
            return render(request, "privacy/no_link.html", {"contact": _contact()}, status=404)
        response["Referrer-Policy"] = "no-referrer"  # the address is the key
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def preferences(request: HttpRequest, address: Identifier, token: str) -> HttpResponse:
    """What the address allows, to be changed."""
    if request.method != "POST":
        return _draw(request, address, token, said=request.GET.get("said", ""))
    save_choices(
        address=address,
        allowed=set(request.POST.getlist("allow")),
        shown=set(request.POST.getlist("shown")),
        at=timezone.now(),
    )
    return _back(token, "saved")


@never_cache
@require_POST
@by_link
def withdraw(_request: HttpRequest, address: Identifier, token: str) -> HttpResponse:
    """Withdraw everything, at one press."""
    withdraw_everything(address=address, source="preferences", at=timezone.now())
    return _back(token, "withdrawn")


@never_cache
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def one_click(request: HttpRequest, address: Identifier, token: str) -> HttpResponse:
    """One click in a mail program. A GET changes nothing: gateways open every link of a mail."""
    if request.method != "POST":
        return _back(token, "")
    withdraw_everything(address=address, source="one_click", at=timezone.now())
    return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")


@never_cache
@require_POST
@by_link
def ask(request: HttpRequest, address: Identifier, token: str) -> HttpResponse:
    """Ask for what the law gives a right to."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _draw(request, address, token, form=form, status=422)
    try:
        ask_by_link(
            kind=RequestKind(form.cleaned_data["kind"]),
            address=address,
            said=form.cleaned_data["said"],
            at=timezone.now(),
        )
    except Refusal as no:
        form.add_error(None, str(no))
        return _draw(request, address, token, form=form, status=409)
    return _back(token, "asked")


def _back(token: str, said: str) -> HttpResponse:
    address = reverse("privacy:preferences", args=[token])
    return HttpResponseRedirect(f"{address}?said={said}" if said else address)


def _draw(
    request: HttpRequest,
    address: Identifier,
    token: str,
    *,
    form: AskForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    sentences = {
        "saved": _("Your choice is saved."),
        "withdrawn": _("You have withdrawn everything. We contact you no more. Tick what you want again, and save."),
        "asked": _("Your request has arrived. We answer it in time."),
    }
    context: dict[str, Any] = {
        "address": masked(address),
        "choices": choices_for(address, at=timezone.now()),
        "token": token,
        "form": form or AskForm(),
        "said": sentences.get(said, ""),
        "company": Organisation.objects.values_list("name", flat=True).first() or "",
        "contact": _contact(),
    }
    return render(request, "privacy/preferences.html", context, status=status)


def _contact() -> str:
    return PrivacySettings.objects.values_list("contact", flat=True).first() or ""
