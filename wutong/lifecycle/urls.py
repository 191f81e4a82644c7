"""Addresses of the day's work: home, inbox, people."""

from django.urls import path

from wutong.lifecycle.views import acts, home, inbox, own, people, product_lines, scoring_preview, statuses

app_name = "lifecycle"
urlpatterns = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows/", inbox.rows, name="inbox_rows"),
    path("inbox/news/", inbox.news, name="inbox_news"),
    path("inbox/<uuid:public_id>/", inbox.work, name="work"),
    path("inbox/<uuid:public_id>/follow-up/", acts.follow_up, name="follow_up"),
    path("inbox/<uuid:public_id>/move/", acts.move, name="move"),
    path("inbox/<uuid:public_id>/bant/", acts.bant, name="bant"),
    path("inbox/<uuid:public_id>/contact-status/", acts.contact_status, name="contact_status"),
    path("inbox/<uuid:public_id>/next-step/", acts.next_step, name="next_step"),
    path("inbox/<uuid:public_id>/undo/<str:token>/", acts.undo, name="undo"),
    path("inbox/<uuid:public_id>/hand-over/", acts.hand_over, name="hand_over"),
    path("inbox/<uuid:public_id>/accept/", acts.accept, name="accept"),
    path("inbox/<uuid:public_id>/return/", acts.give_back, name="give_back"),
    path("inbox/<uuid:public_id>/assign/", acts.assign, name="assign"),
    path("inbox/<uuid:public_id>/qualify/", acts.qualify, name="qualify"),
    path("people/", people.people, name="people"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/follow-up/", people.compose, name="compose"),
    path("people/<uuid:public_id>/timeline/", people.timeline, name="timeline"),
    path("people/<uuid:public_id>/reveal/<str:token>/", people.reveal, name="reveal"),
    path("people/<uuid:public_id>/own/", own.mark, name="person_own"),
    path("first-steps/<slug:code>/skip/", product_lines.skip, name="step_skip"),
    path("settings/product-lines/", product_lines.lines, name="product_lines"),
    path("settings/product-lines/<slug:code>/", product_lines.line, name="product_line"),
    path("settings/own/", own.rules, name="own"),
    path("settings/own/link/", own.link, name="own_link"),
    path("settings/own/<uuid:public_id>/remove/", own.remove, name="own_remove"),
    path("settings/scoring/<uuid:public_id>/preview/", scoring_preview.preview, name="scoring_preview"),
    path("settings/contact-statuses/", statuses.statuses, name="statuses"),
    path("settings/contact-statuses/<slug:code>/", statuses.status, name="status"),
]
