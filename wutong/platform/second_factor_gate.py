"""Whose role needs a second factor sets it up before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve, reverse

from wutong.platform.answers import go

_OPEN = {"platform:second_factor", "platform:sign_out", "platform:preferences", "healthz", "readyz", "metrics"}


class SecondFactorFirst:
    """Middleware behind :class:`StaffPreferences`: leads them to the page that sets the second factor up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "needs_second_factor", False) and _route(request) not in _OPEN:
            return go(request, reverse("platform:second_factor"))
        return self.get_response(request)


def _route(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
