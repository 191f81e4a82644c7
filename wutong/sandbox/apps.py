from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "wutong.sandbox"
    label = "sandbox"
