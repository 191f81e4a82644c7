from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "wutong.content"
    label = "content"

    def ready(self) -> None:
        from wutong.content.models import FormSubmission
        from wutong.people.reassign import register

        register(FormSubmission)
