"""Language and time zone of whoever looks at a page, and the page as one act of reading."""

import contextlib
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from wutong.platform.models import Staff
from wutong.platform.once_a_page import one_page
from wutong.platform.organisation import DEFAULT_ZONE, our_organisation

_READING = ("GET", "HEAD")


class StaffPreferences:
    """Middleware: a colleague's own language and zone; a visitor's language by cookie or browser, with no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with one_page() if request.method in _READING else contextlib.nullcontext():
            return self._answered(request)

    def _answered(self, request: HttpRequest) -> HttpResponseBase:
        staff = request.user if isinstance(request.user, Staff) else None
        language = staff.language if staff else translation.get_language_from_request(request)
        zone, needs_second_factor = _from_the_organisation(staff) if staff else (DEFAULT_ZONE, False)
        request.needs_second_factor = needs_second_factor  # type: ignore[attr-defined]  # for SecondFactorFirst
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language() or language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if staff is None:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def _from_the_organisation(staff: Staff) -> tuple[zoneinfo.ZoneInfo, bool]:
    """The zone in which times are shown, and whether a second factor is missing."""
    organisation = our_organisation()
    zone, roles = (organisation.zone, organisation.second_factor_roles) if organisation else (DEFAULT_ZONE.key, [])
    return _zone(staff.zone or zone), staff.role in roles and not staff.has_second_factor


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # stored before its name left the database of zones
        return DEFAULT_ZONE
