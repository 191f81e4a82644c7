"""Addresses of the shell itself."""

from django.urls import path

from wutong.web import views

app_name = "web"
urlpatterns = [
    path("_components", views.components, name="components"),
]
