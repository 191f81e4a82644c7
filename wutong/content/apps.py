from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "wutong.content"
    label = "content"
