"""The demo company's saved views: some for everybody, some of one colleague."""

from datetime import datetime, timedelta

from wutong.platform.models import Role, SavedView, Staff
from wutong.platform.saved_views import listing_of, save_view

_ALL, _TEAM, _OWN = SavedView.Shared.COMPANY, SavedView.Shared.TEAM, SavedView.Shared.NOBODY
VIEWS: tuple[tuple[Role, str, str, str, SavedView.Shared], ...] = (
    (Role.MANAGER, "people", "市场认可待接收", "stage=mql", _ALL),
    (Role.MANAGER, "people", "关心追溯的人", "cf.topics=option&col=company&col=stage&col=owner&col=cf.topics", _ALL),
    (Role.SALES, "people", "我的线索", "owner=me&sort=name", _OWN),
    (Role.MANAGER, "accounts", "多工厂企业", "sort=-cf.plants&col=leads&col=open&col=cf.plants&col=cf.systems", _ALL),
    (Role.MANAGER, "accounts", "已成交客户", "state=customer", _ALL),
    (Role.MANAGER, "opportunities", "有风险的商机", "risk=no_next_step&view=table", _ALL),
    (Role.SALES, "opportunities", "我的商机", "owner=me", _OWN),
    (Role.MANAGER, "contracts", "30 天内到期", "due=30&col=line&col=amount&col=ends&col=owner", _ALL),
    (Role.MANAGER, "inbox", "无人负责的 MQL", "view=all&owner=nobody&stage=mql", _ALL),
    (Role.MANAGER, "collisions", "一家多人跟进", "kind=owners", _ALL),
)


def ensure_saved_views(*, at: datetime) -> None:
    """Save the demo's views, unless there are any."""
    if SavedView.objects.exists():
        return
    at -= timedelta(days=9)
    for role, code, name, query, shared_with in VIEWS:
        by = Staff.objects.active().filter(role=role).select_related("team").order_by("pk").first()
        listing = listing_of(code, by) if by is not None else None
        if by is not None and listing is not None:
            save_view(listing=listing, name=name, query=query, shared_with=shared_with, by=by, at=at)
