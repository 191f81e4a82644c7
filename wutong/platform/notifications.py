"""A colleague's notices: what the bell shows, and marking them read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from wutong.platform.models import Notification, Staff
from wutong.platform.notice_kinds import NoticeKind, Tab, kind_of, kinds_in, sentence
from wutong.platform.notify import announce
from wutong.platform.ready_made import ready_made

SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class ShownNotice:
    """A notice as it reads in the language of whoever looks."""

    id: int
    kind: NoticeKind
    title: str
    body: str
    url: str
    count: int
    changed_at: datetime
    is_read: bool

    @classmethod
    def of(cls, row: Notification) -> "ShownNotice":
        kind = kind_of(row.kind)
        return cls(
            id=row.pk,
            kind=kind,
            title=sentence(kind.title, row.params, count=row.count),
            body=sentence(kind.body, row.params, count=row.count),
            url=row.url if row.url.startswith("/") and not row.url.startswith("//") else "",
            count=row.count,
            changed_at=row.changed_at,
            is_read=row.read_at is not None,
        )


def notices_of(staff: Staff, tab: Tab) -> list[ShownNotice]:
    """The latest notices of a tab, unread ones first."""
    rows = list(_in_tab(staff, tab).order_by("-changed_at")[:SHOWN])
    return [ShownNotice.of(row) for row in sorted(rows, key=lambda row: row.read_at is not None)]


def unread_count(staff: Staff, tab: Tab | None = None) -> int:
    rows = _in_tab(staff, tab) if tab else Notification.objects.filter(staff=staff)
    return rows.filter(read_at=None).count()


@ready_made
def unread_of(staff: int) -> QuerySet[Notification, int]:
    """The same for every page: no row where there are none."""
    unread = Notification.objects.filter(staff=staff, read_at=None).order_by()
    return unread.values("staff").annotate(n=Count("pk")).values_list("n", flat=True)


def mark_read(*, staff: Staff, notice_id: int, at: datetime) -> None:
    """Mark one notice read and let the colleague's other tabs know. Reading what is read changes nothing."""
    if Notification.objects.filter(staff=staff, pk=notice_id, read_at=None).update(read_at=at):
        _tell(staff)


def mark_all_read(*, staff: Staff, tab: Tab, at: datetime) -> int:
    """Mark a whole tab read.

    Returns:
        how many were unread.
    """
    n = _in_tab(staff, tab).filter(read_at=None).update(read_at=at)
    if n:
        _tell(staff)
    return n


def _in_tab(staff: Staff, tab: Tab) -> QuerySet[Notification]:
    rows = Notification.objects.filter(staff=staff)
    # Kinds that this version does not know stand among the system's.
    return rows.filter(kind__in=kinds_in(tab)) if tab is Tab.TO_DO else rows.exclude(kind__in=kinds_in(Tab.TO_DO))


def _tell(staff: Staff) -> None:
    announce([(staff.pk, 0, "read", ("notices",))])
