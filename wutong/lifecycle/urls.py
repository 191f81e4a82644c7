"""Addresses of the day's work: home, inbox, people."""

from django.urls import path

from wutong.lifecycle.views import home, inbox, people, scoring_preview

app_name = "lifecycle"
urlpatterns = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows/", inbox.rows, name="inbox_rows"),
    path("inbox/<uuid:public_id>/", inbox.work, name="work"),
    path("inbox/<uuid:public_id>/follow-up/", inbox.follow_up, name="follow_up"),
    path("inbox/<uuid:public_id>/move/", inbox.move, name="move"),
    path("people/", people.people, name="people"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/timeline/", people.timeline, name="timeline"),
    path("people/<uuid:public_id>/reveal/<str:token>/", people.reveal, name="reveal"),
    path("settings/scoring/<uuid:public_id>/preview/", scoring_preview.preview, name="scoring_preview"),
]
