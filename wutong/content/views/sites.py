"""Websites that may send events, and the code they put into their pages."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.config import config
from wutong.content.models import Form
from wutong.events.models import Site
from wutong.events.sites import NotAnOrigin, add_site, change_site, issue_server_key, latest_event, origins_in
from wutong.events.taxonomy import label
from wutong.platform.answers import done
from wutong.platform.models import BusinessScope, Team
from wutong.platform.permissions import StaffRequest, may, requires


class ScopeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of parts of the business, by their names."""

    def label_from_instance(self, obj: BusinessScope) -> str:
        return obj.name


class SiteForm(forms.Form):
    """A website."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    origins = forms.CharField(
        label=gettext_lazy("Addresses"),
        help_text=gettext_lazy("One a line: https://www.example.com"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Leads go to"), queryset=Team.objects.order_by("path"), empty_label=None
    )
    scope = ScopeField(
        label=gettext_lazy("Part of the business"), queryset=BusinessScope.objects.order_by("id"), empty_label=None
    )
    is_active = forms.BooleanField(label=gettext_lazy("May send events"), required=False, initial=True)

    def clean_origins(self) -> list[str]:
        try:
            return origins_in(self.cleaned_data["origins"])
        except NotAnOrigin as no:
            raise forms.ValidationError(str(no)) from no


@require_safe
@requires("sites.manage")
def sites(request: StaffRequest) -> HttpResponse:
    """The websites, each with whether its events arrive."""
    rows = [
        {"site": site, "latest": latest_event(site)}
        for site in Site.objects.select_related("team", "scope").order_by("id")
    ]
    return render(request, "content/sites.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sites.manage")
def site_new(request: StaffRequest) -> HttpResponse:
    """Add a website."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given.pop("is_active")
        site = add_site(**given, by=request.user, at=timezone.now())
        return done(request, reverse("content:site", args=[site.key]), _("%(name)s is added.") % {"name": site.name})
    return render(request, "content/site_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sites.manage")
def site(request: StaffRequest, key: str) -> HttpResponse:
    """One website: its code, whether events arrive, its settings."""
    found = get_object_or_404(Site.objects.select_related("team", "scope"), key=key)
    initial = {
        "name": found.name,
        "origins": "\n".join(found.origins),
        "team": found.team,
        "scope": found.scope,
        "is_active": found.is_active,
    }
    form = SiteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_site(site=found, **form.cleaned_data, by=request.user, at=timezone.now())
        return done(request, reverse("content:site", args=[found.key]), _("%(name)s is saved.") % {"name": found.name})
    return render(request, "content/site.html", _drawn(found, form, request), status=422 if form.is_bound else 200)


@require_POST
@requires("sites.manage")
def server_key(request: StaffRequest, key: str) -> HttpResponse:
    """A new server key, shown this once."""
    found = get_object_or_404(Site.objects.select_related("team", "scope"), key=key)
    fresh = issue_server_key(site=found, by=request.user, at=timezone.now())
    found.refresh_from_db()
    drawn = _drawn(found, SiteForm(), request) | {"fresh_key": fresh, "form": None}
    return render(request, "content/site.html", drawn)


@require_safe
@requires("sites.manage")
def arriving(request: StaffRequest, key: str) -> HttpResponse:
    """Whether events of a website arrive, as of now."""
    found = get_object_or_404(Site, key=key)
    return render(request, "content/_arriving.html", {"site": found, **_latest(found)})


def _drawn(site: Site, form: SiteForm, request: StaffRequest) -> dict[str, Any]:
    code = f'<script async src="{config().edge_origin}/c/wt.js" data-site="{site.key}"></script>'
    shown_forms = Form.objects.visible_to(request.user).filter(site=site).order_by("-is_active", "name")
    return {
        "site": site,
        "form": form,
        "code": code,
        "forms": shown_forms,
        "may_manage_forms": may(request.user, "forms.manage"),
        "edge": config().edge_origin,
        **_latest(site),
    }


def _latest(site: Site) -> dict[str, Any]:
    latest = latest_event(site)
    name = label(latest.name, translation.get_language() or "zh-hans") if latest else ""
    return {"latest": latest, "latest_name": name}
