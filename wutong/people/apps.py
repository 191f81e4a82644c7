from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "wutong.people"
    label = "people"

    def ready(self) -> None:
        from wutong.people.models import Affiliation, Consent, FieldValue
        from wutong.people.reassign import register

        for model in (FieldValue, Affiliation, Consent):
            register(model)
