"""A colleague's sign-in: second factor, devices. And for administrators: a colleague's, and the rules for all."""

from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.platform import second_factor as factor
from wutong.platform.answers import done, posted, refused
from wutong.platform.forms.accounts import CodeForm, FirstCodeForm
from wutong.platform.forms.settings import RoleLimitsForm, SecurityForm
from wutong.platform.models import Organisation, Role, Staff
from wutong.platform.open_sessions import end_all, end_one, sessions_of
from wutong.platform.organisation import change_organisation
from wutong.platform.permissions import StaffRequest, requires, signed_in
from wutong.platform.refusal import Refusal
from wutong.platform.reveals import report, report_of_keys
from wutong.platform.role_limits import change_role_limits, own_limits
from wutong.platform.secrets import seal, unseal

_form = require_http_methods(["GET", "HEAD", "POST"])
_PENDING = "second_factor_pending"
"""In the session, sealed: the secret that the app is to take."""


@never_cache
@require_safe
@signed_in
def own(request: StaffRequest) -> HttpResponse:
    return _draw_own(request)


@never_cache
@_form
@sensitive_post_parameters("code")
@signed_in
def second_factor(request: StaffRequest) -> HttpResponse:
    """The picture for the app, and the first code back."""
    if request.user.has_second_factor:
        return redirect("platform:security")
    if _PENDING not in request.session:
        request.session[_PENDING] = seal(factor.new_secret().hex()).decode()
    secret = bytes.fromhex(unseal(request.session[_PENDING].encode()))
    form = FirstCodeForm(posted(request))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            codes = factor.set_up(staff=request.user, secret=secret, code=form.cleaned_data["code"], at=timezone.now())
        except Refusal as no:
            form.add_error("code", str(no))
            status = 409
        else:
            del request.session[_PENDING]
            update_session_auth_hash(request, Staff.objects.get(pk=request.user.pk))
            return render(request, "platform/recovery_codes.html", {"codes": codes, "is_first": True})
    uri = factor.provisioning_uri(secret, staff=request.user)
    context = {
        "form": form,
        "picture": factor.picture(uri),
        "typed_secret": factor.typed(secret),
        "is_due": factor.is_due(request.user),
    }
    return render(request, "platform/second_factor.html", context, status=status)


@require_POST
@sensitive_post_parameters("code")
@signed_in
def remove_second_factor(request: StaffRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _draw_own(request, remove_form=form, status=422)
    try:
        factor.remove(staff=request.user, code=form.cleaned_data["code"], at=timezone.now())
    except Refusal as no:
        form.add_error("code", str(no))
        return _draw_own(request, remove_form=form, status=409)
    return done(request, reverse("platform:security"), _("The second factor is removed."))


@never_cache
@require_POST
@sensitive_post_parameters("code")
@signed_in
def recovery_codes(request: StaffRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _draw_own(request, codes_form=form, status=422)
    try:
        codes = factor.renew_recovery_codes(staff=request.user, code=form.cleaned_data["code"], at=timezone.now())
    except Refusal as no:
        form.add_error("code", str(no))
        return _draw_own(request, codes_form=form, status=409)
    return render(request, "platform/recovery_codes.html", {"codes": codes, "is_first": False})


@require_POST
@signed_in
def end_session(request: StaffRequest, session_id: int) -> HttpResponse:
    try:
        end_one(staff=request.user, session_id=session_id, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("platform:security"))
    return done(request, reverse("platform:security"), _("That session is ended."))


@require_POST
@signed_in
def end_others(request: StaffRequest) -> HttpResponse:
    fresh = end_all(staff=request.user, by=request.user, at=timezone.now())
    update_session_auth_hash(request, fresh)
    return done(request, reverse("platform:security"), _("Every other session has been ended."))


@require_POST
@requires("staff.manage")
def end_all_of(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """End every session of a colleague; one's own among them means signing in again."""
    staff = get_object_or_404(Staff.objects.visible_to(request.user), public_id=public_id)
    end_all(staff=staff, by=request.user, at=timezone.now())
    sentence = _("%(name)s is signed out everywhere.") % {"name": staff.full_name}
    return done(request, reverse("platform:colleague", args=[staff.public_id]), sentence)


@require_POST
@requires("staff.manage")
def reset_second_factor(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = get_object_or_404(Staff.objects.visible_to(request.user), public_id=public_id)
    back = reverse("platform:colleague", args=[staff.public_id])
    try:
        factor.reset(staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    sentence = _("%(name)s signs in by password alone now, and is signed out everywhere.")
    return done(request, back, sentence % {"name": staff.full_name})


@_form
@requires("organisation.manage")
def rules(request: StaffRequest) -> HttpResponse:
    """Which roles need a second factor, and how many colleagues have one."""
    form = SecurityForm(posted(request), instance=Organisation.objects.get())
    if request.method == "POST" and form.is_valid():
        change_organisation(changed=form.instance, by=request.user, at=timezone.now())
        return done(request, reverse("platform:security_rules"), _("The rules are saved."))
    return _draw_rules(request, form, RoleLimitsForm.of(own_limits()))


@require_POST
@requires("organisation.manage")
def role_limits(request: StaffRequest) -> HttpResponse:
    """What a day allows each role, where that is not what it allows the company."""
    form = RoleLimitsForm(request.POST)
    if not form.is_valid():
        return _draw_rules(request, SecurityForm(instance=Organisation.objects.get()), form)
    change_role_limits(wanted=form.wanted(), by=request.user, at=timezone.now())
    return done(request, reverse("platform:security_rules"), _("The rules are saved."))


def _draw_rules(request: StaffRequest, form: SecurityForm, limits: RoleLimitsForm) -> HttpResponse:
    counted = Staff.objects.active().values("role").annotate(n=Count("pk"), with_factor=_WITH_FACTOR)
    by_role = {row["role"]: row for row in counted.order_by()}
    rows = [by_role[role] | {"label": role.label} for role in Role if role in by_role]
    context = {"form": form, "limits": limits, "rows": rows}
    status = 422 if form.is_bound or limits.is_bound else 200
    return render(request, "platform/security_rules.html", context, status=status)


@require_safe
@requires("audit.read")
def reveals(request: StaffRequest) -> HttpResponse:
    """Who looks at how many contact details in full."""
    now = timezone.now()
    context = {
        "rows": report(at=now),
        "keys": report_of_keys(at=now),
    }
    return render(request, "platform/reveals.html", context)


_WITH_FACTOR = Count("pk", filter=Q(has_second_factor=True))


def _draw_own(
    request: StaffRequest,
    *,
    remove_form: CodeForm | None = None,
    codes_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    staff = request.user
    context = {
        "sessions": sessions_of(staff, here=request.session.session_key, at=timezone.now()),
        "remove_form": remove_form or CodeForm(prefix=None, auto_id="remove_%s"),
        "codes_form": codes_form or CodeForm(auto_id="codes_%s"),
        "codes_left": factor.codes_left(staff) if staff.has_second_factor else 0,
    }
    return render(request, "platform/security.html", context, status=status)
