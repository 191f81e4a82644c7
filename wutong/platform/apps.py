from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "wutong.platform"
    label = "platform"
