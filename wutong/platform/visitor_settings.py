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
        zone = zone_of(staff) if staff else DEFAULT_ZONE
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language() or language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if staff is None:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def zone_of(staff: Staff) -> zoneinfo.ZoneInfo:
    """The zone in which times are shown to ``staff``: the own one, else the organisation's."""
    name = staff.zone or Organisation.objects.values_list("zone", flat=True).first() or DEFAULT_ZONE.key
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # stored before its name left the database of zones
        return DEFAULT_ZONE
