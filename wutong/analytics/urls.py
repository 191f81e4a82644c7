"""Addresses of the reports."""

from django.urls import path

from wutong.analytics import views

app_name = "analytics"
urlpatterns = [
    path("insight/funnel/", views.funnel, name="funnel"),
    path("insight/funnel/figures/", views.figures, name="funnel_figures"),
    path("insight/funnel/people/", views.people, name="funnel_people"),
    path("insight/funnel/export/", views.export, name="funnel_export"),
]
