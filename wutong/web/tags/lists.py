"""What lists are driven by: tabs, search, filter chips, sortable heads, pager. All state lives in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wutong.platform.permissions import may
from wutong.web.tags.frame import icon

register = Library()

CURSORS = ("after", "before")
_NO_CONDITIONS = (*CURSORS, "sort", "view", "col", "saved")


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One view of a list or a record."""

    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One condition as it reads in a chip: "Stage is **New, MQL**"."""

    label: str
    value: str
    drop_url: str
    edit_url: str = ""


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: object) -> str:
    """``?…`` as now, with ``changes``; None drops a parameter. Any change but paging goes back to the first page."""
    query = context["request"].GET.copy()
    if not changes.keys() & set(CURSORS):
        changes |= dict.fromkeys(CURSORS)
    elif len(changes) == 1:
        changes |= {cursor: None for cursor in CURSORS if cursor not in changes}
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, (list, tuple)):
            query.setlist(name, [str(item) for item in value])
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("web/components/tabs.html")
def tabs(items: Iterable[Tab], label: str) -> dict[str, Any]:
    """``label`` names the row of tabs to screen readers."""
    return {"items": items, "label": label}


@register.inclusion_tag("web/components/search_box.html", takes_context=True)
def search_box(context: Context, *, placeholder: str, name: str = "q", target: str = "") -> dict[str, Any]:
    """Searches by plain GET, keeping the other parameters.

    With ``target`` (a selector) htmx refreshes that part while one types.
    """
    request: HttpRequest = context["request"]
    kept = [(key, value) for key, value in _pairs(request) if key != name and key not in CURSORS]
    given = {"placeholder": placeholder, "name": name, "target": target}
    return {**given, "value": request.GET.get(name, ""), "kept": kept, "path": request.path}


@register.inclusion_tag("web/components/chips.html")
def chips(filters: Iterable[Filter], *, add_url: str = "", clear_url: str = "") -> dict[str, Any]:
    """The conditions of a list. ``add_url`` opens the choice of further ones beside the page."""
    return {"filters": filters, "add_url": add_url, "clear_url": clear_url}


@register.inclusion_tag("web/components/pager.html", takes_context=True)
def pager(
    context: Context,
    *,
    total: int,
    before: str | None = None,
    after: str | None = None,
    is_estimate: bool = False,
    target: str = "",
) -> dict[str, Any]:
    """``before`` and ``after`` are the keyset cursors of the pages around this one, None at the ends."""
    given = {"total": total, "is_estimate": is_estimate, "target": target}
    return {
        **given,
        "previous_url": url_with(context, before=before) if before else "",
        "next_url": url_with(context, after=after) if after else "",
    }


@register.simple_block_tag
def data_table(content: str, caption: str, html_id: str = "", kind: str = "") -> SafeString:
    """A table that scrolls within itself. ``kind``: "tall" (its own height), "plain", or nothing."""
    return render_to_string(
        "web/components/table.html", {"content": content, "caption": caption, "html_id": html_id, "kind": kind}
    )


@register.simple_tag(takes_context=True)
def th(
    context: Context, label: str, *, sort: str = "", is_number: bool = False, is_fixed: bool = False, col: int = 1
) -> SafeString:
    """A column head. ``sort`` is the name the address uses; ``col`` 2 hides it on phones, 3 below 1100 px as well."""
    classes = " ".join(filter(None, ["num" if is_number else "", "is-fixed" if is_fixed else "", f"col-{col}"]))
    if not sort:
        return format_html('<th scope="col" class="{}">{}</th>', classes, label)
    current = context["request"].GET.get("sort", "")
    is_down, is_up = current == f"-{sort}", current == sort
    following = sort if is_down else f"-{sort}"
    order = format_html(' aria-sort="{}"', "descending" if is_down else "ascending") if is_down or is_up else ""
    mark = icon("arrow-down" if is_down else "arrow-up" if is_up else "arrows-sort")
    link = format_html('<a href="{}">{}{}</a>', url_with(context, sort=following), label, mark)
    return format_html('<th scope="col" class="{}"{}>{}</th>', classes, order, link)


@register.inclusion_tag("web/components/export.html", takes_context=True)
def export_list(context: Context, what: str) -> dict[str, Any]:
    """Buttons that write this page's list to a file, by the conditions of its address; nothing without the right.

    Of people, either they or their leads are written, as the reader chooses.
    """
    request = context["request"]
    conditions = [(name, value) for name, value in _pairs(request) if name not in _NO_CONDITIONS]
    return {
        "what": what,
        "conditions": urlencode(conditions),
        "may_export": may(request.user, "lists.export"),
        "columns": [value for name, value in _pairs(request) if name == "col"],
        "may_tags": what in ("people", "accounts"),
        "may_in_full": what in ("people", "accounts") and may(request.user, "lists.export_in_full"),
        "csrf_token": context.get("csrf_token"),
    }


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(key, value) for key, values in request.GET.lists() for value in values]
