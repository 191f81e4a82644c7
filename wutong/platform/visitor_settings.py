"""Language and time zone of whoever looks at a page."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from wutong.platform.models import Organisation, Staff

DEFAULT_ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")


class StaffPreferences:
    """Middleware: a colleague's own language and zone; a visitor's language by cookie or browser, with no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
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
    """The zone in which times are shown, and whether a second factor is missing: one query, every request asks."""
    if staff.zone and staff.has_second_factor:
        return _zone(staff.zone), False
    said = Organisation.objects.values_list("zone", "second_factor_roles").first()
    zone, roles = said or (DEFAULT_ZONE.key, [])
    return _zone(staff.zone or zone), staff.role in roles and not staff.has_second_factor


def _zone(name: str | None) -> zoneinfo.ZoneInfo:
    name = name or DEFAULT_ZONE.key
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # stored before its name left the database of zones
        return DEFAULT_ZONE
