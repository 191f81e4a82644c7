"""Addresses of content: websites and what they embed."""

from django.urls import path

from wutong.content import views

app_name = "content"
urlpatterns = [
    path("settings/sites/", views.sites, name="sites"),
    path("settings/sites/new/", views.site_new, name="site_new"),
    path("settings/sites/<slug:key>/", views.site, name="site"),
    path("settings/sites/<slug:key>/server-key/", views.server_key, name="server_key"),
    path("settings/sites/<slug:key>/arriving/", views.arriving, name="arriving"),
]
