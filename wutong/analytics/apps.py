from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "wutong.analytics"
    label = "analytics"
