"""The scoring models as sentences: read, changed in a draft, published, brought back."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.platform.answers import done, posted, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal
from wutong.scoring import versions
from wutong.scoring.definition import ActRule, Definition, FitRule, as_json, parsed
from wutong.scoring.forms import ActRuleForm, BoundsForm, FitRuleForm, with_rule
from wutong.scoring.models import ScoreModel
from wutong.scoring.sentences import act_sentences, bounds_sentences, fit_sentence
from wutong.scoring.shipped import SHIPPED, name_of

_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires("scoring.manage")
def models(request: StaffRequest) -> HttpResponse:
    """What is in force, by product line, and every version there was."""
    rows = ScoreModel.objects.select_related("created_by", "published_by", "based_on").order_by(
        "product_line", "-version"
    )
    in_force = {row.product_line: row for row in rows if row.state == ScoreModel.State.PUBLISHED}
    line = request.GET.get("line", "")
    shown = in_force.get(line)
    context = {
        "line": line if shown else "",
        "lines": [code for code in in_force if code],
        "shown": shown,
        "draft": next((row for row in rows if row.state == ScoreModel.State.DRAFT and row.product_line == line), None),
        "history": [row for row in rows if row.product_line == line and row.state != ScoreModel.State.DRAFT],
        **_read(parsed(shown.definition) if shown else SHIPPED),
    }
    return render(request, "scoring/models.html", context)


@require_safe
@requires("scoring.manage")
def version(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One version; a draft with the ways to change it."""
    model = _model(public_id)
    context = {"model": model, "is_draft": model.state == ScoreModel.State.DRAFT, **_read(parsed(model.definition))}
    return render(request, "scoring/version.html", context)


@require_POST
@requires("scoring.manage")
def draft_open(request: StaffRequest) -> HttpResponse:
    """Begin a draft: of what is in force, or of an older version."""
    like = ScoreModel.objects.filter(public_id=request.POST["like"]).first() if "like" in request.POST else None
    line = like.product_line if like else ""
    try:
        draft = versions.open_draft(product_line=line, like=like, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("scoring:models"))
    return done(request, _address(draft), _("A draft is open. It counts for nobody until you publish it."))


@_form
@requires("scoring.manage")
def bounds(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Thresholds, gate and hysteresis of a draft."""
    model = _draft(public_id)
    before = parsed(model.definition)
    form = BoundsForm(posted(request), initial=BoundsForm.initial_of(before))
    if request.method == "POST" and form.is_valid():
        return _changed(request, model, form.definition(before), what="bounds")
    context = {"model": model, "form": form, "title": _("Grades and gate")}
    return render(request, "scoring/rule.html", context, status=422 if form.is_bound else 200)


@_form
@requires("scoring.manage")
def fit_rule(request: StaffRequest, public_id: UUID, code: str = "") -> HttpResponse:
    """Change or add a fit rule of a draft."""
    model = _draft(public_id)
    definition = parsed(model.definition)
    before = _named(definition.fit, code)
    form = FitRuleForm(posted(request), initial=FitRuleForm.initial_of(before) if before else {})
    if request.method == "POST" and form.is_valid():
        rule = form.rule(before)
        after = msgspec.structs.replace(definition, fit=with_rule(definition.fit, rule))
        return _changed(request, model, after, what=rule.code)
    context = {"model": model, "form": form, "rule": before, "title": name_of(before) if before else _("New fit rule")}
    return render(request, "scoring/rule.html", context, status=422 if form.is_bound else 200)


@_form
@requires("scoring.manage")
def act_rule(request: StaffRequest, public_id: UUID, code: str = "") -> HttpResponse:
    """Change or add a behaviour rule of a draft."""
    model = _draft(public_id)
    definition = parsed(model.definition)
    before = _named(definition.acts, code)
    form = ActRuleForm(posted(request), initial=ActRuleForm.initial_of(before) if before else {"half_life_days": 30})
    if request.method == "POST" and form.is_valid():
        rule = form.rule(before)
        after = msgspec.structs.replace(definition, acts=with_rule(definition.acts, rule))
        return _changed(request, model, after, what=rule.code)
    title = name_of(before) if before else _("New behaviour rule")
    context = {"model": model, "form": form, "rule": before, "title": title}
    return render(request, "scoring/rule.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("scoring.manage")
def rule_drop(request: StaffRequest, public_id: UUID, code: str) -> HttpResponse:
    """Take a rule out of a draft."""
    model = _draft(public_id)
    definition = parsed(model.definition)
    after = msgspec.structs.replace(
        definition,
        fit=tuple(rule for rule in definition.fit if rule.code != code),
        acts=tuple(rule for rule in definition.acts if rule.code != code),
    )
    return _changed(request, model, after, what=code)


@require_POST
@requires("scoring.manage")
def publish(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a draft in force."""
    model = _draft(public_id)
    try:
        versions.publish(draft=model, revision=_revision(request, model), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=_address(model))
    sentence = _("Version %(version)d is in force. Everybody is being scored anew.") % {"version": model.version}
    return done(request, reverse("scoring:models") + f"?line={model.product_line}", sentence)


@require_POST
@requires("scoring.manage")
def discard(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    try:
        versions.discard_draft(draft=_draft(public_id), by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("scoring:models"))
    return done(request, reverse("scoring:models"), _("The draft is discarded."))


@require_POST
@requires("scoring.manage")
def roll_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Bring an earlier version back."""
    model = _model(public_id)
    try:
        again = versions.roll_back(to=model, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=reverse("scoring:models"))
    sentence = _("The rules of version %(old)d are in force again, as version %(new)d.") % {
        "old": model.version,
        "new": again.version,
    }
    return done(request, reverse("scoring:models") + f"?line={again.product_line}", sentence)


def _changed(request: StaffRequest, model: ScoreModel, after: Definition, *, what: str) -> HttpResponse:
    try:
        versions.change_draft(
            draft=model,
            revision=_revision(request, model),
            definition=after,
            what=what,
            by=request.user,
            at=timezone.now(),
        )
    except Refusal as no:
        return refused(request, no, back=_address(model))
    return done(request, _address(model), _("The draft is saved."))


def _read(definition: Definition) -> dict[str, Any]:
    """A definition as the pages show it: rules with their sentences, in the order of what they are worth."""
    fit = sorted(definition.fit, key=lambda rule: (rule.points < 0, rule.attribute, -rule.points))
    acts = sorted(definition.acts, key=lambda rule: (rule.points < 0, -rule.points))
    return {
        "fit": [{"rule": rule, "name": name_of(rule), "said": [fit_sentence(rule)]} for rule in fit],
        "acts": [{"rule": rule, "name": name_of(rule), "said": act_sentences(rule)} for rule in acts],
        "bounds": bounds_sentences(definition),
        "size": len(as_json(definition)["fit"]) + len(definition.acts),
    }


def _revision(request: StaffRequest, model: ScoreModel) -> int:
    """Of the draft as the sender saw it; a form without one sees it now."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 9 else model.revision


def _model(public_id: UUID) -> ScoreModel:
    return get_object_or_404(ScoreModel.objects.select_related("published_by", "created_by"), public_id=public_id)


def _draft(public_id: UUID) -> ScoreModel:
    return get_object_or_404(ScoreModel, public_id=public_id, state=ScoreModel.State.DRAFT)


def _named(rules: tuple[Any, ...], code: str) -> Any:
    """The rule of this code; None for a new one."""
    if not code:
        return None
    found: FitRule | ActRule | None = next((rule for rule in rules if rule.code == code), None)
    if found is None:
        raise Http404
    return found


def _address(model: ScoreModel) -> str:
    return reverse("scoring:version", args=[model.public_id])
