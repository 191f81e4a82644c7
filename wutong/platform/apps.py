from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "wutong.platform"
    label = "platform"

    def ready(self) -> None:
        from wutong.platform import among

        among.register()
