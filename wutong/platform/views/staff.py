"""Colleagues: the list, inviting, rights, closing and reopening accounts; what each role may do."""

from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wutong.platform import staff as accounts
from wutong.platform.answers import done, posted, refused
from wutong.platform.chinese import sort_key
from wutong.platform.forms.staff import InviteForm, RightsForm, StaffFilterForm
from wutong.platform.in_hand import held_by
from wutong.platform.invitations import AddressTaken, Invited, invite_again
from wutong.platform.invitations import invite as invite_colleague
from wutong.platform.models import DataScope, Role, Staff
from wutong.platform.one_time_links import full_address
from wutong.platform.open_sessions import sessions_of
from wutong.platform.passwords import make_reset_link
from wutong.platform.permissions import GRANTS, LABELS, StaffRequest, requires, signed_in
from wutong.platform.refusal import Refusal

PAGE = 50
_form = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
@requires("staff.manage")
def colleagues(request: StaffRequest) -> HttpResponse:
    form = StaffFilterForm(request.GET)
    form.is_valid()  # a condition that makes no sense is left out
    found = _matching(Staff.objects.visible_to(request.user), form.cleaned_data)
    total = found.count()
    rows, before, after = _page(found, request.GET.get("after"), request.GET.get("before"))
    context = {"form": form, "rows": rows, "total": total, "previous": before, "next": after}
    return render(request, "platform/staff.html", context, status=200)


@never_cache
@_form
@requires("staff.manage")
def invite(request: StaffRequest) -> HttpResponse:
    initial = {"role": Role.SDR, "data_scope": DataScope.OWN, "language": request.user.language}
    form = InviteForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        given["data_scope"] = DataScope(given["data_scope"])
        try:
            invited = invite_colleague(**given, by=request.user, at=timezone.now())
        except AddressTaken as no:
            form.add_error("email", str(no))
            return render(request, "platform/staff_invite.html", {"form": form}, status=409)
        return _show_link(request, invited)
    return render(request, "platform/staff_invite.html", {"form": form}, status=422 if form.is_bound else 200)


@_form
@requires("staff.manage")
def colleague(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = _find(request, public_id)
    form = RightsForm(posted(request), initial=RightsForm.initial_of(staff))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        given["data_scope"] = DataScope(given["data_scope"])
        try:
            accounts.change_rights(staff=staff, **given, by=request.user, at=timezone.now())
        except Refusal as no:
            form.add_error(None, str(no))
            status = 409
        else:
            return done(request, _address(staff), _("The rights of %(name)s are saved.") % {"name": given["full_name"]})
    context = {
        "staff": staff,
        "form": form,
        "is_oneself": staff.pk == request.user.pk,
        "sessions": sessions_of(staff, here=request.session.session_key, at=timezone.now()) if staff.is_active else [],
    }
    return render(request, "platform/colleague.html", context, status=status)


@require_POST
@requires("staff.manage")
def deactivate(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = _find(request, public_id)
    try:
        accounts.deactivate(staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=_address(staff))
    has_work = any(one.n for one in held_by(staff))
    to = reverse("platform:staff_hand_over", args=[staff.public_id]) if has_work else _address(staff)
    return done(request, to, _("%(name)s is deactivated and signed out everywhere.") % {"name": staff.full_name})


@require_POST
@requires("staff.manage")
def reactivate(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = _find(request, public_id)
    try:
        accounts.reactivate(staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=_address(staff))
    return done(request, _address(staff), _("%(name)s can sign in again.") % {"name": staff.full_name})


@never_cache
@require_POST
@requires("staff.manage")
def invite_once_more(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = _find(request, public_id)
    try:
        invited = invite_again(staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=_address(staff))
    return _show_link(request, invited)


@never_cache
@require_POST
@requires("staff.manage")
def password_link(request: StaffRequest, public_id: UUID) -> HttpResponse:
    staff = _find(request, public_id)
    try:
        path = make_reset_link(staff=staff, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=_address(staff))
    context = {"staff": staff, "link": full_address(path)}
    return render(request, "platform/staff_password_link.html", context)


@require_GET
@signed_in
def roles(request: StaffRequest) -> HttpResponse:
    """What each role may do. Everybody may know."""
    table = [
        {"label": label, "cells": [{"role": role, "is_granted": code in GRANTS[role]} for role in Role]}
        for code, label in LABELS.items()
    ]
    return render(request, "platform/roles.html", {"roles": Role, "table": table})


def _find(request: StaffRequest, public_id: UUID) -> Staff:
    colleagues = Staff.objects.visible_to(request.user).select_related("team").prefetch_related("scopes")
    found: Staff = get_object_or_404(colleagues, public_id=public_id)
    return found


def _address(staff: Staff) -> str:
    return reverse("platform:colleague", args=[staff.public_id])


def _show_link(request: StaffRequest, invited: Invited) -> HttpResponse:
    context = {"invited": invited, "link": full_address(invited.path)}
    return render(request, "platform/staff_invited.html", context)


def _matching(found: QuerySet[Staff], conditions: dict[str, object]) -> QuerySet[Staff]:
    is_invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if text := str(conditions.get("q") or ""):
        found = found.filter(
            Q(full_name__icontains=text) | Q(email__icontains=text) | Q(sort_key__contains=sort_key(text))
        )
    if role := conditions.get("role"):
        found = found.filter(role=role)
    if team := conditions.get("team"):
        found = found.filter(team__path__startswith=team.path)  # type: ignore[attr-defined]  # a Team
    match conditions.get("state"):
        case "invited":
            return found.filter(is_invited, is_active=True)
        case "deactivated":
            return found.filter(is_active=False)
        case "all":
            return found
        case _:
            return found.filter(is_active=True)


def _page(found: QuerySet[Staff], after: str | None, before: str | None) -> tuple[list[Staff], str | None, str | None]:
    """One page by keyset (sort_key, id), with the cursors of the pages before and after it."""
    rows = found.select_related("team").order_by("sort_key", "pk")
    if key := _cursor(before):
        backwards = rows.filter(Q(sort_key__lt=key[0]) | Q(sort_key=key[0], pk__lt=key[1])).reverse()
        shown = list(backwards[: PAGE + 1])
        has_previous, has_next = len(shown) > PAGE, True
        shown = shown[:PAGE][::-1]
    else:
        key = _cursor(after)
        if key:
            rows = rows.filter(Q(sort_key__gt=key[0]) | Q(sort_key=key[0], pk__gt=key[1]))
        shown = list(rows[: PAGE + 1])
        has_previous, has_next = key is not None, len(shown) > PAGE
        shown = shown[:PAGE]
    first = f"{shown[0].pk}.{shown[0].sort_key}" if shown and has_previous else None
    last = f"{shown[-1].pk}.{shown[-1].sort_key}" if shown and has_next else None
    return shown, first, last


def _cursor(text: str | None) -> tuple[str, int] | None:
    pk, dot, key = (text or "").partition(".")
    return (key, int(pk)) if dot and pk.isascii() and pk.isdecimal() and len(pk) < 19 else None
