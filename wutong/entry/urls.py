"""Addresses of what is entered by hand."""

from django.urls import path

from wutong.entry import views

app_name = "entry"
urlpatterns = [
    path("leads/new/", views.new_lead, name="new_lead"),
    path("leads/new/doubles/", views.doubles, name="doubles"),
    path("leads/new/companies/", views.companies, name="companies"),
    path("leads/new/company/", views.company, name="company"),
    path("accounts/new/", views.new_company, name="new_company"),
    path("accounts/new/doubles/", views.company_doubles, name="company_doubles"),
]
