from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "wutong.platform"
    label = "platform"

    def ready(self) -> None:
        from wutong.platform import among, in_hand
        from wutong.platform.api_keys import KEYS

        among.register()
        in_hand.register(KEYS)
