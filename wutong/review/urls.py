"""Addresses of the review queue."""

from django.urls import path

from wutong.review import identity_rules, views

app_name = "review"
urlpatterns = [
    path("review/", views.review, name="review"),
    path("review/people/<uuid:one>/<uuid:other>/merge/", views.merge_people, name="merge_people"),
    path("review/people/<uuid:one>/<uuid:other>/apart/", views.people_apart, name="people_apart"),
    path("review/people/<uuid:one>/<uuid:other>/later/", views.people_later, name="people_later"),
    path("review/companies/<uuid:one>/<uuid:other>/merge/", views.merge_companies, name="merge_companies"),
    path("review/companies/<uuid:one>/<uuid:other>/apart/", views.companies_apart, name="companies_apart"),
    path("review/companies/<uuid:one>/<uuid:other>/later/", views.companies_later, name="companies_later"),
    path("review/companies/<uuid:one>/<uuid:other>/branch/", views.branch, name="branch"),
    path("review/undo/act/<uuid:key>/", views.undo_act, name="undo_act"),
    path("review/undo/merge/<int:key>/", views.undo_merge, name="undo_merge"),
    path("review/undo/aside/<int:key>/", views.undo_aside, name="undo_aside"),
    path("settings/identity/", identity_rules.rules, name="identity"),
    path("settings/identity/unblock/", identity_rules.unblock, name="identity_unblock"),
    path("settings/identity/size/", identity_rules.size, name="identity_size"),
    path("people/<uuid:public_id>/history/<int:key>/undo/", views.undo_change, name="undo_change"),
    path("people/<uuid:public_id>/take-out/", views.take_out, name="take_out"),
]
