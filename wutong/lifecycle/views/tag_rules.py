"""The rule of a tag: tried, set, paused, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wutong.lifecycle.jobs import look_at_everybody_later
from wutong.lifecycle.tag_rules import (
    Asked,
    asked_by,
    asked_of,
    is_hidden_from,
    language_of,
    mark_of_rule,
    pause_rule,
    remove_rule,
    resume_rule,
    set_rule,
    understood,
)
from wutong.lifecycle.views.tags import to_choose
from wutong.people.custom_fields import readable_by
from wutong.people.custom_filters import parameters_of, to_ask
from wutong.people.models import AccountTag, PersonTag, Tag, TagGroup, TagRule
from wutong.platform.answers import done, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.platform.totals import total_of

_SAMPLE = 8


@require_http_methods(["GET", "HEAD", "POST"])
@requires("tags.manage")
def rule(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The conditions under which a tag is carried; ``preview`` says who would fit and changes nothing."""
    tag = _tag(public_id)
    if request.method != "POST":
        kept = _rule_of(tag)
        return _draw(request, tag, asked_of(kept) if kept and not is_hidden_from(kept, request.user) else None)
    names = language_of(tag).names | parameters_of(readable_by(request.user, tag.group.about))
    given = {name: value for name in names if (value := request.POST.get(name, "")[:200])}
    asked = asked_by(tag, given, reader=request.user)
    try:
        if "preview" in request.POST:
            return _draw(request, tag, understood(tag, given, reader=request.user), is_tried=True)
        set_rule(
            tag=tag,
            given=given,
            by=request.user,
            at=timezone.now(),
            then=_look_later,
            seen=request.POST.get("seen", ""),
        )
    except Refusal as no:
        return _draw(request, tag, asked, refusal=str(no), status=409)
    said = _("The rule of “%(name)s” is saved. Everybody is looked at now; it goes on as facts change.")
    return done(request, _address(tag), said % {"name": tag.name})


@require_POST
@requires("tags.manage")
def rule_pause(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _act(request, public_id, pause_rule, _("The rule of “%(name)s” is paused. Who carries the tag keeps it."))


@require_POST
@requires("tags.manage")
def rule_resume(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _act(request, public_id, resume_rule, _("The rule of “%(name)s” goes on."), then=_look_later)


@require_POST
@requires("tags.manage")
def rule_remove(request: StaffRequest, public_id: UUID) -> HttpResponse:
    said = _("The rule of “%(name)s” is removed. What it gave is taken back in the background.")
    return _act(request, public_id, remove_rule, said, then=_look_later)


def _act(request: StaffRequest, public_id: UUID, act: Any, said: str, **further: Any) -> HttpResponse:
    tag = _tag(public_id)
    try:
        act(tag=tag, by=request.user, at=timezone.now(), **further)
    except Refusal as no:
        return refused(request, no, back=_address(tag))
    return done(request, _address(tag), said % {"name": tag.name})


def _look_later(rule: int) -> None:
    look_at_everybody_later.defer(rule=rule)


def _tag(public_id: UUID) -> Tag:
    return get_object_or_404(Tag.objects.select_related("group"), public_id=public_id)


def _rule_of(tag: Tag) -> TagRule | None:
    return TagRule.objects.filter(tag=tag).select_related("tag__group", "changed_by").first()


def _address(tag: Tag) -> str:
    return reverse("lifecycle:tag_rule", args=[tag.public_id])


def _draw(
    request: StaffRequest,
    tag: Tag,
    asked: Asked | None,
    *,
    is_tried: bool = False,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    kept = _rule_of(tag)
    language = language_of(tag)
    context = {
        "tag": tag,
        "rule": kept,
        "is_hidden": kept is not None and is_hidden_from(kept, request.user),
        "is_understood": kept is None or asked_of(kept) is not None,
        "kept_words": _words(kept, request),
        "seen": mark_of_rule(kept),
        "asked": asked,
        "form": language.form,
        "own_fields": to_ask(readable_by(request.user, tag.group.about), asked.own if asked else ()),
        "tags": _other_tags(tag),
        "refusal": refusal,
        "carried": _carried(tag),
        **language.choices(),
    }
    if is_tried and asked is not None:
        context["tried"] = {
            "total": total_of(language.everybody(asked)),
            "sample": language.sample(request.user, asked)[:_SAMPLE],
            "list_url": f"{reverse(language.list_url)}?{asked.query}",
        }
    return render(request, "lifecycle/tag_rule.html", context, status=status)


def _words(kept: TagRule | None, request: StaffRequest) -> list[tuple[str, str]]:
    """The rule that is kept, as people read it."""
    if kept is None or is_hidden_from(kept, request.user):
        return []
    asked = asked_of(kept)
    return asked.words if asked is not None else []


def _other_tags(tag: Tag) -> list[tuple[str, list[Tag]]]:
    groups = to_choose(tag.group.about)
    others = [(name, [one for one in tags if one.pk != tag.pk]) for name, tags in groups]
    return [(name, tags) for name, tags in others if tags]


def _carried(tag: Tag) -> dict[str, Any]:
    """How many carry the tag, and of these by the rule."""
    rows = PersonTag.objects if tag.group.about == TagGroup.About.PERSON else AccountTag.objects
    return {"all": total_of(rows.filter(tag=tag)), "by_rule": total_of(rows.filter(tag=tag, source="rule"))}
