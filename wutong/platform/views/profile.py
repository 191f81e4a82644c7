"""A colleague's own page: name, language, zone, look, password."""

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wutong.platform.answers import done, is_htmx, posted
from wutong.platform.forms.accounts import ChangePasswordForm, PreferencesForm, ProfileForm
from wutong.platform.models import Staff
from wutong.platform.passwords import WrongPassword
from wutong.platform.passwords import change_password as change_password_of
from wutong.platform.permissions import StaffRequest, local_address, signed_in
from wutong.platform.preferences import change_preferences, change_profile

_YEAR_S = 31_536_000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: StaffRequest) -> HttpResponse:
    # A form writes onto its instance while it validates: not onto the one that draws the frame.
    staff = Staff.objects.get(pk=request.user.pk)
    form = ProfileForm(posted(request), instance=staff)
    if request.method == "POST" and form.is_valid():
        change_profile(staff=request.user, at=timezone.now(), **form.cleaned_data)
        return done(request, reverse("platform:profile"), _("Your settings are saved."))
    return _draw(request, profile_form=form)


@require_POST
@sensitive_post_parameters("present", "password")
@signed_in
def change_password(request: StaffRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST, staff=request.user)
    if not form.is_valid():
        return _draw(request, password_form=form)
    given = form.cleaned_data
    try:
        staff = change_password_of(
            staff=request.user, present=given["present"], password=given["password"], at=timezone.now()
        )
    except WrongPassword as no:
        form.add_error("present", str(no))
        return _draw(request, password_form=form, status=409)
    update_session_auth_hash(request, staff)
    sentence = _("Your new password is set. Every other session has been ended.")
    return done(request, reverse("platform:profile"), sentence)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The switches of the frame. A visitor who is not signed in keeps the language in a cookie."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    chosen = form.chosen()
    if isinstance(request.user, Staff):
        change_preferences(staff=request.user, at=timezone.now(), **chosen)
    referer = request.headers.get("Referer", "")
    to = local_address(request, request.POST.get("next") or referer)
    response = HttpResponse(status=204) if is_htmx(request) else redirect(to)
    if language := chosen.get("language"):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR_S, samesite="Lax")
    return response


def _draw(
    request: StaffRequest,
    *,
    profile_form: ProfileForm | None = None,
    password_form: ChangePasswordForm | None = None,
    status: int = 0,
) -> HttpResponse:
    context = {
        "profile_form": profile_form or ProfileForm(instance=Staff.objects.get(pk=request.user.pk)),
        "password_form": password_form or ChangePasswordForm(staff=request.user),
    }
    is_invalid = any(form.is_bound and form.errors for form in context.values())
    return render(request, "platform/profile.html", context, status=status or (422 if is_invalid else 200))
