"""Addresses of personal information: consents, preferences, requests."""

from django.urls import path

from wutong.privacy.views import consents, erasures, preferences, requests

app_name = "privacy"
urlpatterns = [
    path("people/<uuid:public_id>/consents/", consents.consents, name="consents"),
    path("people/<uuid:public_id>/consents/link/", consents.link, name="link"),
    path("preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("preferences/<str:token>/withdraw/", preferences.withdraw, name="withdraw"),
    path("preferences/<str:token>/one-click/", preferences.one_click, name="one_click"),
    path("preferences/<str:token>/ask/", preferences.ask, name="ask"),
    path("people/<uuid:public_id>/copy/", erasures.copy, name="copy"),
    path("people/<uuid:public_id>/erase/", erasures.erase, name="erase"),
    path("privacy/erasures/", erasures.erasures, name="erasures"),
    path("privacy/erasures/<uuid:public_id>/", erasures.erasure, name="erasure"),
    path("privacy/requests/", requests.requests, name="requests"),
    path("privacy/requests/new/", requests.request_new, name="request_new"),
    path("privacy/requests/<uuid:public_id>/", requests.request_page, name="request"),
    path("privacy/requests/<uuid:public_id>/take/", requests.request_take, name="request_take"),
    path("privacy/requests/<uuid:public_id>/close/", requests.request_close, name="request_close"),
    path("settings/privacy/", requests.settings, name="settings"),
]
