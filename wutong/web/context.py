"""What every page knows about its frame: navigation, theme, language, the live stream."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from wutong.config import config
from wutong.platform.notifications import unread_of
from wutong.platform.organisation import our_organisation
from wutong.web.navigation import navigation_for

HTML_LANG = {"zh-hans": "zh-Hans", "en": "en"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Asks the database only for what the template draws."""
    staff = getattr(request, "user", AnonymousUser())
    is_narrow = request.COOKIES.get("wt_nav") == "narrow"
    return {
        "nav_groups": SimpleLazyObject(lambda: navigation_for(staff, path=request.path)),
        "nav_state": "narrow" if is_narrow else "wide",
        "theme": getattr(staff, "theme", "system"),
        "density": getattr(staff, "density", "standard"),
        "shortcuts": "on" if getattr(staff, "has_shortcuts", True) else "off",
        "html_lang": HTML_LANG.get(get_language() or "", "zh-Hans"),
        "edge_url": config().edge_origin,
        "unread_count": SimpleLazyObject(lambda: _unread(staff)),
        "organisation": SimpleLazyObject(our_organisation),
        "frame": "web/base.html" if staff.is_authenticated else "web/bare.html",
        "live": _live_addresses() if staff.is_authenticated else None,
    }


def _unread(staff: Any) -> int:
    return sum(unread_of(staff.pk)) if staff.is_authenticated else 0


def _live_addresses() -> dict[str, str] | None:
    """Where scripts ask for the stream; the ``0`` in ``toast`` stands for a notice's id."""
    try:
        return {
            "token": reverse("platform:live_token"),
            "poll": reverse("platform:notification_poll"),
            "toast": reverse("platform:notification_toast", args=[0]),
        }
    except NoReverseMatch:
        return None
