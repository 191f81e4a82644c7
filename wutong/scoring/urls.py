"""Addresses of scoring."""

from django.urls import path

from wutong.scoring import views

app_name = "scoring"
urlpatterns = [
    path("settings/scoring/", views.models, name="models"),
    path("settings/scoring/draft/", views.draft_open, name="draft_open"),
    path("settings/scoring/<uuid:public_id>/", views.version, name="version"),
    path("settings/scoring/<uuid:public_id>/bounds/", views.bounds, name="bounds"),
    path("settings/scoring/<uuid:public_id>/fit/new/", views.fit_rule, name="fit_rule_new"),
    path("settings/scoring/<uuid:public_id>/fit/<slug:code>/", views.fit_rule, name="fit_rule"),
    path("settings/scoring/<uuid:public_id>/behaviour/new/", views.act_rule, name="act_rule_new"),
    path("settings/scoring/<uuid:public_id>/behaviour/<slug:code>/", views.act_rule, name="act_rule"),
    path("settings/scoring/<uuid:public_id>/rules/<slug:code>/drop/", views.rule_drop, name="rule_drop"),
    path("settings/scoring/<uuid:public_id>/publish/", views.publish, name="publish"),
    path("settings/scoring/<uuid:public_id>/discard/", views.discard, name="discard"),
    path("settings/scoring/<uuid:public_id>/roll-back/", views.roll_back, name="roll_back"),
]
