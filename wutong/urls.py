"""The addresses of the pages. Each capability keeps its own."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from wutong.api import door
from wutong.platform import observe
from wutong.web import views

urlpatterns = [
    path("healthz", observe.healthz),
    path("readyz", observe.readyz),
    path("metrics", observe.metrics),
    path("", include("wutong.web.urls")),
    path("", include("wutong.platform.urls")),
    path("", include("wutong.lifecycle.urls")),
    path("", include("wutong.scoring.urls")),
    path("", include("wutong.sales.urls")),
    path("", include("wutong.review.urls")),
    path("", include("wutong.content.urls")),
    path("", include("wutong.privacy.urls")),
    path("", include("wutong.analytics.urls")),
    path("", include("wutong.entry.urls")),
    path("", include("wutong.exchange.urls")),
    path("", include("wutong.sandbox.urls")),
    path("api/", include("wutong.api.urls")),
]
handler400 = "wutong.web.views.bad_request"
handler403 = "wutong.web.views.forbidden"
handler404 = "wutong.web.views.not_found"
handler500 = "wutong.urls.server_error"


def server_error(request: HttpRequest) -> HttpResponse:
    """Our bug, told to a program or to a person."""
    return door.failed(request) if request.path.startswith("/api/v") else views.server_error(request)
