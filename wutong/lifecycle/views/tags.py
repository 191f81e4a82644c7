"""Tags: which there are, and giving them to people."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from wutong.lifecycle.jobs import look_at_everybody_later
from wutong.lifecycle.models import Lead
from wutong.lifecycle.tagging import AT_ONCE, tag_people, untag_person
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import AccountTag, Person, PersonTag, Tag, TagFamily, TagGroup
from wutong.people.tags import add_group, add_tag, rename_tag, restore_tag, retire_tag
from wutong.platform.answers import done, is_htmx, refused
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.ready_made import Asked, ready_made
from wutong.platform.refusal import Refusal


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=40)
    about = forms.ChoiceField(label=gettext_lazy("For"), choices=TagGroup.About.choices)
    family = forms.ChoiceField(label=gettext_lazy("Family"), choices=TagFamily.choices)
    is_exclusive = forms.BooleanField(label=gettext_lazy("Only one tag of the group at a time"), required=False)


class NameForm(forms.Form):
    name = forms.CharField(max_length=40)


@require_safe
@requires("tags.manage")
def tags(request: StaffRequest) -> HttpResponse:
    return _draw(request)


@require_POST
@requires("tags.manage")
def group_add(request: StaffRequest) -> HttpResponse:
    form = GroupForm(request.POST)
    if not form.is_valid():
        return _draw(request, form=form, status=422)
    given = form.cleaned_data
    given["family"], given["about"] = TagFamily(given["family"]), TagGroup.About(given["about"])
    try:
        add_group(**given, by=request.user, at=timezone.now())
    except Refusal as no:
        form.add_error("name", str(no))
        return _draw(request, form=form, status=409)
    return done(request, reverse("lifecycle:tags"), _("The group is added. Add its tags."))


@require_POST
@requires("tags.manage")
def tag_add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    group = get_object_or_404(TagGroup, public_id=public_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _draw(request, refusal=_("Give the tag a name of at most 40 characters."), status=422)
    try:
        add_tag(group=group, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
    except Refusal as no:
        return _draw(request, refusal=str(no), status=409)
    return done(request, reverse("lifecycle:tags"), _("“%(name)s” is added.") % form.cleaned_data)


@require_POST
@requires("tags.manage")
def tag_change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Another name."""
    tag = get_object_or_404(Tag.objects.select_related("group"), public_id=public_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _draw(request, refusal=_("Give the tag a name of at most 40 characters."), status=422)
    name, seen = form.cleaned_data["name"], request.POST.get("seen", "")
    return _after_change(request, tag, lambda at: rename_tag(tag=tag, name=name, by=request.user, at=at, seen=seen))


@require_POST
@requires("tags.manage")
def tag_retire(request: StaffRequest, public_id: UUID) -> HttpResponse:
    tag = get_object_or_404(Tag, public_id=public_id)
    return _after_change(request, tag, lambda at: retire_tag(tag=tag, by=request.user, at=at))


@require_POST
@requires("tags.manage")
def tag_restore(request: StaffRequest, public_id: UUID) -> HttpResponse:
    tag = get_object_or_404(Tag, public_id=public_id)
    return _after_change(request, tag, lambda at: restore_tag(tag=tag, by=request.user, at=at, then=_look_later))


@require_POST
@requires("people.tag")
def person_tag(request: StaffRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    tag = _named(request)
    try:
        tag_people([person], tag=tag, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("lifecycle:person", args=[person.public_id]))
    return _after(request, person)


@require_POST
@requires("people.tag")
def person_untag(request: StaffRequest, public_id: UUID, tag_id: UUID) -> HttpResponse:
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    tag = get_object_or_404(Tag, public_id=tag_id)
    untag_person(person=person, tag=tag, by=request.user, at=timezone.now())
    return _after(request, person)


@require_POST
@requires("people.tag")
def tag_chosen(request: StaffRequest) -> HttpResponse:
    """Give a tag to the people who are ticked in the list."""
    tag = _named(request)
    chosen = [one for one in (uuid_or_none(text) for text in request.POST.getlist("chosen")[: AT_ONCE + 1]) if one]
    people = list(people_visible_to(request.user).filter(public_id__in=chosen))
    back = reverse("lifecycle:people")
    try:
        n = tag_people(people, tag=tag, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    sentence = ngettext(
        "%(n)d person carries “%(tag)s” now, %(had)d did already.",
        "%(n)d people carry “%(tag)s” now, %(had)d did already.",
        n,
    )
    return done(request, back, sentence % {"n": n, "tag": tag.name, "had": len(people) - n})


def card_of_person(staff: Staff, person: Person) -> dict[str, Any] | None:
    """The card of a person's page, and of the work area of their lead."""
    may_tag = may(staff, "people.tag")
    first = list({one.tag_id: one for one in reversed(_carried_by(person.pk))}.values())[::-1]
    if not first and not may_tag:
        return None
    return {
        "person": person,
        "families": families(first),
        "choices": to_choose(TagGroup.About.PERSON, besides=first) if may_tag else [],
        "may_tag": may_tag,
    }


@ready_made
def _carried_by(person: int) -> QuerySet[PersonTag]:
    return PersonTag.objects.filter(person=person).select_related("tag__group", "by").order_by("at", "pk")


def card_of_lead(staff: Staff, lead: Lead) -> dict[str, Any] | None:
    return card_of_person(staff, lead.person)


def families(carried: Iterable[PersonTag | AccountTag]) -> list[tuple[str, list[PersonTag | AccountTag]]]:
    """Carried tags by family, the families in their order."""
    order = TagFamily.values
    ranked = sorted(carried, key=lambda one: (order.index(one.tag.group.family), one.tag.group.name, one.tag.name))
    return [
        (str(TagFamily(family).label), list(ones))
        for family, ones in groupby(ranked, key=lambda one: one.tag.group.family)
    ]


def choices_ahead(about: str) -> Asked:
    """What :func:`to_choose` asks where nothing was chosen before."""
    return _offered.about(str(about), [])


def to_choose(about: str, *, besides: Iterable[PersonTag | AccountTag] = ()) -> list[tuple[str, list[Tag]]]:
    """Tags that may be given to people or companies, by group."""
    found = _offered(str(about), [one.tag_id for one in besides])
    return [(group.name, list(ones)) for group, ones in groupby(found, key=lambda tag: tag.group)]


@ready_made
def _offered(about: str, besides: list[int]) -> QuerySet[Tag]:
    return Tag.objects.filter(group__about=about).in_use().in_order().exclude(pk__among=besides)[:500]


def _named(request: StaffRequest) -> Tag:
    """The tag that the form names; a retired one is found too, and refused with words."""
    offered = Tag.objects.of_people().select_related("group")
    return get_object_or_404(offered, public_id=uuid_or_none(request.POST.get("tag")))


def _after_change(request: StaffRequest, tag: Tag, act: Callable[[datetime], None]) -> HttpResponse:
    try:
        act(timezone.now())
    except Refusal as no:
        return _draw(request, refusal=str(no), status=409)
    return done(request, reverse("lifecycle:tags"), _("“%(name)s” is changed.") % {"name": tag.name})


def _look_later(rule: int) -> None:
    look_at_everybody_later.defer(rule=rule)


def _after(request: StaffRequest, person: Person) -> HttpResponse:
    if is_htmx(request):
        return render(request, "lifecycle/_tags.html", {"panel": card_of_person(request.user, person)})
    return done(request, reverse("lifecycle:person", args=[person.public_id]), _("The tags are changed."))


def _draw(
    request: StaffRequest, *, form: GroupForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    groups = list(TagGroup.objects.prefetch_related("tags__rule").order_by("about", "family", "name", "pk"))
    by_about = [(label, [group for group in groups if group.about == about]) for about, label in TagGroup.About.choices]
    context = {"form": form or GroupForm(), "by_about": by_about, "has_groups": bool(groups), "refusal": refusal}
    return render(request, "lifecycle/tags.html", context, status=status)
