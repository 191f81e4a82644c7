from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "wutong.events"
    label = "events"

    def ready(self) -> None:
        from wutong.events.models import Event
        from wutong.people.reassign import register

        register(Event)
