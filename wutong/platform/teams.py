"""The tree of teams. ``path`` follows each change, so that a subtree stays one prefix."""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from wutong.platform.audit import record
from wutong.platform.models import Staff, Team
from wutong.platform.refusal import Refusal

DEEPEST = 12


class TeamWithinItself(Refusal):
    code = "team_within_itself"
    message = _("%(team)s cannot stand below itself or one of its own teams. Choose a team outside of it.")


class TopTeamStays(Refusal):
    code = "top_team_stays"
    message = _("The topmost team stands for the whole company and cannot be moved.")


class TeamNameTaken(Refusal):
    code = "team_name_taken"
    message = _("There is a team %(name)s at that place already. Choose another name.")


class TooDeep(Refusal):
    code = "teams_too_deep"
    message = _("Teams go at most %(levels)d levels deep. Choose a place further up.")


def create_team(*, name: str, parent: Team, by: Staff, at: datetime) -> Team:
    """Add a team below ``parent``.

    Raises:
        TeamNameTaken: a sibling has this name.
        TooDeep: the tree would grow too deep.
    """
    with transaction.atomic(durable=True):
        parent = _locked_tree()[parent.pk]
        _refuse_same_name(name, parent)
        _refuse_depth(parent.path.count("/"))
        team = Team.objects.create(name=name, parent=parent, path=parent.path)
        team.path = f"{parent.path}{team.pk}/"
        team.save(update_fields=["path"])
        record("team.created", actor=by, subject=team, at=at, parent=str(parent.public_id))
    return team


def rename_team(*, team: Team, name: str, by: Staff, at: datetime) -> None:
    """Give a team another name.

    Raises:
        TeamNameTaken: a sibling has this name.
    """
    with transaction.atomic(durable=True):
        team = _locked_tree()[team.pk]
        _refuse_same_name(name, team.parent, other_than=team)
        team.name = name
        team.save(update_fields=["name"])
        record("team.renamed", actor=by, subject=team, at=at)


def move_team(*, team: Team, parent: Team, by: Staff, at: datetime) -> None:
    """Put a team with all below it under ``parent``. What its members see changes with it, at once.

    Raises:
        TopTeamStays: it is the root.
        TeamWithinItself: ``parent`` is the team or lies below it.
        TeamNameTaken: a team of the new place has its name.
        TooDeep: the tree would grow too deep.
    """
    with transaction.atomic(durable=True):
        tree = _locked_tree()
        team, parent = tree[team.pk], tree[parent.pk]
        if team.parent_id is None:
            raise TopTeamStays
        if parent.path.startswith(team.path):
            raise TeamWithinItself(team=team.name)
        _refuse_same_name(team.name, parent, other_than=team)
        branch = [other for other in tree.values() if other.path.startswith(team.path)]
        depth_below = max(other.path.count("/") for other in branch) - team.path.count("/")
        _refuse_depth(parent.path.count("/") + depth_below)

        before, after = team.path, f"{parent.path}{team.pk}/"
        Team.objects.filter(pk=team.pk).update(parent=parent)
        Team.objects.filter(path__startswith=before).update(path=Concat(Value(after), Substr("path", len(before) + 1)))
        record("team.moved", actor=by, subject=team, at=at, parent=str(parent.public_id))


def _locked_tree() -> dict[int, Team]:
    """All teams, locked: two moves at once could otherwise make a circle of which each sees only half."""
    return {team.pk: team for team in Team.objects.select_for_update().order_by("pk")}


def _refuse_same_name(name: str, parent: Team | None, *, other_than: Team | None = None) -> None:
    same = Team.objects.filter(parent=parent, name=name)
    if other_than is not None:
        same = same.exclude(pk=other_than.pk)
    if same.exists():
        raise TeamNameTaken(name=name)


def _refuse_depth(slashes_above: int) -> None:
    if slashes_above > DEEPEST:
        raise TooDeep(levels=DEEPEST)
