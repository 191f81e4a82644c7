"""The character NUL: no table can hold it and no keyboard sends it, so that it is left out of addresses and forms."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

NUL = "\x00"


class WithoutNul:
    """Take NUL out of what a page is asked, so that no search and no field has to think of it.

    The API is left alone: it tells its senders what it does not take.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query and not request.path.startswith("/api/"):
            request.META["QUERY_STRING"] = query.replace("%00", "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Here, and not before: what is sent is read once it is known to come from a page of ours."""
        if request.method != "POST" or request.path.startswith("/api/"):
            return
        if any(NUL in text for _name, texts in request.POST.lists() for text in texts):
            said = request.POST.copy()
            for name, texts in said.lists():
                said.setlist(name, [text.replace(NUL, "") for text in texts])
            said._mutable = False
            request.POST = said  # type: ignore[assignment]  # as mutable as it was
