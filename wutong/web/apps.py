from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "wutong.web"
    label = "web"
