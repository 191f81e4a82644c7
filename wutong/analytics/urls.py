"""Addresses of the reports."""

from django.urls import path

from wutong.analytics import views
from wutong.analytics.leads import views as leads

app_name = "analytics"
urlpatterns = [
    path("insight/funnel/", views.funnel, name="funnel"),
    path("insight/funnel/figures/", views.figures, name="funnel_figures"),
    path("insight/funnel/people/", views.people, name="funnel_people"),
    path("insight/funnel/export/", views.export, name="funnel_export"),
    path("insight/leads/", leads.leads, name="leads"),
    path("insight/leads/behind/", leads.behind, name="leads_behind"),
    path("insight/leads/export/", leads.export, name="leads_export"),
    path("insight/leads/<slug:name>/", leads.panel, name="leads_panel"),
]
