from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "wutong.content"
    label = "content"

    def ready(self) -> None:
        from wutong.content.cards import touches_of_lead, touches_of_person
        from wutong.content.forms import form_names
        from wutong.content.held import register_holdings
        from wutong.content.models import FormSubmission
        from wutong.lifecycle.panels import Place, register_lead, register_person
        from wutong.people.reassign import register
        from wutong.people.sources import name_sources_of
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects

        register_holdings()
        register(FormSubmission)
        register_lead("content/_lead_touches.html", touches_of_lead)
        register_person("content/_person_touches.html", touches_of_person, place=Place.WORK)
        name_sources_of("form", form_names)
        retention.register_kept(
            "content_formsubmission", because="what a lead came from; it goes when the person is erased"
        )
        retention.register_kept("content_form", because="a form is closed; what was sent by it must keep its questions")
        retention.register_kept("content_formversion", because="submissions keep the version that they answered")
        retention.register("content_formuse", "on", timedelta(days=400))
        retention.register("content_quarantinedsubmission", "at", timedelta(days=30))
        register_subjects({"form": _("Form"), "quarantinedsubmission": _("Suspected spam")})
        register_actions(
            {
                "content.form_begun": _("Began a form"),
                "content.question_added": _("Added a question to a form"),
                "content.question_changed": _("Changed a question of a form"),
                "content.question_moved": _("Moved a question of a form"),
                "content.question_removed": _("Removed a question from a form"),
                "content.texts_changed": _("Changed the texts of a form"),
                "content.form_changed": _("Changed the settings of a form"),
                "content.draft_discarded": _("Discarded the draft of a form"),
                "content.form_published": _("Published a form"),
                "content.form_opened": _("Opened a form"),
                "content.form_closed": _("Closed a form"),
                "content.submission_released": _("Released a suspected submission"),
                "content.submissions_exported": _("Exported the submissions of a form"),
            }
        )
