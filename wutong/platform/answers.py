"""How the platform's pages answer a form: done, or refused, with a script or without."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django_htmx.http import HttpResponseClientRedirect

from wutong.platform.refusal import Refusal


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, even if it is nothing; None on a mere visit."""
    return request.POST if request.method == "POST" else None


def go(request: HttpRequest, address: str) -> HttpResponse:
    """On to ``address``."""
    return HttpResponseClientRedirect(address) if is_htmx(request) else HttpResponseRedirect(address)


def done(request: HttpRequest, address: str, sentence: str) -> HttpResponse:
    """On to ``address``, where a toast says ``sentence``."""
    messages.success(request, sentence)
    return go(request, address)


def csv_download(text: str, *, name: str) -> HttpResponse:
    """A table as a file that is saved, never shown, and kept by no cache."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def refused(request: HttpRequest, no: Refusal, *, back: str) -> HttpResponse:
    """What the rule said, beside the button that asked; without a script a page with the way back."""
    template = "platform/_refusal.html" if is_htmx(request) else "platform/refusal.html"
    return render(request, template, {"refusal": no, "back": back}, status=409)
