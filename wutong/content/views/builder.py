"""Working on a form's questions and texts, with a preview of what visitors will get."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.content.editing import (
    add_question,
    change_question,
    change_settings,
    change_texts,
    design_in,
    draft_of,
    move_question,
    remove_question,
)
from wutong.content.hosted.design import QUESTIONS_MAX, Design, Question
from wutong.content.hosted.page import Place, form_page, security_policy, thanks_page
from wutong.content.models import Form
from wutong.content.question_form import KINDS, QuestionForm
from wutong.content.starters import PRESETS
from wutong.content.texts_form import TextsForm, initial_texts
from wutong.content.views.forms import tabs
from wutong.platform.answers import done, go, is_htmx, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_safe
@requires("forms.manage")
def form_edit(request: StaffRequest, key: str) -> HttpResponse:
    """The questions of a form in their order."""
    return _draw(request, _form(request, key))


@require_POST
@requires("forms.manage")
def question_add(request: StaffRequest, key: str) -> HttpResponse:
    """Put a question at the end, and on to its settings."""
    form = _form(request, key)
    back = reverse("content:form_edit", args=[key])
    preset = PRESETS.get(request.POST.get("kind", ""))
    if preset is None:
        return go(request, back)
    try:
        added = add_question(form=form, question=preset[1], by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return go(request, reverse("content:question", args=[key, added.name]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("forms.manage")
def question(request: StaffRequest, key: str, name: str) -> HttpResponse:
    """One question's settings."""
    form = _form(request, key)
    design = draft_of(form)
    one = design.question(name)
    if one is None:
        return get_gone(request, key)
    above = [other for other in design.questions[: design.questions.index(one)] if other.kind != "consent"]
    edited = QuestionForm(request.POST or None, question=one, above=above)
    refusal = None
    if request.method == "POST" and edited.is_valid():
        try:
            change_question(
                form=form,
                question=edited.as_question(),
                revision=_revision(request),
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as no:
            refusal = no
        else:
            return done(request, reverse("content:form_edit", args=[key]), _("The question is saved in the draft."))
    context = _context(request, form, design) | {
        "question": one,
        "edited": edited,
        "refusal": refusal,
        "kind": KINDS[one.kind],
        "revision": request.POST.get("revision") or form.revision,
    }
    status = 409 if refusal else 422 if edited.is_bound else 200
    return render(request, "content/question.html", context, status=status)


@require_POST
@requires("forms.manage")
def question_move(request: StaffRequest, key: str, name: str) -> HttpResponse:
    """One place up or down, or to where it was dragged."""
    form = _form(request, key)
    names = [one.name for one in draft_of(form).questions]
    here = names.index(name) if name in names else 0
    wanted = request.POST.get("to", "")
    to = {"up": here - 1, "down": here + 1}.get(wanted, int(wanted) if wanted.isdecimal() else here)
    return _changed(
        request, form, lambda: move_question(form=form, name=name, to=to, by=request.user, at=timezone.now())
    )


@require_POST
@requires("forms.manage")
def question_remove(request: StaffRequest, key: str, name: str) -> HttpResponse:
    """Take a question out of the draft."""
    form = _form(request, key)
    return _changed(request, form, lambda: remove_question(form=form, name=name, by=request.user, at=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("forms.manage")
def form_texts(request: StaffRequest, key: str) -> HttpResponse:
    """What the page says around its questions, and where its leads belong."""
    form = _form(request, key)
    design = draft_of(form)
    edited = TextsForm(request.POST or None, initial=initial_texts(form, design), label_suffix="")
    refusal = None
    if request.method == "POST" and edited.is_valid():
        given, at = edited.cleaned_data, timezone.now()
        try:
            if edited.has_changed() and set(edited.changed_data) - _AT_ONCE:
                change_texts(
                    form=form,
                    revision=_revision(request),
                    wording=edited.as_wording(),
                    consent_text=given["consent_text"],
                    is_consent_required=given["is_consent_required"],
                    thanks_url=given["thanks_url"],
                    company_names=given["company_names"],
                    by=request.user,
                    at=at,
                )
        except Refusal as no:
            refusal = no
        else:
            if set(edited.changed_data) & _AT_ONCE:
                change_settings(
                    form=form,
                    name=given["name"],
                    product_line=given["product_line"],
                    takes_own_markup=given["takes_own_markup"],
                    by=request.user,
                    at=at,
                )
            return done(
                request, reverse("content:form_texts", args=[key]), _("Saved. Texts are public once published.")
            )
    context = _context(request, form, design) | {
        "tabs": tabs(request, form, "texts"),
        "edited": edited,
        "refusal": refusal,
        "revision": request.POST.get("revision") or form.revision,
    }
    status = 409 if refusal else 422 if edited.is_bound else 200
    return render(request, "content/form_texts.html", context, status=status)


@require_safe
@requires("forms.manage")
@xframe_options_sameorigin
def form_preview(request: StaffRequest, key: str) -> HttpResponse:
    """What visitors will get of the draft, or got of a version; it looks and moves alike, and sends nothing."""
    form = _form(request, key)
    number = request.GET.get("version", "")
    design = draft_of(form)
    if number:
        version = get_object_or_404(form.versions, number=number if number.isdecimal() and len(number) < 9 else 0)
        design = design_in(version.design)
    asked = request.GET.get("lang") or translation.get_language() or "zh-hans"
    place = Place(
        key=form.key,
        action="",
        language="en" if asked.startswith("en") else "zh",
        script=static("content/form.js"),
        is_preview=True,
    )
    drawn = thanks_page(design, place) if request.GET.get("thanks") else form_page(design, place, carried={})
    response = HttpResponse(drawn)
    response["Content-Security-Policy"] = security_policy(frame_ancestors=["'self'"])
    response["Cache-Control"] = "no-store"
    return response


_AT_ONCE = {"name", "product_line", "takes_own_markup"}


def get_gone(request: StaffRequest, key: str) -> HttpResponse:
    """On to the questions, when the one asked for is no longer there."""
    return go(request, reverse("content:form_edit", args=[key]))


def _changed(request: StaffRequest, form: Form, change: Any) -> HttpResponse:
    """Make a change, then draw the questions as they are now, with the refusal above them if it was refused."""
    refusal = None
    try:
        change()
    except Refusal as no:
        refusal = no
    if not is_htmx(request) and refusal is None:
        return go(request, reverse("content:form_edit", args=[form.key]))
    form.refresh_from_db()
    return _draw(request, form, refusal=refusal)


def _draw(request: StaffRequest, form: Form, *, refusal: Refusal | None = None) -> HttpResponse:
    context = _context(request, form, draft_of(form)) | {"refusal": refusal}
    is_in_place = is_htmx(request) and request.method == "POST"
    template = "content/_builder_changed.html" if is_in_place else "content/form_edit.html"
    return render(request, template, context, status=409 if refusal else 200)


def _context(request: StaffRequest, form: Form, design: Design) -> dict[str, Any]:
    labels = {one.name: one.label or one.name for one in design.questions}
    return {
        "form": form,
        "design": design,
        "tabs": tabs(request, form, "edit"),
        "questions": [
            {"question": one, "kind": KINDS[one.kind], "condition": _condition(one, labels), "place": place}
            for place, one in enumerate(design.questions)
        ],
        "presets": [(code, label) for code, (label, _question) in PRESETS.items()],
        "is_full": len(design.questions) >= QUESTIONS_MAX,
        "most": QUESTIONS_MAX,
        "reaches_nobody": not any(one.kind in ("phone", "email") for one in design.questions),
        "languages": [("zh", "中文"), ("en", "English")],
        "preview_language": "en" if (translation.get_language() or "").startswith("en") else "zh",
    }


def _condition(one: Question, labels: dict[str, str]) -> str:
    """When a question is shown, in words."""
    if one.shown_if is None:
        return ""
    by = labels.get(one.shown_if.question, one.shown_if.question)
    if one.shown_if.test == "answered":
        return _("only if “%(by)s” is answered") % {"by": by}
    if one.shown_if.test == "contains":
        return _("only if “%(by)s” contains “%(text)s”") % {"by": by, "text": one.shown_if.value}
    return _("only if “%(by)s” is “%(text)s”") % {"by": by, "text": one.shown_if.value}


def _revision(request: StaffRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _form(request: StaffRequest, key: str) -> Form:
    return get_object_or_404(Form.objects.visible_to(request.user).select_related("site"), key=key)
