from django.apps import AppConfig


class StreamConfig(AppConfig):
    name = "wutong.stream"
    label = "stream"
