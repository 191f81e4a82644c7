"""The left navigation: every entry there is, and who sees which. An entry comes with its page, not before."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from wutong.review.queue import waiting_count

Count = Callable[[Any], str | None]  # how many things wait for this colleague, where someone must act: "7", "99+"

EVERYONE = frozenset({"marketer", "content", "sdr", "sales", "success", "manager", "partner_manager", "admin"})
MARKETING = frozenset({"marketer", "content", "manager", "admin"})
SELLING = frozenset({"sdr", "sales", "manager", "admin"})
CLOSING = frozenset({"sales", "success", "manager", "admin"})
ADMIN = frozenset({"admin"})


class Group(Enum):
    """The jobs by which entries are grouped, in the order shown."""

    TODAY = pgettext_lazy("navigation", "Today")
    PEOPLE = pgettext_lazy("navigation", "People")
    GROWTH = pgettext_lazy("navigation", "Growth")
    DEALS = pgettext_lazy("navigation", "Deals")
    SUCCESS = pgettext_lazy("navigation", "Success")
    PARTNERS = pgettext_lazy("navigation", "Partners")
    INSIGHT = pgettext_lazy("navigation", "Insight")
    SETTINGS = pgettext_lazy("navigation", "Settings")


@dataclass(frozen=True)
class NavItem:
    """One entry. ``on_phone`` puts it into the bar at the foot of a phone, where four fit."""

    group: Group
    label: Promise
    icon: str
    url_name: str
    roles: frozenset[str] = EVERYONE
    count: Count | None = None
    is_urgent: bool = False
    on_phone: bool = False


@dataclass(frozen=True)
class ShownItem:
    """An entry as one person sees it on one page."""

    item: NavItem
    url: str
    is_current: bool
    waiting: str | None


@dataclass(frozen=True)
class ShownGroup:
    label: Promise
    items: list[ShownItem]


ITEMS = (
    NavItem(Group.TODAY, pgettext_lazy("navigation", "Home"), "home", "lifecycle:home", on_phone=True),
    NavItem(
        Group.TODAY,
        pgettext_lazy("navigation", "Lead inbox"),
        "inbox",
        "lifecycle:inbox",
        SELLING,
        is_urgent=True,
        on_phone=True,
    ),
    NavItem(Group.PEOPLE, pgettext_lazy("navigation", "People & leads"), "users", "lifecycle:people", on_phone=True),
    NavItem(Group.PEOPLE, pgettext_lazy("navigation", "Accounts"), "building", "sales:accounts"),
    NavItem(
        Group.PEOPLE,
        pgettext_lazy("navigation", "Review"),
        "user-question",
        "review:review",
        frozenset({"marketer", "sdr", "manager", "admin"}),
        count=waiting_count,
    ),
    NavItem(
        Group.PEOPLE,
        pgettext_lazy("navigation", "Imports"),
        "upload",
        "exchange:imports",
        frozenset({"marketer", "manager", "admin"}),
    ),
    NavItem(
        Group.PEOPLE,
        pgettext_lazy("navigation", "Exports"),
        "download",
        "exchange:exports",
        frozenset({"marketer", "sales", "success", "manager", "admin"}),
    ),
    NavItem(Group.DEALS, pgettext_lazy("navigation", "Opportunities"), "layout-kanban", "sales:opportunities", CLOSING),
    NavItem(Group.DEALS, pgettext_lazy("navigation", "Contracts"), "file-certificate", "sales:contracts", CLOSING),
    NavItem(
        Group.GROWTH,
        pgettext_lazy("navigation", "Forms"),
        "forms",
        "content:forms",
        frozenset({"marketer", "content", "admin"}),
    ),
    NavItem(Group.INSIGHT, pgettext_lazy("navigation", "Leads to won"), "chart-funnel", "analytics:leads", MARKETING),
    NavItem(Group.INSIGHT, pgettext_lazy("navigation", "Funnel"), "filter", "analytics:funnel", MARKETING),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Scoring"),
        "adjustments",
        "scoring:models",
        frozenset({"marketer", "manager", "admin"}),
    ),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Routing & SLA"),
        "arrows-split",
        "lifecycle:routing",
        frozenset({"manager", "admin"}),
    ),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Contact statuses"),
        "list-check",
        "lifecycle:statuses",
        frozenset({"manager", "admin"}),
    ),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Websites"),
        "world",
        "content:sites",
        frozenset({"marketer", "admin"}),
    ),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Own people"),
        "user-off",
        "lifecycle:own",
        frozenset({"marketer", "manager", "admin"}),
    ),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Who is who"), "fingerprint", "review:identity", ADMIN),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Personal information"),
        "shield-check",
        "privacy:requests",
        frozenset({"manager", "admin"}),
    ),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Tags"),
        "flag",
        "lifecycle:tags",
        frozenset({"marketer", "manager", "admin"}),
    ),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Custom fields"), "columns", "lifecycle:fields", ADMIN),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Staff & roles"), "users-group", "platform:staff", ADMIN),
    NavItem(
        Group.SETTINGS,
        pgettext_lazy("navigation", "Organisation"),
        "building-community",
        "platform:organisation",
        ADMIN,
    ),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "API keys"), "key", "platform:api_keys", ADMIN),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Jobs"), "refresh", "platform:jobs", ADMIN),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Health"), "server", "platform:health", ADMIN),
    NavItem(Group.SETTINGS, pgettext_lazy("navigation", "Audit"), "history", "platform:audit", ADMIN),
)


def navigation_for(staff: Any, *, path: str, items: tuple[NavItem, ...] = ITEMS) -> list[ShownGroup]:
    """The groups that ``staff`` sees while on the page at ``path``; the entry it belongs to is marked."""
    role = getattr(staff, "role", None)
    seen = [(item, _address(item.url_name)) for item in items if role in item.roles]
    current = max((url for _, url in seen if _is_within(path, url)), key=len, default=None)
    shown = [ShownItem(item, url, url == current, item.count(staff) if item.count else None) for item, url in seen]
    groups = [ShownGroup(group.value, [entry for entry in shown if entry.item.group is group]) for group in Group]
    return [group for group in groups if group.items]


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)


def _is_within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
