"""Addresses of the pages about the demo itself."""

from django.urls import path

from wutong.sandbox import views

app_name = "sandbox"
urlpatterns = [path("system/demo/end/", views.end, name="end")]
