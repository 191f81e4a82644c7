"""The list of forms, a new one, and one form: its address, its versions, whether it is open."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.config import config
from wutong.content.editing import begin_form, discard_draft, duplicate, publish, switch
from wutong.content.form_list import LATELY, forms_for
from wutong.content.models import Form, FormVersion
from wutong.content.starters import STARTERS, starter
from wutong.content.texts_form import NewForm, sites_of
from wutong.platform.answers import done, refused
from wutong.platform.permissions import StaffRequest, may, requires
from wutong.platform.refusal import Refusal


@require_safe
@requires("forms.manage")
def forms(request: StaffRequest) -> HttpResponse:
    """The forms in sight, each with how it is used."""
    search, state = request.GET.get("q", "")[:80], request.GET.get("state", "")
    rows = forms_for(request.user, today=timezone.localdate(), search=search, state=state)
    states = {"": _("All"), "open": pgettext("form", "Open"), "draft": _("Drafts"), "closed": _("Closed")}
    context = {
        "rows": rows,
        "tabs": [
            {"label": label, "url": f"?state={code}" if code else "?", "is_current": code == state}
            for code, label in states.items()
        ],
        "is_filtered": bool(search or state),
        "days": LATELY.days,
        "may_read": may(request.user, "submissions.read"),
    }
    return render(request, "content/forms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("forms.manage")
def form_new(request: StaffRequest) -> HttpResponse:
    """Begin a form from a ready one."""
    site = sites_of(request.user).first()
    form = NewForm(request.POST or None, staff=request.user, initial={"starter": STARTERS[0].code, "site": site})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = starter(given["starter"]) or STARTERS[0]
        made = begin_form(
            name=given["name"],
            site=given["site"],
            design=chosen.design,
            code=chosen.code,
            by=request.user,
            at=timezone.now(),
        )
        return done(request, reverse("content:form_edit", args=[made.key]), _("The form is there as a draft."))
    context = {"form": form, "starters": STARTERS, "has_sites": site is not None}
    return render(request, "content/form_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires("forms.manage")
def form_share(request: StaffRequest, key: str) -> HttpResponse:
    """Where visitors find the form, how it comes into a page, and what it was before."""
    form = _form(request, key)
    edge = config().edge_origin
    address = f"{edge}/c/f/{form.key}"
    campaign = {name: request.GET.get(name, "").strip()[:80] for name in ("source", "medium", "campaign")}
    query = urlencode({f"utm_{name}": value for name, value in campaign.items() if value})
    title = form.public_design.wording.said("title", "zh") or form.name
    context = {
        "form": form,
        "tabs": tabs(request, form, "share"),
        "address": address,
        "campaign": campaign,
        "link": f"{address}?{query}" if query else "",
        "frame": _frame(address, form.key, title),
        "script": f'<script async src="{edge}/c/wt.js" data-site="{form.site.key}"></script>',
        "markup": f'<form action="{address}" method="post" data-wutong-form="{form.key}">…</form>',
        "edge": edge,
        "versions": FormVersion.objects.filter(form=form).select_related("published_by").order_by("-number")[:50],
        "may_manage_sites": may(request.user, "sites.manage"),
    }
    return render(request, "content/form_share.html", context)


@require_POST
@requires("forms.manage")
def form_publish(request: StaffRequest, key: str) -> HttpResponse:
    """Let visitors get the draft."""
    form = _form(request, key)
    back = reverse("content:form_edit", args=[key])
    revision = request.POST.get("revision", "")
    try:
        number = publish(
            form=form, revision=int(revision) if revision.isdecimal() else 0, by=request.user, at=timezone.now()
        )
    except Refusal as no:
        return refused(request, no, back=back)
    share = reverse("content:form_share", args=[key])
    said = _("Version %(number)d is public. Visitors get it within seconds.") % {"number": number}
    return done(request, share if number == 1 else back, said)


@require_POST
@requires("forms.manage")
def form_switch(request: StaffRequest, key: str) -> HttpResponse:
    """Close the form to visitors, or open it again."""
    form = _form(request, key)
    back = reverse("content:form_edit", args=[key])
    is_active = request.POST.get("open") == "yes"
    try:
        switch(form=form, is_active=is_active, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The form is open.") if is_active else _("The form is closed."))


@require_POST
@requires("forms.manage")
def form_duplicate(request: StaffRequest, key: str) -> HttpResponse:
    """Another form that asks and says the same."""
    form = _form(request, key)
    name = _("%(name)s (copy)") % {"name": form.name[:70]}
    made = duplicate(form=form, name=name, by=request.user, at=timezone.now())
    return done(request, reverse("content:form_edit", args=[made.key]), _("This is the copy, as a draft."))


@require_POST
@requires("forms.manage")
def form_discard(request: StaffRequest, key: str) -> HttpResponse:
    """Go back to what is public."""
    form = _form(request, key)
    back = reverse("content:form_edit", args=[key])
    try:
        discard_draft(form=form, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    return done(request, back, _("The draft is gone; this is what visitors get."))


def tabs(request: StaffRequest, form: Form, current: str) -> list[dict[str, Any]]:
    """The pages of one form."""
    pages: dict[str, tuple[str, str]] = {}
    if may(request.user, "forms.manage"):
        pages |= {
            "edit": (_("Questions"), "content:form_edit"),
            "texts": (_("Texts and settings"), "content:form_texts"),
            "share": (_("Link and embedding"), "content:form_share"),
        }
    if may(request.user, "submissions.read"):
        pages["submissions"] = (_("Submissions"), "content:submissions")
    return [
        {"label": label, "url": reverse(name, args=[form.key]), "is_current": code == current}
        for code, (label, name) in pages.items()
    ]


def _form(request: StaffRequest, key: str) -> Form:
    return get_object_or_404(Form.objects.visible_to(request.user).select_related("site"), key=key)


def _frame(address: str, key: str, title: str) -> str:
    quoted = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<iframe src="{address}?embed=1" data-wutong-frame="{key}" title="{quoted}" width="100%" height="640"'
        ' frameborder="0" loading="lazy"></iframe>'
    )
