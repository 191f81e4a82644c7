"""The addresses of the pages. Each capability keeps its own."""

from django.urls import include, path

from wutong.platform import observe

urlpatterns = [
    path("healthz", observe.healthz),
    path("readyz", observe.readyz),
    path("metrics", observe.metrics),
    path("", include("wutong.web.urls")),
    path("", include("wutong.platform.urls")),
    path("", include("wutong.lifecycle.urls")),
    path("", include("wutong.content.urls")),
    path("", include("wutong.analytics.urls")),
]
handler400 = "wutong.web.views.bad_request"
handler403 = "wutong.web.views.forbidden"
handler404 = "wutong.web.views.not_found"
handler500 = "wutong.web.views.server_error"
