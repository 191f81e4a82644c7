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


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """What else the leads of a view must be."""

    line: int | None = None
    """The product line, by its id."""
    owner: int | None = None
    is_nobodys: bool = False
    stage: str = ""

    @property
    def name(self) -> str:
        """Tells one from another; empty for no condition."""
        return f"{self.line}:{self.owner}:{self.is_nobodys}:{self.stage}" if self != WIDE else ""


WIDE = Narrow()


def leads_of_view(staff: Staff, view: str, narrow: Narrow = WIDE) -> QuerySet[Lead]:
    """The open leads of a view; for ``todo`` those among which its leads are."""
    return View.of(staff, view, narrow).leads()


@dataclass(frozen=True)
class View(Composite):
    """A view as somebody sees it, so that ready-made questions can be about it."""

    viewer: Viewer
    name: str
    is_of_all: bool
    """Whether what others own is the reader's to act on, too."""
    narrow: Narrow = WIDE

    @classmethod
    def of(cls, staff: Staff, name: str, narrow: Narrow = WIDE) -> Self:
        return cls(Viewer(staff), name, staff.role == Role.MANAGER, narrow)

    def form(self) -> tuple[object, ...]:
        by = self.narrow
        narrow = (by.line is not None, by.owner is not None, by.is_nobodys, by.stage)
        return (self.name, self.is_of_all, *narrow, *self.viewer.form())

    def parts(self) -> list[Any]:
        return [*(one for one in (self.narrow.line, self.narrow.owner) if one is not None), *self.viewer.parts()]

    def made_of(self, parts: Sequence[Any]) -> Self:
        rest = list(parts)
        line = rest.pop(0) if self.narrow.line is not None else None
        owner = rest.pop(0) if self.narrow.owner is not None else None
        narrow = replace(self.narrow, line=line, owner=owner)
        return replace(self, narrow=narrow, viewer=self.viewer.made_of(rest))

    def leads(self) -> QuerySet[Lead]:
        """See :func:`leads_of_view`."""
        leads, by = self._of_the_view(), self.narrow
        if by.line is not None:
            leads = leads.filter(product_line=by.line)
        if by.owner is not None:
            leads = leads.filter(owner=by.owner)
        if by.is_nobodys:
            leads = leads.filter(owner=None)
        return leads.filter(stage=by.stage) if by.stage else leads

    def _of_the_view(self) -> QuerySet[Lead]:
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
