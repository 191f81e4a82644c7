"""What somebody sees who opens an address that only takes what a form sends: after a reload, from a bookmark."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

from wutong.config import config
from wutong.platform.permissions import local_address


class NotAPage:
    """Middleware: an ordinary error page, with the way back, in place of an empty one. The API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_asked_for_a_page = request.method == "GET" and "HX-Request" not in request.headers
        if not isinstance(response, HttpResponseNotAllowed) or response.content or not is_asked_for_a_page:
            return response
        referer = request.headers.get("Referer", "").removeprefix(config().web_origin)
        back = local_address(request, referer)
        page = render(request, "405.html", {"back": "/" if back == request.get_full_path() else back}, status=405)
        page["Allow"] = response["Allow"]
        return page
