"""Addresses of the API, of its document and of its help page."""

from django.urls import path

from wutong.api import accounts, consents, custom, docs, doubts, events, imports, leads, people, sending_leads
from wutong.api.door import nowhere, resource

app_name = "api"
urlpatterns = [
    path("docs", docs.help_page, name="docs"),
    path("openapi.json", docs.openapi, name="openapi"),
    path("v1/leads", resource(sending_leads.SEND, leads.LIST), name="leads"),
    path("v1/leads/<uuid:id>", resource(leads.READ), name="lead"),
    path("v1/people/<uuid:id>", resource(people.READ, custom.SET_OF_PERSON), name="person"),
    path("v1/consents", resource(consents.SEND), name="consents"),
    path("v1/doubts", resource(doubts.LIST, doubts.DECIDE), name="doubts"),
    path("v1/accounts", resource(accounts.LIST), name="accounts"),
    path("v1/accounts/<uuid:id>", resource(accounts.READ, custom.SET_OF_ACCOUNT), name="account"),
    path("v1/events", resource(events.SEND), name="events"),
    path("v1/imports", resource(imports.SEND), name="imports"),
    path("v1/imports/<uuid:id>", resource(imports.READ), name="import"),
    path("<path:rest>", nowhere, name="nowhere"),
]
