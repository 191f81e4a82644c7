from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "wutong.content"
    label = "content"

    def ready(self) -> None:
        from wutong.content.forms import form_names
        from wutong.content.models import FormSubmission
        from wutong.people.reassign import register
        from wutong.people.sources import name_sources_of
        from wutong.platform import retention

        register(FormSubmission)
        name_sources_of("form", form_names)
        retention.register_kept(
            "content_formsubmission", because="what a lead came from; it goes when the person is erased"
        )
