"""Own people: the rules that name them, the link that marks a browser, and the switch on a person's page."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wutong.events.models import Site
from wutong.lifecycle.visibility import people_visible_to
from wutong.people.models import OwnKind, OwnRule, Person
from wutong.people.own import LINK_PARAMETER, add_rule, make_link, mark_person, remove_rule
from wutong.platform.answers import done, posted, refused
from wutong.platform.models import Staff
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal

_LATEST = 30


class RuleForm(forms.Form):
    """A new rule about own people."""

    text = forms.CharField(
        label=gettext_lazy("E-mail domain, address or telephone number"),
        max_length=320,
        help_text=gettext_lazy("For example example.com, test@example.com or 138 0013 8000."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("These people are"), choices=OwnKind.choices)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("own.manage")
def rules(request: StaffRequest) -> HttpResponse:
    """The rules, and a form for another one."""
    form = RuleForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_rule(
                text=form.cleaned_data["text"],
                kind=OwnKind(form.cleaned_data["kind"]),
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as no:
            form.add_error("text", str(no))
        else:
            return done(request, reverse("lifecycle:own"), _("The rule counts, for the past too."))
    return _draw(request, form, status=422 if form.is_bound else 200)


@require_POST
@requires("own.manage")
def remove(request: StaffRequest, public_id: UUID) -> HttpResponse:
    rule = get_object_or_404(OwnRule, public_id=public_id)
    remove_rule(rule=rule, by=request.user, at=timezone.now())
    return done(request, reverse("lifecycle:own"), _("The rule is removed. Its people are the market again."))


@never_cache
@require_POST
@requires("own.manage")
def link(request: StaffRequest) -> HttpResponse:
    """Show a link for each website, this once."""
    value = make_link(by=request.user, at=timezone.now())
    sites = Site.objects.order_by("name")
    links = [(site.name, f"{site.origins[0].rstrip('/')}/?{LINK_PARAMETER}={value}") for site in sites if site.origins]
    return _draw(request, RuleForm(), links=links)


@require_POST
@requires("own.manage")
def mark(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say that a person is one of ours, and as what; with an empty kind that they are the market."""
    person = get_object_or_404(people_visible_to(request.user), public_id=public_id)
    back = reverse("lifecycle:person", args=[public_id])
    code = request.POST.get("kind", "")
    kind = OwnKind(code) if code in OwnKind.values else None
    try:
        mark_person(person=person, kind=kind, by=request.user, at=timezone.now())
    except Refusal as no:
        return refused(request, no, back=back)
    if kind is None:
        return done(request, back, _("Counts as the market again, in every figure."))
    return done(request, back, _("Marked as one of ours and left out of every figure. The same place takes it back."))


def _draw(
    request: StaffRequest, form: RuleForm, *, links: list[tuple[str, str]] | None = None, status: int = 200
) -> HttpResponse:
    marked = people_visible_to(request.user).filter(is_own=True).order_by("-last_seen_at", "pk")
    context = {
        "form": form,
        "rules": OwnRule.objects.select_related("by").order_by("what", "value"),
        "links": links,
        "marked": marked[:_LATEST],
        "marked_count": Person.objects.current().filter(is_own=True).count(),
        "staff_count": Staff.objects.count(),
    }
    return render(request, "lifecycle/own.html", context, status=status)
