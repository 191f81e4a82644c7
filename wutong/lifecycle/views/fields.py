"""A company's own fields: which there are, and filling them in for a person."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.field_cards import card_of_person, form_of
from wutong.lifecycle.field_forms import FieldForm, NewFieldForm, OptionForm
from wutong.lifecycle.field_values import fill_in_person
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.custom_fields import (
    add_field,
    add_option,
    change_field,
    change_option,
    mark_of_field,
    move_field,
    move_option,
    retire_field,
    retire_option,
    with_options,
)
from wutong.people.models import CustomField, CustomOption
from wutong.platform.answers import done, is_htmx, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_safe
@requires("fields.manage")
def fields(request: StaffRequest) -> HttpResponse:
    return _draw(request, NewFieldForm())


@require_POST
@requires("fields.manage")
def add(request: StaffRequest) -> HttpResponse:
    form = NewFieldForm(request.POST)
    if not form.is_valid():
        return _draw(request, form, status=422)
    given = form.cleaned_data
    try:
        field = add_field(
            about=given["about"],
            kind=given["kind"],
            code=given["code"],
            options=given["options"],
            described=form.described(),
            by=request.user,
            at=timezone.now(),
        )
    except Refusal as no:
        form.add_error("name_zh", str(no))
        return _draw(request, form, status=409)
    address = reverse("lifecycle:field", args=[field.public_id]) if field.has_options else reverse("lifecycle:fields")
    return done(request, address, _("“%(name)s” is added.") % {"name": field.name})


@require_safe
@requires("fields.manage")
def field(request: StaffRequest, public_id: UUID) -> HttpResponse:
    one = get_object_or_404(CustomField, public_id=public_id)
    return _draw_one(request, one, FieldForm.of(one))


@require_POST
@requires("fields.manage")
def change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Another name or other rights; or retired, restored or moved: whichever button was pressed."""
    one = get_object_or_404(CustomField, public_id=public_id)
    at, back = timezone.now(), reverse("lifecycle:fields")
    said = _("“%(name)s” is changed.") % {"name": one.name}
    if "switch" in request.POST:
        try:
            retire_field(field=one, is_active=request.POST["switch"] == "on", by=request.user, at=at)
        except Refusal as no:
            return refused(request, no, back=back)
        return done(request, back, said)
    if "move" in request.POST:
        move_field(field=one, up=request.POST["move"] == "up", by=request.user, at=at)
        return done(request, back, said)
    form = FieldForm(request.POST, kind=one.kind)
    if not form.is_valid():
        return _draw_one(request, one, form, status=422)
    try:
        seen = request.POST.get("seen", "")
        change_field(field=one, described=form.described(), by=request.user, at=at, seen=seen)
    except Refusal as no:
        form.add_error("name_zh", str(no))
        return _draw_one(request, one, form, status=409)
    return done(request, back, said)


@require_POST
@requires("fields.manage")
def option_add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    one = get_object_or_404(CustomField, public_id=public_id, kind__in=[CustomField.Kind.ONE, CustomField.Kind.MANY])
    form = OptionForm(request.POST)
    if not form.is_valid():
        return _draw_one(request, one, FieldForm.of(one), refusal=_name_it(), status=422)
    try:
        add_option(field=one, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refusal as no:
        return _draw_one(request, one, FieldForm.of(one), refusal=str(no), status=409)
    return done(request, reverse("lifecycle:field", args=[public_id]), _("The answer is added."))


@require_POST
@requires("fields.manage")
def option_change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Another name, or retired, restored or moved: whichever button was pressed."""
    option = get_object_or_404(CustomOption.objects.select_related("field"), public_id=public_id)
    at, back = timezone.now(), reverse("lifecycle:field", args=[option.field.public_id])
    said = _("“%(name)s” is changed.") % {"name": option.name}
    if "switch" in request.POST:
        retire_option(option=option, is_active=request.POST["switch"] == "on", by=request.user, at=at)
        return done(request, back, said)
    if "move" in request.POST:
        move_option(option=option, up=request.POST["move"] == "up", by=request.user, at=at)
        return done(request, back, said)
    form = OptionForm(request.POST)
    if not form.is_valid():
        return _draw_one(request, option.field, FieldForm.of(option.field), refusal=_name_it(), status=422)
    try:
        seen = request.POST.get("seen", "")
        change_option(option=option, **form.cleaned_data, by=request.user, at=at, seen=seen)
    except Refusal as no:
        return _draw_one(request, option.field, FieldForm.of(option.field), refusal=str(no), status=409)
    return done(request, back, said)


@require_POST
@requires("people.read")
def person_fields(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Fill in what the reader may of a person's fields; who may fill in which stands with the fields."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    back = reverse("lifecycle:person", args=[public_id])
    card = card_of_person(request.user, person)
    if card is None or not card["editable"]:
        return done(request, back, _("There is no field that you may fill in."))
    form = form_of(card, request.POST)
    card |= {"form": form, "is_open": True}
    if not form.is_valid():
        return _answer(request, card, status=422)
    try:
        seen = request.POST.get("seen", "")
        fill_in_person(person=person, values=form.values(), by=request.user, at=timezone.now(), seen=seen)
    except Refusal as no:
        form.add_error(None, str(no))
        return _answer(request, card, status=409)
    if is_htmx(request):
        return _answer(request, card_of_person(request.user, person) or {}, status=200)
    return done(request, back, _("The fields are saved."))


def _answer(request: StaffRequest, card: dict[str, Any], *, status: int) -> HttpResponse:
    """The card alone: swapped in, or a page with the form and what is wrong with it."""
    template = "lifecycle/_custom_fields.html" if is_htmx(request) else "lifecycle/custom_fields.html"
    return render(request, template, {"panel": card}, status=status)


def _name_it() -> str:
    return _("Give the answer a name in both languages, of at most 40 characters.")


def _draw(request: StaffRequest, form: NewFieldForm, *, status: int = 200) -> HttpResponse:
    found = with_options(CustomField.objects.all())
    by_about = [(label, [one for one in found if one.about == about]) for about, label in CustomField.About.choices]
    context = {"form": form, "by_about": by_about, "has_fields": bool(found)}
    return render(request, "lifecycle/fields.html", context, status=status)


def _draw_one(
    request: StaffRequest, one: CustomField, form: FieldForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    options = [(row, mark_of_field(row)) for row in CustomOption.objects.filter(field=one).order_by("position", "pk")]
    seen = mark_of_field(one)
    context = {"one": one, "seen": seen, "form": form, "options": options, "new_option": OptionForm(auto_id="new-%s")}
    return render(request, "lifecycle/field.html", context | {"refusal": refusal}, status=status)
