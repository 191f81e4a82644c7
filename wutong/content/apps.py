from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "wutong.content"
    label = "content"

    def ready(self) -> None:
        from wutong.content.models import FormSubmission
        from wutong.content.forms import form_names
        from wutong.people.reassign import register
        from wutong.people.sources import name_sources_of

        register(FormSubmission)
        name_sources_of("form", form_names)
