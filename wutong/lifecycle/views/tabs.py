"""The tabs of the lead inbox."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.lifecycle.inbox_views import TO_ACT_ON, views_of
from wutong.lifecycle.views.asked import Asked
from wutong.platform.models import Staff
from wutong.platform.totals import EXACT_UP_TO, Total

NAMES: Mapping[str, str | Promise] = {
    "todo": pgettext_lazy("inbox", "To do now"),
    "waiting": pgettext_lazy("inbox", "Waiting for first contact"),
    "accept": pgettext_lazy("inbox", "To accept"),
    "mine": pgettext_lazy("inbox", "Mine"),
    "returned": pgettext_lazy("inbox", "Returned"),
    "sal": pgettext_lazy("inbox", "SAL"),
    "sql": pgettext_lazy("inbox", "SQL"),
    "opportunity": pgettext_lazy("inbox", "In opportunities"),
    "all": pgettext_lazy("inbox", "All open"),
}
_BY_CLOCK = _("Who runs out of time first stands first.")
_LATE_FIRST = _("Late ones first, then by the latest touch.")
ORDERS: Mapping[str, str | Promise] = {
    "todo": _(
        "Late ones first, the longest late at the top: by a clock that has run out, else by a planned step that is "
        "past. Then what is due today: highest score first, of equal ones whoever came first."
    ),
    "waiting": _BY_CLOCK,
    "accept": _BY_CLOCK,
    "all": _("By the latest touch."),
}


def tabs_of(staff: Staff, asked: Asked, counts: Mapping[str, Total]) -> list[dict[str, Any]]:
    """The views that ``staff`` has, with how many wait where somebody must act."""
    return [
        {
            "label": NAMES[view],
            "url": f"?{asked.of_view(view).query}",
            "is_current": view == asked.view,
            "count": _shown(counts[view]) if view in TO_ACT_ON else None,
        }
        for view in views_of(staff)
    ]


def order_of(view: str) -> str | Promise:
    """How the list of a view is ordered, in a sentence."""
    return ORDERS.get(view, _LATE_FIRST)


def _shown(total: Total) -> int | None:
    """An estimate is no count to act on, and nothing waiting is none."""
    return total.n if 0 < total.n <= EXACT_UP_TO and not total.is_estimate else None
