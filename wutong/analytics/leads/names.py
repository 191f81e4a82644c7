"""What people read for the keys of a split."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wutong.content.models import Form
from wutong.events.touch import CHANNELS
from wutong.lifecycle.models import ProductLine, Stage
from wutong.lifecycle.stages import REASONS
from wutong.platform.models import Staff, Team


def part_names(by: str, keys: Sequence[str]) -> dict[str, str]:
    """The name of each of ``keys``."""
    ids = [int(key) for key in keys if key.isdecimal()]
    if by == "channel":
        return {key: str(CHANNELS.get(key, key) or pgettext_lazy("channel", "Unknown")) for key in keys}
    if by == "campaign":
        return {key: key or _("No campaign") for key in keys}
    if by == "reason":
        return {key: str(REASONS[Stage.RETURNED].get(key, key) or _("No reason")) for key in keys}
    found: dict[int, str] = {}
    if by == "form":
        found = dict(Form.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif by == "team":
        found = dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
    elif by in _PEOPLE:
        found = dict(Staff.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    elif by == "line":
        found = {line.pk: line.name for line in ProductLine.objects.filter(pk__in=ids)}
    nobody = _("Not handed over") if by == "sender" else _("Nobody yet")
    nothing = {"form": _("No form")} | dict.fromkeys(_PEOPLE, nobody)
    return {key: found.get(int(key), key) if key.isdecimal() else nothing.get(by, "—") for key in keys}


_PEOPLE = ("owner", "sender", "colleague", "worker")
"""Splits whose keys are colleagues."""
