"""Figures that are dear to find out and too large for one more or less to matter, remembered for a colleague for a
short while: until that colleague does something, for whoever acts must see at once what came of it.

They are kept by the process that draws the pages and answers the acts.
"""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core.cache import cache

from wutong.platform.models import Staff

LARGE = 50
"""What is counted up to here is never remembered: by so few a colleague plans, and one more is seen."""
REMEMBERED_S = 30
_LONGEST_S = 600


class Figures:
    """What was found out for one colleague, by name. What they may see is part of what is asked."""

    def __init__(self, staff: Staff) -> None:
        since = cache.get(_last_act_of(staff.pk), "")
        scopes = ",".join(str(scope.pk) for scope in staff.own_scopes())
        self._of = f"figures:{staff.pk}:{since}:{staff.role}:{staff.data_scope}:{staff.team_id}:{scopes}:"

    def recall(self, names: Iterable[str]) -> dict[str, Any]:
        """Those of ``names`` that are remembered."""
        found = cache.get_many([self._of + name for name in names])
        return {key.removeprefix(self._of): figure for key, figure in found.items()}

    def keep(self, name: str, figure: object, *, n: int, seconds: int = REMEMBERED_S) -> None:
        """Remember ``figure`` if what it counts is large; ``n`` is how much that is."""
        if seconds > _LONGEST_S:
            raise ValueError(f"An act is known for {_LONGEST_S} s, so no figure may outlive that.")
        if n > LARGE:
            cache.set(self._of + name, figure, seconds)
        else:
            cache.delete(self._of + name)


def forget_figures_of(staff_id: int) -> None:
    """Find out anew what the colleague's pages tell: they have just done something."""
    cache.set(_last_act_of(staff_id), uuid4().hex, _LONGEST_S)


def _last_act_of(staff_id: int) -> str:
    return f"last-act:{staff_id}"
