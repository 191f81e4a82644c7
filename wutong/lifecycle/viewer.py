"""Whoever looks at a page, as a ready-made question takes them: whose is it to see what it asks for?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from wutong.lifecycle.models.lead import (
    accounts_looked_after_by,
    is_let_in_anywhere,
    know_what_was_given_to,
    looked_after,
)
from wutong.platform.models import BusinessScope, DataScope, Staff, Team
from wutong.platform.models.staff import scopes_of
from wutong.platform.once_a_page import once_a_page
from wutong.platform.ready_made import Asked, Beginning, Composite


@dataclass(frozen=True)
class Viewer(Composite):
    """A colleague, of whom a question may know what ``visible_to`` asks: ``visible_to(viewer.staff)``."""

    staff: Staff

    def form(self) -> tuple[object, ...]:
        staff = self.staff
        return (
            staff.is_active,
            str(staff.data_scope),
            staff.team_id is None,
            len(self._scopes),
            len(self._companies),
            self._is_let_in(),
        )

    def parts(self) -> list[Any]:
        staff = self.staff
        path = [Beginning(staff.team.path)] if staff.data_scope == DataScope.TREE and staff.team is not None else []
        team = [] if staff.team_id is None else [staff.team_id]
        return [staff.pk, *team, *path, *self._scopes, *self._companies]

    def made_of(self, parts: Sequence[Any]) -> Self:
        """A colleague of whom nothing else is known: every other field, when it is looked at, is sought in vain."""
        staff, rest = self.staff, list(parts)
        other = _known_by(Staff, id=rest.pop(0), is_active=staff.is_active, data_scope=staff.data_scope)
        if staff.team_id is None:
            other.team = None
        else:
            known = {"id": rest.pop(0)}
            if rest and isinstance(rest[0], Beginning):
                known["path"] = str(rest.pop(0))
            other.team = _known_by(Team, **known)
        n = len(self._scopes)
        other._prefetched_objects_cache = {"scopes": [_known_by(BusinessScope, id=pk) for pk in rest[:n]]}
        know_what_was_given_to(other, companies=rest[n:], is_let_in=self._is_let_in())
        return type(self)(other)

    def _needs_no_gift(self) -> bool:
        """Whether it makes no difference what was given to them: they see nothing, or everything."""
        return not self.staff.is_active or (self.staff.data_scope == DataScope.ALL and not self._scopes)

    def _is_let_in(self) -> bool:
        return not self._needs_no_gift() and is_let_in_anywhere(self.staff)

    @cached_property
    def _scopes(self) -> list[int]:
        return [scope.pk for scope in self.staff.own_scopes()]

    @cached_property
    def _companies(self) -> list[int]:
        """Those that are looked after, the last repeated: so that there are few forms, not one for each number."""
        if self._needs_no_gift():
            return []
        companies = accounts_looked_after_by(self.staff)
        wanted = 1 << (len(companies) - 1).bit_length() if companies else 0
        return companies + companies[-1:] * (wanted - len(companies))


@once_a_page
def viewer_of(staff: Staff) -> Viewer:
    """``staff`` as questions of one page take them."""
    return Viewer(staff)


def viewer_ahead(staff: Staff) -> list[Asked]:
    """What ``visible_to`` asks about ``staff``, for :func:`wutong.platform.ready_made.ask_together`."""
    given = [] if staff.data_scope == DataScope.ALL else [looked_after.about(staff.pk)]
    return [scopes_of.about(staff.pk), *given]


def _known_by(model: Any, **known: Any) -> Any:
    """An object of ``model`` of which only these fields are known."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return model.from_db("default", names, [known[name] for name in names])
