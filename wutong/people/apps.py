from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "wutong.people"
    label = "people"
