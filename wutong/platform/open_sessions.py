"""Where a colleague is signed in: the list of browsers, kept up to date as pages are asked for, and ending them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wutong.platform.audit import record
from wutong.platform.live_sessions import end_live_streams
from wutong.platform.models import Staff, StaffSession
from wutong.platform.observe import client_address
from wutong.platform.refusal import Refusal

SEEN_EVERY = timedelta(minutes=5)
"""How exact "last seen" is: a row is not written with every page."""
_REMEMBERED = 10_000
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("wxwork", gettext_lazy("WeCom")),
    ("MicroMessenger", gettext_lazy("WeChat")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""What a browser says of itself, the first that fits: most claim to be several."""

_written: dict[str, float] = {}
"""When this process last wrote of a session, by its key; monotonic seconds."""


class SessionOver(Refusal):
    code = "session_over"
    message = gettext_lazy("This session has ended already. Reload the page.")


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One line of the list."""

    id: int
    device: str
    address: str
    began_at: datetime
    last_seen_at: datetime
    is_this_one: bool


class SessionSeen:
    """Middleware: notes when and from where each session was last used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key
        if key and isinstance(request.user, Staff) and _is_due(key):
            note(request, request.user, at=timezone.now())
        return self.get_response(request)


def note(request: HttpRequest, staff: Staff, *, at: datetime) -> None:
    """Store that ``staff`` uses this session."""
    row = StaffSession(
        staff=staff,
        session_key=request.session.session_key or "",
        auth_epoch=staff.auth_epoch,
        user_agent=request.headers.get("User-Agent", "")[:300],
        address=client_address(request),
        began_at=at,
        last_seen_at=at,
    )
    StaffSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["auth_epoch", "user_agent", "address", "last_seen_at"],
    )


def sessions_of(staff: Staff, *, here: str | None, at: datetime) -> list[OpenSession]:
    """The sessions of ``staff`` that would still be let in, the latest first.

    Args:
        here: the key of the session that asks.
    """
    live = Session.objects.filter(expire_date__gt=at).values("session_key")
    rows = StaffSession.objects.filter(staff=staff, auth_epoch=staff.auth_epoch, session_key__in=live)
    return [
        OpenSession(
            id=row.pk,
            device=device_of(row.user_agent),
            address=row.address or "",
            began_at=row.began_at,
            last_seen_at=row.last_seen_at,
            is_this_one=row.session_key == here,
        )
        for row in rows.order_by("-last_seen_at", "-pk")[:100]
    ]


def end_one(*, staff: Staff, session_id: int, by: Staff, at: datetime) -> None:
    """End one session of ``staff``; live streams of the others come back by themselves.

    Raises:
        SessionOver: see there.
    """
    with transaction.atomic(durable=True):
        row = StaffSession.objects.select_for_update().filter(staff=staff, pk=session_id).first()
        if row is None:
            raise SessionOver
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
        end_live_streams(staff)
        record("staff.session_ended", actor=by, subject=staff, at=at)


def end_all(*, staff: Staff, by: Staff, at: datetime) -> Staff:
    """End every session of ``staff``.

    Returns:
        the colleague as stored now: who ends their own sessions renews the present one with it.
    """
    with transaction.atomic(durable=True):
        fresh: Staff = Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)
        fresh.auth_epoch += 1
        fresh.save(update_fields=["auth_epoch"])
        StaffSession.objects.filter(staff=fresh).delete()
        end_live_streams(fresh)
        record("staff.all_sessions_ended", actor=by, subject=fresh, at=at)
    return fresh


def forget(key: str | None) -> None:
    """Take a session off the list that its colleague has ended by signing out."""
    if key:
        StaffSession.objects.filter(session_key=key).delete()


def device_of(user_agent: str) -> str:
    """What somebody recognises their own device by: ``Chrome, Windows``."""
    browser = next((str(name) for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if not browser and not system:
        return _("unknown device")
    return ", ".join(part for part in (browser, system) if part)


def _is_due(key: str) -> bool:
    now = time.monotonic()
    if now - _written.get(key, -1e9) < SEEN_EVERY.total_seconds():
        return False
    if len(_written) >= _REMEMBERED:
        _written.clear()
    _written[key] = now
    return True
