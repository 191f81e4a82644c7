"""What the address of the inbox asks for, or a form that leads back to it: a view, and by what its list is narrowed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wutong.lifecycle.inbox_views import Narrow, views_of
from wutong.lifecycle.models import CLOSED_STAGES, ProductLine, Stage
from wutong.platform.models import Staff
from wutong.platform.named import uuid_or_none
from wutong.platform.permissions import StaffRequest
from wutong.platform.ready_made import ready_made

PARAMETERS = frozenset({"view", "line", "owner", "stage"})
"""What the address may say: what a saved view of the inbox holds."""
_STAGES = [(stage.value, stage.label) for stage in Stage if stage not in CLOSED_STAGES]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked, as it was written. An unknown value counts as none."""

    view: str
    line: str = ""
    owner: str = ""
    """"me", "nobody", or the public id of a colleague."""
    stage: str = ""

    @classmethod
    def of(cls, request: StaffRequest) -> Self:
        """What the address or the form names; the reader's first view where it names none."""
        views = views_of(request.user)
        said = {name: request.GET.get(name) or request.POST.get(name) or "" for name in PARAMETERS}
        view = said["view"] if said["view"] in views else views[0]
        owner = said["owner"] if said["owner"] in ("me", "nobody") else str(uuid_or_none(said["owner"]) or "")
        stage = said["stage"] if said["stage"] in dict(_STAGES) else ""
        return cls(view=view, line=said["line"][:40], owner=owner, stage=stage)

    @property
    def is_narrow(self) -> bool:
        return bool(self.line or self.owner or self.stage)

    @property
    def query(self) -> str:
        """As an address says it."""
        return urlencode(self._pairs())

    @property
    def fields(self) -> SafeString:
        """As a form sends it along."""
        return format_html_join("", '<input type="hidden" name="{}" value="{}">', self._pairs())

    def of_view(self, view: str) -> Self:
        """The same of another view."""
        return replace(self, view=view)

    def narrow(self, staff: Staff) -> Narrow:
        """By what the list is narrowed; a product line or colleague that is not there narrows it by nothing."""
        line = next(iter(_line_ids(self.line)), None) if self.line else None
        if self.owner == "me":
            owner: int | None = staff.pk
        else:
            named = uuid_or_none(self.owner)
            owner = Staff.objects.filter(public_id=named).values_list("pk", flat=True).first() if named else None
        return Narrow(line=line, owner=owner, is_nobodys=self.owner == "nobody", stage=self.stage)

    def choices(self, colleagues: Iterable[Staff]) -> list[dict[str, Any]]:
        """What the list can be narrowed by: name in the address, label, what none says, pairs of value and label."""
        lines = _lines()
        owners = [("me", pgettext("owner", "Mine")), ("nobody", pgettext("owner", "Nobody's"))]
        owners += [(str(one.public_id), one.full_name) for one in colleagues]
        every: list[tuple[str, str, str, list[tuple[Any, Any]]]] = [
            ("line", _("Product line"), _("Any product line"), [(line.code, line.name) for line in lines]),
            ("stage", _("Stage"), _("Any stage"), _STAGES),
            ("owner", _("Owner"), _("Any owner"), owners),
        ]
        return [
            {"name": name, "label": label, "none": none, "options": options, "value": getattr(self, name)}
            for name, label, none, options in every
            if len(options) > 1
        ]

    def chips(self, choices: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The conditions in force, each with the address that drops it."""
        return [
            {
                "label": one["label"],
                "value": dict(one["options"]).get(one["value"], "—"),
                "drop_url": f"?{replace(self, **{one['name']: ''}).query}",
            }
            for one in choices
            if one["value"]
        ]

    def _pairs(self) -> list[tuple[str, str]]:
        given = [("line", self.line), ("owner", self.owner), ("stage", self.stage)]
        return [("view", self.view), *((name, value) for name, value in given if value)]


@ready_made
def _lines() -> QuerySet[ProductLine]:
    return ProductLine.objects.in_order()[:50]


@ready_made
def _line_ids(code: str) -> QuerySet[ProductLine, int]:
    return ProductLine.objects.filter(code=code).values_list("pk", flat=True)
