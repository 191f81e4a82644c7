"""Addresses of content: websites and what they embed, forms and what was sent by them."""

from django.urls import path

from wutong.content.views import builder, forms, sites, submissions

app_name = "content"
urlpatterns = [
    path("settings/sites/", sites.sites, name="sites"),
    path("settings/sites/new/", sites.site_new, name="site_new"),
    path("settings/sites/<slug:key>/", sites.site, name="site"),
    path("settings/sites/<slug:key>/server-key/", sites.server_key, name="server_key"),
    path("settings/sites/<slug:key>/arriving/", sites.arriving, name="arriving"),
    path("forms/", forms.forms, name="forms"),
    path("forms/new/", forms.form_new, name="form_new"),
    path("forms/<slug:key>/", builder.form_edit, name="form_edit"),
    path("forms/<slug:key>/questions/", builder.question_add, name="question_add"),
    path("forms/<slug:key>/questions/<str:name>/", builder.question, name="question"),
    path("forms/<slug:key>/questions/<str:name>/move/", builder.question_move, name="question_move"),
    path("forms/<slug:key>/questions/<str:name>/remove/", builder.question_remove, name="question_remove"),
    path("forms/<slug:key>/texts/", builder.form_texts, name="form_texts"),
    path("forms/<slug:key>/preview/", builder.form_preview, name="form_preview"),
    path("forms/<slug:key>/publish/", forms.form_publish, name="form_publish"),
    path("forms/<slug:key>/switch/", forms.form_switch, name="form_switch"),
    path("forms/<slug:key>/duplicate/", forms.form_duplicate, name="form_duplicate"),
    path("forms/<slug:key>/discard/", forms.form_discard, name="form_discard"),
    path("forms/<slug:key>/share/", forms.form_share, name="form_share"),
    path("forms/<slug:key>/submissions/", submissions.submissions, name="submissions"),
    path("forms/<slug:key>/submissions/export/", submissions.submissions_export, name="submissions_export"),
    path("forms/<slug:key>/submissions/<uuid:id>/release/", submissions.submission_release, name="submission_release"),
]
