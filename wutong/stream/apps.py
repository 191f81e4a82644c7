from django.apps import AppConfig


class StreamConfig(AppConfig):
    name = "wutong.stream"
    label = "stream"

    def ready(self) -> None:
        from wutong.stream.held import register_holdings

        register_holdings()
