from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "wutong.scoring"
    label = "scoring"
