"""Signing in and out, links that set a password, and taking a new company over."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wutong.platform.answers import done, posted
from wutong.platform.audit import record
from wutong.platform.first_run import take_over, taking_over
from wutong.platform.forms.accounts import ForgottenForm, InvitationForm, NewPasswordForm, SignInForm, WelcomeForm
from wutong.platform.mail import MailNotSetUp, is_mail_set_up
from wutong.platform.models import Organisation, Staff
from wutong.platform.observe import client_network
from wutong.platform.one_time_links import LinkUsedUp, invited, resetting
from wutong.platform.passwords import accept_invitation, ask_for_reset, reset_password
from wutong.platform.permissions import administrators_to_ask, local_address

_BY_LINK = "django.contrib.auth.backends.ModelBackend"
_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_page
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Each sign-in gives the session a new key; too many tries end in :func:`wutong.platform.sign_in.locked_out`."""
    to = local_address(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated and request.method != "POST":
        return redirect(to)
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        # By the name of the model's own field: only so axes counts and checks the same account.
        staff = authenticate(request, email=given["email"], password=given["password"])
        if isinstance(staff, Staff):
            _let_in(request, staff)
            return redirect(to)
        form.refuse()
    context = {"form": form, "next": to, "ended": "ended" in request.GET, "can_reset": is_mail_set_up()}
    return render(request, "platform/sign_in.html", context, status=422 if form.is_bound else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Staff):
        record("staff.signed_out", actor=request.user, subject=request.user, at=timezone.now())
    language = request.user.language if isinstance(request.user, Staff) else None
    logout(request)
    response = redirect("platform:sign_in")
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    return response


@never_cache
@_page
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether or not the address belongs to a colleague."""
    form = ForgottenForm(posted(request))
    context = {"form": form, "can_mail": is_mail_set_up(), "administrators": administrators_to_ask()}
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_reset(email=form.cleaned_data["email"], client=client_network(request), at=timezone.now())
        except MailNotSetUp as no:
            return render(request, "platform/password_forgotten.html", {**context, "refusal": no}, status=409)
        return render(request, "platform/password_on_its_way.html", {"email": form.cleaned_data["email"]})
    return render(request, "platform/password_forgotten.html", context, status=422 if form.is_bound else 200)


@never_cache
@_page
@sensitive_post_parameters("password")
def password_reset(request: HttpRequest, who: str, token: str) -> HttpResponse:
    try:
        staff = resetting(who, token)
        form = NewPasswordForm(posted(request), staff=staff)
        if request.method == "POST" and form.is_valid():
            staff = reset_password(who=who, token=token, password=form.cleaned_data["password"], at=timezone.now())
            _let_in(request, staff)
            return done(request, "/", _("Your new password is set. Every other session has been ended."))
    except LinkUsedUp as no:
        return _used_up(request, no)
    context = {"form": form, "staff": staff}
    return render(request, "platform/password_reset.html", context, status=422 if form.is_bound else 200)


@never_cache
@_page
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        staff = invited(token, at=timezone.now())
        form = InvitationForm(posted(request), staff=staff, initial={"full_name": staff.full_name})
        if request.method == "POST" and form.is_valid():
            staff = accept_invitation(token=token, **form.cleaned_data, at=timezone.now())
            _let_in(request, staff)
            return done(request, "/", _("Welcome, %(name)s.") % {"name": staff.full_name})
    except LinkUsedUp as no:
        return _used_up(request, no)
    context = {"form": form, "staff": staff}
    return render(request, "platform/invitation.html", context, status=422 if form.is_bound else 200)


@never_cache
@_page
@sensitive_post_parameters("password")
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator takes a new company over."""
    try:
        staff = taking_over(token, at=timezone.now())
        initial = {"organisation_name": Organisation.objects.get().name}
        form = WelcomeForm(posted(request), staff=staff, initial=initial)
        if request.method == "POST" and form.is_valid():
            staff = take_over(token=token, **form.cleaned_data, at=timezone.now())
            _let_in(request, staff)
            return done(request, "/", _("Welcome, %(name)s.") % {"name": staff.full_name})
    except LinkUsedUp as no:
        return _used_up(request, no)
    return render(request, "platform/welcome.html", {"form": form}, status=422 if form.is_bound else 200)


def _let_in(request: HttpRequest, staff: Staff) -> None:
    with transaction.atomic():
        login(request, staff, backend=getattr(staff, "backend", _BY_LINK))
        record("staff.signed_in", actor=staff, subject=staff, at=timezone.now())


def _used_up(request: HttpRequest, no: LinkUsedUp) -> HttpResponse:
    return render(request, "platform/refusal.html", {"refusal": no, "back": reverse("platform:sign_in")}, status=409)
