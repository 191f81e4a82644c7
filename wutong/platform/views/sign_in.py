"""Signing in and out, links that set a password, and taking a new company over."""

import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wutong.platform.answers import posted
from wutong.platform.audit import record
from wutong.platform.first_run import take_over, taking_over
from wutong.platform.forms.accounts import (
    CodeForm,
    ForgottenForm,
    InvitationForm,
    NewPasswordForm,
    SignInForm,
    WelcomeForm,
)
from wutong.platform.mail import MailNotSetUp, is_mail_set_up
from wutong.platform.models import Organisation, Staff
from wutong.platform.observe import client_network
from wutong.platform.one_time_links import LinkUsedUp, invited, resetting
from wutong.platform.open_sessions import forget, note
from wutong.platform.passwords import accept_invitation, ask_for_reset, reset_password
from wutong.platform.permissions import administrators_to_ask, local_address
from wutong.platform.refusal import Refusal
from wutong.platform.second_factor import TooManyCodes, check_code

CODE_WITHIN = timedelta(minutes=10)
"""So long a right password waits for its code."""
_WAITING = "second_factor_of"
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
            return _let_in(request, staff, to=to)
        form.refuse()
    context = {"form": form, "next": to, "ended": "ended" in request.GET, "can_reset": is_mail_set_up()}
    return render(request, "platform/sign_in.html", context, status=422 if form.is_bound else 200)


@never_cache
@_page
@sensitive_post_parameters("code")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step for whoever has a second factor."""
    staff, to = _who_waits(request)
    if staff is None:
        return redirect("platform:sign_in")
    form = CodeForm(posted(request))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            check_code(staff=staff, code=form.cleaned_data["code"], at=timezone.now())
        except Refusal as no:
            form.add_error("code", str(no))
            status = 429 if isinstance(no, TooManyCodes) else 409
        else:
            return _welcome_in(request, staff, to=to)
    return render(request, "platform/sign_in_code.html", {"form": form, "staff": staff}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Staff):
        record("staff.signed_out", actor=request.user, subject=request.user, at=timezone.now())
    language = request.user.language if isinstance(request.user, Staff) else None
    forget(request.session.session_key)
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
            messages.success(request, _("Your new password is set. Every other session has been ended."))
            return _let_in(request, staff)
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
            messages.success(request, _("Welcome, %(name)s.") % {"name": staff.full_name})
            return _let_in(request, staff)
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
            messages.success(request, _("Welcome, %(name)s.") % {"name": staff.full_name})
            return _let_in(request, staff)
    except LinkUsedUp as no:
        return _used_up(request, no)
    return render(request, "platform/welcome.html", {"form": form}, status=422 if form.is_bound else 200)


def _let_in(request: HttpRequest, staff: Staff, *, to: str = "/") -> HttpResponse:
    """In, or on to the page that asks for the code: no door of the house leads past it."""
    if not staff.has_second_factor:
        return _welcome_in(request, staff, to=to)
    request.session[_WAITING] = {
        "staff": staff.pk,
        "hash": staff.get_session_auth_hash(),
        "until": (datetime.now(UTC) + CODE_WITHIN).timestamp(),
        "to": to,
    }
    return redirect("platform:sign_in_code")


def _who_waits(request: HttpRequest) -> tuple[Staff | None, str]:
    """Whose password was right a moment ago, and is still the password; and where they were going."""
    waiting = request.session.get(_WAITING)
    if waiting is None or datetime.now(UTC).timestamp() > waiting["until"]:
        return None, "/"
    staff = Staff.objects.active().filter(pk=waiting["staff"]).first()
    if staff is None or not hmac.compare_digest(staff.get_session_auth_hash(), waiting["hash"]):
        return None, "/"
    return staff, local_address(request, waiting["to"])


def _welcome_in(request: HttpRequest, staff: Staff, *, to: str) -> HttpResponse:
    at = timezone.now()
    with transaction.atomic():
        request.session.pop(_WAITING, None)
        login(request, staff, backend=getattr(staff, "backend", _BY_LINK))
        record("staff.signed_in", actor=staff, subject=staff, at=at)
        note(request, staff, at=at)
    return HttpResponseRedirect(to)


def _used_up(request: HttpRequest, no: LinkUsedUp) -> HttpResponse:
    return render(request, "platform/refusal.html", {"refusal": no, "back": reverse("platform:sign_in")}, status=409)
