"""The component page, and what is shown when a page cannot be."""

import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from wutong.platform.logs import route_of
from wutong.platform.permissions import NotPermitted
from wutong.platform.structured import structlog
from wutong.web.sample import sample_context

_log = structlog.get_logger("wutong.web")

CHOICES = {"theme": ("light", "dark", "system"), "density": ("compact", "standard", "roomy"), "lang": ("zh-hans", "en")}


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state. ``?theme=``, ``?density=`` and ``?lang=`` show it as others see it."""
    if not (settings.DEBUG or request.user.is_authenticated):
        raise Http404
    chosen = {name: value for name, values in CHOICES.items() if (value := request.GET.get(name)) in values}
    lang = chosen.pop("lang", None) or translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(lang):
        html_lang = "en" if lang == "en" else "zh-Hans"
        context = {"frame": "web/base.html", "html_lang": html_lang, **chosen, **sample_context()}
        return render(request, "web/components_page.html", context)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django passes it
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A function outside the person's role; an object outside their scope is a 404."""
    reason = str(exception) if isinstance(exception, NotPermitted) else ""  # which right is missing, and whom to ask
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django passes it
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    _log.info("csrf_refused", reason=reason, route=route_of(request))
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our bug: keep the frame where we still can, and give a code that support finds in the log."""
    code = f"E-{secrets.token_hex(2).upper()}"
    _log.error("page_failed", code=code, route=route_of(request))
    return _even_without_database(request, "500.html", {"code": code}, status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Down for a while: maintenance, or a database that does not answer."""
    response = _even_without_database(request, "503.html", {}, status=503)
    response["Retry-After"] = "30"
    return response


def _even_without_database(
    request: HttpRequest, template: str, context: dict[str, str], *, status: int
) -> HttpResponse:
    try:
        return render(request, template, context, status=status)
    except Exception:  # noqa: BLE001  # whatever broke the page may break its frame too: then without the frame
        return HttpResponse(render_to_string(template, context), status=status)
