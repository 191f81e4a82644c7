"""The views of the lead inbox: which leads each holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import QuerySet

from wutong.lifecycle.models import UNCONTACTED, Accountable, Lead, Stage
from wutong.lifecycle.to_do import leads_to_do
from wutong.lifecycle.viewer import Viewer
from wutong.platform.models import Role, Staff
from wutong.platform.ready_made import Composite

_SDR_VIEWS = ("todo", "waiting", "mine", "returned", "all")
_SALES_VIEWS = ("todo", "accept", "sal", "sql", "opportunity", "all")
_MANAGER_VIEWS = ("todo", "waiting", "accept", "returned", "all")
VIEWS: Mapping[str, tuple[str, ...]] = {Role.SALES: _SALES_VIEWS, Role.MANAGER: _MANAGER_VIEWS}
"""todo: late or due today; waiting: nobody of us has been in contact yet; accept: handed over, unanswered; mine: owned
by the reader; returned: given back; sal, sql, opportunity: the reader's in that stage; all: every open lead."""
TO_ACT_ON = ("todo", "waiting", "accept", "returned")
"""Views whose leads wait for somebody to act."""


def views_of(staff: Staff) -> tuple[str, ...]:
    """The views that ``staff`` is offered; the first is the one shown unasked."""
    return VIEWS.get(staff.role, _SDR_VIEWS)


def leads_of_view(staff: Staff, view: str) -> QuerySet[Lead]:
    """The open leads of a view; for ``todo`` those among which its leads are."""
    return View.of(staff, view).leads()


@dataclass(frozen=True)
class View(Composite):
    """A view as somebody sees it, so that ready-made questions can be about it."""

    viewer: Viewer
    name: str
    is_of_all: bool
    """Whether what others own is the reader's to act on, too."""

    @classmethod
    def of(cls, staff: Staff, name: str) -> Self:
        return cls(Viewer(staff), name, staff.role == Role.MANAGER)

    def form(self) -> tuple[object, ...]:
        return (self.name, self.is_of_all, *self.viewer.form())

    def parts(self) -> list[Any]:
        return self.viewer.parts()

    def made_of(self, parts: Sequence[Any]) -> Self:
        return replace(self, viewer=self.viewer.made_of(parts))

    def leads(self) -> QuerySet[Lead]:
        """See :func:`leads_of_view`."""
        staff = self.viewer.staff
        if self.name == "todo":
            return leads_to_do(staff, are_all=self.is_of_all)
        leads = Lead.objects.visible_to(staff).open().of_the_market()
        match self.name:
            case "waiting":
                return leads.filter(UNCONTACTED)
            case "accept":
                handed = leads.filter(stage=Stage.MQL, accountable=Accountable.SALES)
                return handed if self.is_of_all else handed.filter(owner=staff)
            case "returned":
                return leads.filter(stage=Stage.RETURNED)
            case "sal" | "sql" | "opportunity":
                return leads.filter(stage=self.name, owner=staff)
            case "mine":
                return leads.filter(owner=staff)
            case _:
                return leads
