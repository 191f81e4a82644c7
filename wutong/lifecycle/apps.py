from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "wutong.lifecycle"
    label = "lifecycle"
