"""The tree of teams."""

from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wutong.platform import teams as tree
from wutong.platform.answers import done, posted
from wutong.platform.forms.staff import NewTeamForm, TeamForm
from wutong.platform.models import Team
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal

_form = require_http_methods(["GET", "HEAD", "POST"])


@_form
@requires("staff.manage")
def teams(request: StaffRequest) -> HttpResponse:
    """The tree, and a form that adds to it."""
    form = NewTeamForm(posted(request))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            team = tree.create_team(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as no:
            form.add_error(None, str(no))
            status = 409
        else:
            return done(request, reverse("platform:teams"), _("The team %(name)s is added.") % {"name": team.name})
    active = Count("members", filter=Q(members__is_active=True))
    rows = Team.objects.annotate(member_count=active).order_by("path")
    context = {"form": form, "rows": _as_tree(list(rows))}
    return render(request, "platform/teams.html", context, status=status)


@_form
@requires("staff.manage")
def team(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Rename or move one team."""
    found = get_object_or_404(Team.objects.select_related("parent"), public_id=public_id)
    initial = {"name": found.name, "parent": found.parent.public_id if found.parent else None}
    form = TeamForm(posted(request), initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, found, **form.cleaned_data)
        except Refusal as no:
            form.add_error(None, str(no))
            status = 409
        else:
            sentence = _("The team %(name)s is saved.") % {"name": form.cleaned_data["name"]}
            return done(request, reverse("platform:teams"), sentence)
    return render(request, "platform/team.html", {"team": found, "form": form}, status=status)


def _change(request: StaffRequest, found: Team, *, name: str, parent: Team | None) -> None:
    at = timezone.now()
    if parent is not None and parent.pk != found.parent_id:
        tree.move_team(team=found, parent=parent, by=request.user, at=at)
    if name != found.name:
        tree.rename_team(team=found, name=name, by=request.user, at=at)


def _as_tree(rows: list[Team]) -> list[Team]:
    """Parents before their children, siblings by name, each with its ``indent``."""
    children: dict[int | None, list[Team]] = {}
    for row in sorted(rows, key=lambda row: row.name):
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[Team] = []

    def add(parent_id: int | None, depth: int) -> None:
        for row in children.get(parent_id, []):
            row.indent = "　" * depth  # type: ignore[attr-defined]  # for the template alone
            ordered.append(row)
            add(row.pk, depth + 1)

    add(None, 0)
    return ordered
