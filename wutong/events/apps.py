from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "wutong.events"
    label = "events"
